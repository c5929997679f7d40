import { afterEach, describe, expect, it } from '@jest/globals';
import { callUrl } from './call-url.js';
import { NotedTargets } from './testing/noted-targets.js';
import { type RawServer, startRawServer } from './testing/raw-server.js';

describe('callUrl', () => {
  const servers: RawServer[] = [];
  const serve = async (...args: Parameters<typeof startRawServer>): Promise<RawServer> => {
    const server = await startRawServer(...args);
    servers.push(server);
    return server;
  };
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });
  const call = (url: string, targets = new NotedTargets({}, { 'rebound.test': '169.254.169.254' })): Promise<void> =>
    callUrl({ url, signal: new AbortController().signal, timeoutMs: 5_000, targets });

  it('accepts any 2xx, also after a redirect', async () => {
    const end = await serve({ status: 204 });
    const start = await serve({ status: 301, headers: { Location: end.url } });
    await call(start.url);
    await call(end.url);
  });

  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://rebound.test/',
    'https://0.0.0.0/',
    'http://[64:ff9b::a9fe:a9fe]/',
    'http://2852039166/',
    'http://100.100.100.200/ping',
  ])('calls %s neither directly nor after a redirect', async (url) => {
    const targets = new NotedTargets({}, { 'rebound.test': '169.254.169.254' }, { host: '127.0.0.1', port: 1 });
    await expect(call(url, targets)).rejects.toThrow('is refused as a target');
    expect(targets.connected).toEqual([]);
    const start = await serve({ status: 302, headers: { Location: url } });
    await expect(call(start.url)).rejects.toThrow('is refused as a target');
  });

  it.each([
    ['file:///etc/passwd', 'not HTTP'],
    ['http://[', 'invalid address'],
  ])('does not follow a redirect to %s', async (to, why) => {
    const start = await serve({ status: 302, headers: { Location: to } });
    await expect(call(start.url)).rejects.toThrow(why);
  });

  it('says what went wrong without the address, which is a secret', async () => {
    const server = await serve({ status: 404 });
    await expect(call(`${server.url}/ping/a-long-secret-of-mine`)).rejects.toThrow(/^it answered 404$/);
    const url = 'http://nowhere.test/ping/a-long-secret-of-mine';
    await expect(call(url)).rejects.not.toThrow('a-long-secret-of-mine');
  });

  it('gives up on servers that redirect to each other', async () => {
    const one = await serve({ status: 302, headers: { Location: '/again' } });
    await expect(call(one.url)).rejects.toThrow('more than 5 times');
  });
});
