import { expect, it } from '@jest/globals';
import { loadNodeConfig } from './node-config.js';
import { ConfigError } from './setting-reader.js';

const url = 'https://prometheus.example.com/api/v1/write';
const read = (env: Record<string, string>): object | undefined => loadNodeConfig('worker', {}, env).remoteWrite;
const faultsOf = (env: Record<string, string>): readonly string[] => {
  try {
    read(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
};

it('reads the receiver with its token and headers', () => {
  expect(read({})).toBeUndefined();
  expect(read({ NINEV_REMOTE_WRITE_URL: url })).toEqual({ url, headers: {} });
  expect(
    read({
      NINEV_REMOTE_WRITE_URL: url,
      NINEV_REMOTE_WRITE_TOKEN: 't',
      NINEV_REMOTE_WRITE_HEADERS: 'X-Scope-OrgID: shop, X-B:c',
    }),
  ).toEqual({ url, headers: { Authorization: 'Bearer t', 'X-Scope-OrgID': 'shop', 'X-B': 'c' } });
});

it.each([
  [{ NINEV_REMOTE_WRITE_URL: 'prometheus:9090' }, 'NINEV_REMOTE_WRITE_URL: expected an address'],
  [{ NINEV_REMOTE_WRITE_URL: 'ftp://a/b' }, 'NINEV_REMOTE_WRITE_URL: expected an address'],
  [
    { NINEV_REMOTE_WRITE_URL: 'https://u:canary@a/b' },
    'NINEV_REMOTE_WRITE_URL: expected an address without a password',
  ],
  [{ NINEV_REMOTE_WRITE_URL: url, NINEV_REMOTE_WRITE_TOKEN: 'a canary' }, 'NINEV_REMOTE_WRITE_TOKEN: expected a token'],
  [
    { NINEV_REMOTE_WRITE_URL: url, NINEV_REMOTE_WRITE_HEADERS: 'canary' },
    'NINEV_REMOTE_WRITE_HEADERS: expected headers',
  ],
  [{ NINEV_REMOTE_WRITE_TOKEN: 'canary' }, 'NINEV_REMOTE_WRITE_TOKEN: needs --remote-write-url'],
  [{ NINEV_REMOTE_WRITE_HEADERS: 'A: canary' }, 'NINEV_REMOTE_WRITE_HEADERS: needs --remote-write-url'],
])('%j is refused without a word of the secret', (env, fault) => {
  const faults = faultsOf(env as unknown as Record<string, string>);
  expect(faults).toEqual([expect.stringContaining(fault)]);
  expect(faults.join()).not.toContain('canary');
});
