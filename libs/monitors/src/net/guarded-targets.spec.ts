import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, Socket } from 'node:net';
import { type Address, isTargetRefusal, type TargetRules } from '@9volt/contracts';
import { scoped } from '@9volt/process';
import { type HttpTarget, monitorOf, runProbe, startHttpTarget, type Written } from '../testing/index.js';
import { GuardedTargets } from './guarded-targets.js';

// No packet goes to any of these addresses: lookups use only this table, and connections are recorded instead of opened.
const NAMES: Record<string, Address[]> = {
  'both.test': [
    { address: '169.254.169.254', family: 4 },
    { address: '192.0.2.1', family: 4 },
  ],
  'rebound.test': [{ address: '169.254.169.254', family: 4 }],
  'nat64.test': [{ address: '64:ff9b::a9fe:a9fe', family: 6 }],
  'etcd.test': [{ address: '192.0.2.7', family: 4 }],
};

function guarded(rules: Partial<TargetRules> = {}): {
  targets: GuardedTargets;
  connected: string[];
  lookups: string[];
} {
  const [connected, lookups]: [string[], string[]] = [[], []];
  const resolver = {
    resolve: (host: string): Promise<Address[]> => {
      lookups.push(host);
      if (/^[\d.]+$/.test(host)) return Promise.resolve([{ address: host, family: 4 }]);
      if (host.includes(':')) return Promise.resolve([{ address: host, family: 6 }]);
      const found = NAMES[host];
      return found ? Promise.resolve(found) : Promise.reject(new Error(`lookup of ${host}: no such host`));
    },
  };
  const open = ({ address }: Address): Socket => {
    connected.push(address);
    const socket = new Socket();
    queueMicrotask(() => socket.destroy(Object.assign(new Error('not sent'), { code: 'ECONNREFUSED' })));
    return socket;
  };
  return { targets: new GuardedTargets({ allow: [], deny: [], ...rules }, resolver, open), connected, lookups };
}

const never = new AbortController().signal;

describe('every probe that connects', () => {
  const PROBES: Written[] = [
    { type: 'tcp', port: 80 },
    { type: 'http' },
    { type: 'http', ssl: true },
    { type: 'http', host: '192.0.2.9', proxy: 'http://HOST:3128' },
    { type: 'http', proxy: 'http://192.0.2.9:3128' },
    { type: 'http', ssl: true, proxy: 'http://192.0.2.9:3128' },
    { type: 'tls', port: 443 },
    { type: 'tls', port: 25, starttls: 'smtp' },
    { type: 'nrpe', command: 'check_load' },
    { type: 'sql', driver: 'postgres', username: 'u', query: 'SELECT 1' },
    { type: 'sql', driver: 'mysql', username: 'u', query: 'SELECT 1' },
    { type: 'sql-stats', driver: 'postgres', username: 'u', query: 'SELECT 1', critical: '> 5' },
    { type: 'sql-replication', driver: 'mysql', username: 'u' },
  ];
  /** They send without a connection that a test could intercept, so the test refuses loopback to them instead. */
  const DATAGRAMS: Written[] = [{ type: 'dns', 'dns-target': 'example.com' }, { type: 'icmp' }];
  const HOSTS = [
    '169.254.169.254',
    '0.0.0.0',
    '192.0.0.192',
    'rebound.test',
    'nat64.test',
    '::ffff:169.254.169.254',
    'fd00:ec2::23',
  ];

  it.each(PROBES.flatMap((probe) => HOSTS.map((host) => [JSON.stringify(probe), host, probe] as const)))(
    '%s is not sent to %s',
    async (_, host, probe) => {
      const bracketed = host.includes(':') ? `[${host}]` : host;
      const proxy = String(probe['proxy'] ?? '').replace('HOST', bracketed);
      const written = { host, ...probe, ...(proxy === '' ? {} : { proxy }) };
      const { targets, connected } = guarded();
      const result = await runProbe(written, never, { targets });
      expect(result).toMatchObject({ status: 'unknown', message: expect.stringContaining('is refused as a target') });
      expect(connected).toEqual([]);
    },
  );

  it.each(DATAGRAMS)('%j is not sent to a forbidden address', async (probe) => {
    const { targets } = guarded({ deny: ['127.0.0.9'] });
    const result = await runProbe({ host: '127.0.0.9', ...probe }, never, { targets });
    expect(result).toMatchObject({ status: 'unknown', message: expect.stringContaining('is refused as a target') });
  });

  it('goes to the permitted addresses of a name, and to no other', async () => {
    const { targets, connected } = guarded();
    await runProbe({ type: 'tcp', host: 'both.test', port: 80 }, never, { targets });
    expect(connected).toEqual(['192.0.2.1']);
  });

  it('has its type in this list, unless it contacts nobody', async () => {
    const { monitorTypes } = await import('../registry.js');
    const listed = new Set([...PROBES, ...DATAGRAMS].map(({ type }) => type));
    expect([...monitorTypes.keys()].filter((type) => !listed.has(type)).sort()).toEqual(['exec', 'push']);
    expect(monitorOf({ type: 'tcp', host: 'a', port: 1 }).definition.type).toBe('tcp');
  });
});

describe('a redirect', () => {
  let target: HttpTarget;
  let location = '';
  beforeAll(async () => {
    target = await startHttpTarget({
      answer: (_, response) => void response.writeHead(302, { Location: location }).end(),
    });
  });
  afterAll(() => target.close());

  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://0.0.0.0/',
    'http://0/',
    'http://0xa9fea9fe/',
    'http://2852039166/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://[64:ff9b:1::a9fe:a9fe]/',
    'http://[fd00:ec2::23]/',
    'http://169.254.169.254.:80/',
    '//192.0.0.192/',
  ])('to %s is not followed', async (to) => {
    location = to;
    const sent: string[] = [];
    const open = ({ address }: Address, port: number): Socket => {
      sent.push(address);
      // Only the redirecting server is real.
      return address === target.host ? connect(port, address) : new Socket().destroy(new Error('not sent'));
    };
    const targets = new GuardedTargets({ allow: [], deny: [] }, undefined, open);
    const { host, port } = target;
    const result = await runProbe({ type: 'http', host, port }, never, { targets });
    expect(result).toMatchObject({ status: 'unknown', message: expect.stringContaining('is refused as a target') });
    expect(sent).toEqual([target.host]);
  });
});

describe('a target behind a proxy', () => {
  it.each([
    ['a name that only the proxy can look up', 'only-there.test', {}, undefined],
    ['a name of a cloud', 'metadata.google.internal', {}, 'metadata'],
    [
      'a name, where only listed addresses are permitted',
      'only-there.test',
      { only: ['127.0.0.0/8'] },
      '--target-only',
    ],
    ['a refused address', '169.254.169.254', {}, '--target-allow'],
    ['a name with a refused address', 'rebound.test', {}, '--target-allow'],
  ])('%s', async (_, host, rules, refusal) => {
    const { targets } = guarded(rules);
    const judged = scoped(5_000, never, (scope) => targets.judgeBehindProxy({ host, port: 80 }, scope));
    if (refusal === undefined) await judged;
    else await expect(judged).rejects.toThrow(refusal);
  });
});

describe('the members of etcd', () => {
  const judge = async (members: string[], target: { host: string; port?: number }): Promise<boolean> => {
    const { targets } = guarded({ etcd: members });
    const found = scoped(5_000, never, (scope) => targets.resolve(target, scope));
    return found.then(
      () => true,
      (error: unknown) => {
        expect(isTargetRefusal(error)).toBe(true);
        expect(String(error)).toContain('etcd');
        return false;
      },
    );
  };

  it.each<[string, string[], { host: string; port?: number }, boolean]>([
    ['by its name', ['http://etcd.test:2379'], { host: 'etcd.test', port: 2379 }, false],
    ['by its address', ['https://etcd.test:2379'], { host: '192.0.2.7', port: 2379 }, false],
    ['by its address in IPv6', ['http://etcd.test:2379'], { host: '::ffff:192.0.2.7', port: 2379 }, false],
    ['any of them', ['http://192.0.2.8:2379', 'http://192.0.2.9:2380'], { host: '192.0.2.9', port: 2380 }, false],
    ['another address of this machine', ['http://127.0.0.1:2379'], { host: '::1', port: 2379 }, false],
    ['another address of the loopback', ['http://127.0.0.1:2379'], { host: '127.8.8.8', port: 2379 }, false],
    ['another port is no member', ['http://127.0.0.1:2379'], { host: '127.0.0.1', port: 8080 }, true],
    ['another machine is no member', ['http://127.0.0.1:2379'], { host: '192.0.2.7', port: 2379 }, true],
    ['a ping harms nobody', ['http://127.0.0.1:2379'], { host: '127.0.0.1' }, true],
  ])('%s', async (_, members, target, expected) => {
    expect(await judge(members, target)).toBe(expected);
  });

  it('are looked up once, and only for a target on their port', async () => {
    const { targets, lookups } = guarded({ etcd: ['http://etcd.test:2379'] });
    const ask = (port: number): Promise<unknown> =>
      scoped(5_000, never, (scope) => targets.resolve({ host: '192.0.2.1', port }, scope));
    for (const port of [80, 2379, 2379]) await ask(port);
    expect(lookups.filter((host) => host === 'etcd.test')).toHaveLength(1);
  });
});
