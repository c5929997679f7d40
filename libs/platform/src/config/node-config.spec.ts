import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { judgeAccessTokens, loadEtcdConfig, loadListenAddress, loadNodeConfig } from './node-config.js';
import { ConfigError } from './setting-reader.js';

const faultsOf = (load: () => unknown): readonly string[] => {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
};

const [ONE, TWO, THREE] = ['one', 'two', 'three'].map((word) => `${word}-token-of-this-spec`) as [
  string,
  string,
  string,
];

describe('the configuration of a node', () => {
  it('takes secrets from files that the environment names', () => {
    const directory = mkdtempSync(join(tmpdir(), 'ninevolt-config-'));
    const file = (name: string, text: string): string => {
      writeFileSync(join(directory, name), text);
      return join(directory, name);
    };
    const env = {
      NINEV_ACCESS_TOKENS_FILE: file('tokens', `${ONE},${TWO}\n`),
      NINEV_ETCD_USERPASS_FILE: file('userpass', 'root:pa:ss\n'),
      NINEV_ETCD_PREFIX_FILE: file('prefix', 'no secret'),
    };
    try {
      const { accessTokens, etcd, prefix, ownSecretFiles } = loadNodeConfig('api', {}, env);
      expect([...ownSecretFiles].sort()).toEqual([env.NINEV_ACCESS_TOKENS_FILE, env.NINEV_ETCD_USERPASS_FILE]);
      expect({ accessTokens, ...etcd, prefix }).toMatchObject({
        accessTokens: [ONE, TWO],
        username: 'root',
        password: 'pa:ss',
        prefix: '9volt',
      });
      expect(loadNodeConfig('api', {}, { ...env, NINEV_ACCESS_TOKENS: THREE }).accessTokens).toEqual([THREE]);
      const missing = { NINEV_ACCESS_TOKENS_FILE: join(directory, 'none') };
      expect(faultsOf(() => loadNodeConfig('api', {}, missing))[0]).toMatch(
        /^NINEV_ACCESS_TOKENS_FILE: cannot read it/,
      );
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('listens on loopback, each role on its own port', () => {
    expect(loadNodeConfig('server', {}, {}).listen).toEqual({ host: '127.0.0.1', port: 8080 });
    expect(loadNodeConfig('api', {}, {}).listen).toEqual({ host: '127.0.0.1', port: 8080 });
    expect(loadNodeConfig('scheduler', {}, {}).listen).toEqual({ host: '127.0.0.1', port: 8081 });
    expect(loadNodeConfig('worker', {}, {}).listen).toEqual({ host: '127.0.0.1', port: 8082 });
  });

  it('prefers flags to the environment, and the environment to defaults', () => {
    const env = { NINEV_ETCD_PREFIX: 'from-env', NINEV_MEMBER_TAGS: 'a, b' };
    expect(loadNodeConfig('worker', {}, {}).prefix).toBe('9volt');
    expect(loadNodeConfig('worker', {}, env).prefix).toBe('from-env');
    expect(loadNodeConfig('worker', { etcdPrefix: 'from-flag' }, env).prefix).toBe('from-flag');
    expect(loadNodeConfig('worker', {}, env).tags).toEqual(['a', 'b']);
  });

  it.each([
    [['http://a:1,http://b:2'], ['http://a:1', 'http://b:2']],
    [
      ['http://a:1', 'http://b:2/'],
      ['http://a:1', 'http://b:2'],
    ],
    [['10.0.0.1:2379'], ['http://10.0.0.1:2379']],
    [['https://[::1]:2379'], ['https://[::1]:2379']],
  ])('takes etcd members as a comma list or repeated: %j', (etcdMembers, expected) => {
    expect(loadEtcdConfig({ etcdMembers }, {}).etcd.members).toEqual(expected);
  });

  it.each(['0.0.0.0:8080', ':8080', '192.0.2.1:1', '[::]:8080', 'db.example.com:80'])(
    'refuses to listen on %s without tokens, unless told to',
    (listen) => {
      expect(faultsOf(() => loadNodeConfig('api', { listen }, {}))[0]).toMatch(/^--listen: refusing .*--insecure/);
      expect(faultsOf(() => loadNodeConfig('api', { listen, insecure: true }, {}))).toEqual([]);
      expect(faultsOf(() => loadNodeConfig('api', { listen, accessTokens: [ONE] }, {}))).toEqual([]);
    },
  );

  it.each(['127.0.0.1:0', 'localhost:9', '[::1]:9', '9'])('listens on loopback at %s without asking', (listen) => {
    expect(faultsOf(() => loadNodeConfig('api', { listen }, {}))).toEqual([]);
  });

  it('lists all faults together, naming the flag or the variable', () => {
    const faults = faultsOf(() =>
      loadNodeConfig(
        'api',
        { listen: 'nowhere', etcdUserpass: 'nopass', etcdCert: '/does/not/exist' },
        { NINEV_ETCD_MEMBERS: 'ftp://x', NINEV_DEBUG: 'maybe', NINEV_PUBLIC_URL: 'x' },
      ),
    );
    expect(faults.map((fault) => fault.split(':')[0])).toEqual(
      expect.arrayContaining([
        '--listen',
        '--etcd-userpass',
        '--etcd-cert',
        'NINEV_ETCD_MEMBERS',
        'NINEV_DEBUG',
        'NINEV_PUBLIC_URL',
      ]),
    );
  });

  it('splits the user from a password with colons', () => {
    expect(loadEtcdConfig({}, { NINEV_ETCD_USERPASS: 'root:a:b' }).etcd).toMatchObject({
      username: 'root',
      password: 'a:b',
    });
  });

  it.each([
    [undefined, ['env:NINEV_SECRET_*', 'file:/etc/9volt/secrets/']],
    ['none', []],
    ['env:SLACK_*, file:/run/secrets/', ['env:SLACK_*', 'file:/run/secrets/']],
  ])('limits secrets to the sources %j', (secretSources, expected) => {
    const env = secretSources === undefined ? {} : { NINEV_SECRET_SOURCES: secretSources };
    expect(loadNodeConfig('worker', {}, env).secretSources).toEqual(expected);
  });

  it.each(['SLACK', 'env:', 'file:run/secrets', 'env:A,none'])('refuses %j as sources of secrets', (secretSources) => {
    expect(faultsOf(() => loadNodeConfig('worker', { secretSources }, {}))[0]).toMatch(/^--secret-sources: expected/);
  });
});

it.each([
  [undefined, 'http://127.0.0.1:8080'],
  ['0.0.0.0:9000', 'http://127.0.0.1:9000'],
  ['[::]:9000', 'http://[::1]:9000'],
  ['10.0.0.1:9000', 'http://10.0.0.1:9000'],
])('a node that listens on %s is asked at %s', (listen, url) => {
  expect(loadListenAddress({ NINEV_LISTEN_ADDRESS: listen })).toBe(url);
});

describe('access tokens', () => {
  const file = (text: string): string => {
    const path = join(mkdtempSync(join(tmpdir(), 'ninevolt-tokens-')), 'tokens');
    writeFileSync(path, text);
    return path;
  };

  it.each<[object, Record<string, string>, string]>([
    [{}, { NINEV_ACCESS_TOKENS: '' }, 'NINEV_ACCESS_TOKENS: is given, and empty'],
    [{}, { NINEV_ACCESS_TOKENS: ' , ' }, 'NINEV_ACCESS_TOKENS: is given, and empty'],
    [{ accessTokens: '' }, {}, '--access-tokens: is given, and empty'],
    [{ accessTokens: [] }, {}, '--access-tokens: is given, and empty'],
    [{}, { NINEV_ACCESS_TOKENS_FILE: '' }, 'NINEV_ACCESS_TOKENS_FILE: is given, and empty'],
    [{}, { NINEV_ACCESS_TOKENS_FILE: file('') }, 'NINEV_ACCESS_TOKENS_FILE: is given, and empty'],
    [{}, { NINEV_ACCESS_TOKENS_FILE: file(' \n') }, 'NINEV_ACCESS_TOKENS_FILE: is given, and empty'],
    [{}, { NINEV_ACCESS_TOKENS: 'a' }, 'NINEV_ACCESS_TOKENS: the token has 1 characters; expected 16 or more'],
    [{}, { NINEV_ACCESS_TOKENS: `${ONE},${'x'.repeat(15)}` }, 'token 2 of 2 has 15 characters'],
    [{}, { NINEV_ACCESS_TOKENS_FILE: file(`${ONE}\n${TWO}\n`) }, 'the token cannot be sent in a header'],
    [{}, { NINEV_ACCESS_TOKENS: 'ein Schlüssel für mich' }, 'the token cannot be sent in a header'],
  ])('are refused: %j, %j', (flags, env, fault) => {
    for (const role of ['server', 'api', 'scheduler', 'worker'] as const) {
      const faults = faultsOf(() => loadNodeConfig(role, flags, env));
      expect([faults.length, faults[0]]).toEqual([1, expect.stringContaining(fault)]);
      expect(faults[0]).not.toContain(ONE);
    }
    if (Object.keys(flags).length === 0) expect(judgeAccessTokens(env).faults).toHaveLength(1);
  });

  it('are none if nobody sets any, and may have 16 characters', () => {
    expect(loadNodeConfig('api', {}, {}).accessTokens).toEqual([]);
    expect(loadNodeConfig('api', {}, { NINEV_ACCESS_TOKENS: 'x'.repeat(16) }).accessTokens).toHaveLength(1);
    expect(judgeAccessTokens({ NINEV_ACCESS_TOKENS: `${ONE},${TWO}` })).toEqual({ count: 2, faults: [] });
  });
});

describe('the programs that a worker runs', () => {
  it.each([
    [{}, {}, []],
    [{}, { NINEV_ACCESS_TOKENS: 'x'.repeat(16) }, []],
    [{ execAllow: 'any' }, {}, 'any'],
    [{ execAllow: 'none' }, {}, []],
    [{}, { NINEV_EXEC_ALLOW: 'none' }, []],
    [{ execAllow: '/usr/bin/a, /opt/b c' }, { NINEV_EXEC_ALLOW: 'any' }, ['/usr/bin/a', '/opt/b c']],
    [{ execAllow: ['/usr/bin/a', '/usr/bin/b'] }, {}, ['/usr/bin/a', '/usr/bin/b']],
  ])('are those of %j and %j', (flags, env, rules) => {
    expect(loadNodeConfig('worker', flags, env).programs).toEqual({ rules, atOnce: 32 });
  });

  it.each([
    [{ execAllow: 'nome' }, ['--exec-allow: expected any, none or absolute paths, got "nome"']],
    [{ execAllow: 'any,/bin/a' }, ['--exec-allow: expected any, none or absolute paths, got "any"']],
    [{ execConcurrency: '0' }, ['--exec-concurrency: expected a whole number from 1, got "0"']],
    [{ execConcurrency: '1.5' }, ['--exec-concurrency: expected a whole number from 1, got "1.5"']],
    [{ performanceSeries: '-1' }, ['--performance-series: expected a whole number from 0, got "-1"']],
    [{ monitorSeries: 'all' }, ['--monitor-series: expected a whole number from 0, got "all"']],
  ])('%j is refused', (flags, faults) => {
    expect(faultsOf(() => loadNodeConfig('worker', flags, {}))).toEqual(faults);
  });

  it.each(['server', 'worker', 'scheduler', 'api'] as const)(
    'are none in the role %s unless it was started with some',
    (role) => {
      expect(loadNodeConfig(role, {}, {}).programs.rules).toEqual([]);
    },
  );

  it('are none if the variable is empty, like an empty list', () => {
    expect(loadNodeConfig('worker', { execAllow: '' }, {}).programs.rules).toEqual([]);
  });

  it('takes networks that checks may and may not connect to', () => {
    const env = {
      NINEV_TARGET_ALLOW: '169.254.1.1, fe80::/64',
      NINEV_TARGET_DENY: '10.0.0.0/8',
      NINEV_TARGET_ONLY: '10.0.0.0/7',
    };
    expect(loadNodeConfig('worker', {}, env).targets).toEqual({
      allow: ['169.254.1.1', 'fe80::/64'],
      deny: ['10.0.0.0/8'],
      only: ['10.0.0.0/7'],
      etcd: ['http://localhost:2379'],
    });
    for (const targetDeny of ['10.0.0.0/33', 'example.com', '10.0.0.0/', '::/129']) {
      expect(faultsOf(() => loadNodeConfig('worker', { targetDeny }, {}))[0]).toMatch(
        /^--target-deny: expected addresses/,
      );
    }
  });
});
