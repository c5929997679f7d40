import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scoped } from '../probe/scope.js';
import { answerTo, type DnsTarget, startDnsTarget } from '../testing/index.js';
import { HostResolver } from './resolve-host.js';
import { parseHosts, parseResolvConf } from './resolver-files.js';

describe('HostResolver', () => {
  let dns: DnsTarget;
  let dir: string;
  let resolver: HostResolver;

  beforeAll(async () => {
    dns = await startDnsTarget((query) => {
      const [{ name, type } = { name: '', type: 'A' }] = query.questions ?? [];
      if (name.startsWith('hang')) return undefined;
      if (name === 'both.test' && type === 'A') return answerTo(query, [{ name, type, ttl: 1, data: '192.0.2.1' }]);
      if (name === 'both.test' && type === 'AAAA')
        return answerTo(query, [{ name, type, ttl: 1, data: '2001:db8::1' }]);
      if (name === 'half-hang.test')
        return type === 'A' ? answerTo(query, [{ name, type, ttl: 1, data: '192.0.2.2' }]) : undefined;
      if (name === 'db.cluster.test' && type === 'A')
        return answerTo(query, [{ name, type, ttl: 1, data: '192.0.2.3' }]);
      if (name === 'db.cluster.test') return answerTo(query);
      if (name.startsWith('broken')) return answerTo(query, [], 2);
      return answerTo(query, [], 3);
    });
    dir = mkdtempSync(join(tmpdir(), '9volt-resolver-'));
    const files = { hosts: join(dir, 'hosts'), resolvConf: join(dir, 'resolv.conf') };
    writeFileSync(files.hosts, '192.0.2.9 pinned.test Pinned # by hand\n::1 pinned.test\n');
    writeFileSync(files.resolvConf, `nameserver ${dns.host}:${dns.port}\nsearch other.test cluster.test\n`);
    resolver = new HostResolver(files);
  });
  afterAll(async () => {
    rmSync(dir, { recursive: true });
    await dns.close();
  });

  const resolve = (host: string, limitMs = 5_000) =>
    scoped(limitMs, new AbortController().signal, (scope) => resolver.resolve(host, scope));

  it.each([
    ['192.0.2.7', ['192.0.2.7']],
    ['fe80::1%eth0', ['fe80::1%eth0']],
    ['PINNED.test', ['192.0.2.9', '::1']],
    ['localhost', ['127.0.0.1']],
    ['both.test', ['192.0.2.1', '2001:db8::1']],
    ['half-hang.test', ['192.0.2.2']],
    ['db', ['192.0.2.3']],
  ])('%s has the addresses %j', async (host, addresses) => {
    expect((await resolve(host)).map(({ address }) => address)).toEqual(addresses);
  });

  it('asks for a name with dots as it is before it tries the search list', async () => {
    const before = dns.queries.length;
    await resolve('nowhere.test').catch(() => undefined);
    const asked = dns.queries.slice(before).map(({ query }) => query.questions?.[0]?.name);
    expect([...new Set(asked)]).toEqual(['nowhere.test', 'nowhere.test.other.test', 'nowhere.test.cluster.test']);
  });

  it('says that a name does not exist, or that the servers failed', async () => {
    await expect(resolve('nowhere.test')).rejects.toThrow('lookup of nowhere.test: no such host');
    await expect(resolve('broken.test')).rejects.toThrow('lookup of broken.test: the name servers failed (SERVFAIL)');
  });

  it('gives its question up as soon as the scope has ended', async () => {
    let lookup: Promise<unknown> = Promise.resolve();
    const cut = scoped(50, new AbortController().signal, (scope) => (lookup = resolver.resolve('hang-on.test', scope)));
    await expect(cut).rejects.toThrow('timed out');
    // Left alone it would wait for its own time limit, longer than this test may take.
    await expect(lookup).rejects.toThrow('lookup of hang-on.test');
  });

  it('answers other names on time while a hundred lookups hang', async () => {
    const hanging = Array.from({ length: 100 }, (_, index) =>
      resolve(`hang-${index}.test`, 2_000).catch((error: Error) => error.message),
    );
    await new Promise((done) => setTimeout(done, 100));
    const since = performance.now();
    expect(await resolve('both.test')).toHaveLength(2);
    expect(performance.now() - since).toBeLessThan(1_800);
    expect(new Set(await Promise.all(hanging))).toEqual(new Set(['timed out']));
  });
});

describe('parseHosts', () => {
  it('reads names of several addresses, and leaves out what is no address', () => {
    const hosts = parseHosts('127.0.0.1\tlocalhost\n::1 localhost # six\n#10.0.0.1 off\nnonsense here\n\n');
    expect([...hosts]).toEqual([
      [
        'localhost',
        [
          { address: '127.0.0.1', family: 4 },
          { address: '::1', family: 6 },
        ],
      ],
    ]);
  });
});

describe('parseResolvConf', () => {
  it.each([
    ['', { servers: ['127.0.0.1'], search: [], ndots: 1 }],
    [
      'search a.test b.test\nnameserver 10.0.0.1 # one\nnameserver ::1\noptions ndots:5 timeout:1\n',
      { servers: ['10.0.0.1', '::1'], search: ['a.test', 'b.test'], ndots: 5 },
    ],
  ])('%j', (text, config) => {
    expect(parseResolvConf(text)).toEqual(config);
  });
});
