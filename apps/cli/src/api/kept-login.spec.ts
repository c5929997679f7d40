import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { buildProgram } from '../program.js';
import { ApiClient } from './api-client.js';
import { loginFile, readLogin } from './kept-login.js';

const TOKEN = 'a-token-of-a-person';
let folder: string;
let server: Server;
let api: string;
let heard: (string | undefined)[];
let configHome: string | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), '9volt-login-'));
  configHome = process.env['XDG_CONFIG_HOME'];
  process.env['XDG_CONFIG_HOME'] = folder;
  heard = [];
  server = createServer(({ headers }, response) => {
    const token = headers['x-access-token'] as string | undefined;
    heard.push(token);
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ required: true, signedIn: token === TOKEN }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  if (configHome === undefined) delete process.env['XDG_CONFIG_HOME'];
  else process.env['XDG_CONFIG_HOME'] = configHome;
  await new Promise((closed) => server.close(closed));
  rmSync(folder, { recursive: true });
});

const run = (...args: string[]): Promise<unknown> => buildProgram().parseAsync(['node', '9volt', ...args]);

it('keeps address and token where only their owner can read them, and forgets them', async () => {
  await run('login', '--api', `${api}/`, '--token', TOKEN);
  expect(readLogin()).toEqual({ api, tokens: new Map([[api, TOKEN]]) });
  expect(statSync(loginFile()).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, '9volt')).mode & 0o777).toBe(0o700);

  await new ApiClient({}).get('/');
  await new ApiClient({ api }).get('/');
  // Flags and variables win; another API gets no token of this one.
  await new ApiClient({ token: 'of-a-flag' }).get('/');
  await new ApiClient({ api: api.replace('127.0.0.1', 'localhost') }).get('/').catch(() => heard.push(undefined));
  expect(heard.slice(-4)).toEqual([TOKEN, TOKEN, 'of-a-flag', undefined]);

  await run('logout');
  expect(readLogin()).toEqual({ tokens: new Map() });
  expect(new ApiClient({}).address).toBe('http://127.0.0.1:8080');
});

it('keeps no token that the API does not know', async () => {
  await expect(run('login', '--api', api, '--token', 'wrong')).rejects.toThrow('does not know this access token');
  expect(readLogin()).toEqual({ tokens: new Map() });
});

it('says which file is damaged', async () => {
  await run('login', '--api', api, '--token', TOKEN);
  writeFileSync(loginFile(), '{');
  expect(() => new ApiClient({})).toThrow(`${loginFile()} is damaged`);
});
