import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { waitFor } from '@9volt/testing';
import { progress } from '../output/progress.js';
import { letReadersGo } from '../output/reader.js';
import { buildProgram } from '../program.js';

const state = (check: string, status: string) => ({ check, status, message: `of ${check}`, since: null, count: 0 });
const event = (id: string) => ({ id, type: 'error', message: `said ${id}`, timestamp: '2026-01-01T01:00:00Z' });

/** What the API answers. */
let states: unknown[] = [];
let events: unknown[] = [];
let api: Server;
let out: string;
let err: string;
let restore: () => unknown = () => undefined;

beforeAll(async () => {
  api = createServer(({ url = '' }, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(url.startsWith('/api/v1/event') ? events : states));
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  [out, err] = ['', ''];
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => ((err += String(text)), true));
});
afterEach(() => {
  restore();
  jest.restoreAllMocks();
});
afterAll(() => {
  api.close();
});

function begin(...args: string[]): Promise<unknown> {
  const { port } = api.address() as AddressInfo;
  return buildProgram().parseAsync(['node', '9volt', 'get', ...args, '--api', `http://127.0.0.1:${port}`]);
}

/** A terminal of 60 columns and 4 rows. */
function asTerminal(stream: NodeJS.WriteStream): void {
  const { isTTY, columns, rows, hasColors } = stream;
  Object.assign(stream, { isTTY: true, columns: 60, rows: 4, hasColors: () => true });
  restore = () => Object.assign(stream, { isTTY, columns, rows, hasColors });
}

it('a long push counts up on a terminal, and leaves nothing', () => {
  asTerminal(process.stderr);
  const short = progress('pushing', 3);
  short.at(1);
  short.done();
  expect(err).toBe('');
  const long = progress('pushing', 10_000);
  long.at(5_000);
  expect(err).toBe('\rpushing 5000 of 10000');
  long.done();
  expect(err.endsWith('\r\u001b[K')).toBe(true);
});

it('follows changes until nobody reads: rows in a pipe, the whole table on a terminal', async () => {
  const waiting = { timeoutMs: 30_000, what: () => JSON.stringify(out) };
  states = [state('cart', 'critical'), state('home', 'ok')];
  const piped = begin('states', '--watch', '-o', 'name');
  await waitFor(() => out === 'cart\nhome\n', waiting);
  states = [state('cart', 'critical'), state('home', 'critical')];
  await waitFor(() => out === 'cart\nhome\nhome\n', waiting);

  events = [event('b'), event('a')];
  const followed = begin('events', '-f', '-o', 'name');
  await waitFor(() => out.endsWith('a\nb\n'), waiting);
  events = [event('c'), ...events];
  await waitFor(() => out.endsWith('a\nb\nc\n'), waiting);

  events = [event('b'), event('a')];
  const table0 = out.length;
  const asTable = begin('events', '-f');
  await waitFor(() => out.slice(table0).includes('said b'), waiting);
  events = [{ ...event('d'), type: 'api' }, ...events];
  await waitFor(() => out.includes('said d'), waiting);
  // An age would be wrong a moment later; later rows stand below the earlier ones.
  const [heading = '', ...rows] = out.slice(table0).trimEnd().split('\n');
  expect(heading).toMatch(/^TIME +TYPE +MONITOR +MESSAGE$/);
  const told = rows.filter((row) => row.includes('said')).map((row) => [row.slice(0, 20), row.indexOf('said')]);
  expect(told).toEqual(Array(3).fill(['2026-01-01T01:00:00Z', heading.indexOf('MESSAGE')]));

  asTerminal(process.stdout);
  const watched = begin('states', '-w');
  await waitFor(() => out.includes('\u001b[31mcritical'), waiting);
  // It never erases what was there before.
  expect(out).not.toContain('\u001b[3J');
  const begins = '\u001b[H\u001b[J';
  const tables = (): string[] => out.replaceAll(/\u001b\[\d+m/g, '').split(begins);
  const table = tables().at(-1) ?? '';
  for (const line of table.trimEnd().split('\n')) expect(line.length).toBeLessThanOrEqual(60);

  states = ['cart', 'home', 'pay', 'stock'].map((name) => state(name, 'critical'));
  await waitFor(() => tables().at(-1)?.includes('more'), waiting);
  expect(tables().at(-1)).toMatch(/^NAME .*\ncart .*\n… and 3 more\n$/);

  letReadersGo();
  process.stdout.emit('error', Object.assign(new Error('gone'), { code: 'EPIPE' }));
  await Promise.all([piped, followed, asTable, watched]);
}, 150_000);
