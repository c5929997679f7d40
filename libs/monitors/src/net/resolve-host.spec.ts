import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scoped } from '@9volt/process';
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

  it('asks for a name with dots as it is before it uses the search list', async () => {
    const before = dns.queries.length;
    await resolve('nowhere.test').catch(() => undefined);
    const asked = dns.queries.slice(before).map(({ query }) => query.questions?.[0]?.name);
    expect([...new Set(asked)]).toEqual(['nowhere.test', 'nowhere.test.other.test', 'nowhere.test.cluster.test']);
  });

  it('says that a name does not exist, or that the servers failed', async () => {
    await expect(resolve('nowhere.test')).rejects.toThrow('lookup of nowhere.test: no such host');
    await expect(resolve('broken.test')).rejects.toThrow('lookup of broken.test: the name servers failed (SERVFAIL)');
  });

  it('cancels its question as soon as the scope has ended', async () => {
    let lookup: Promise<unknown> = Promise.resolve();
    const cut = scoped(50, new AbortController().signal, (scope) => (lookup = resolver.resolve('hang-on.test', scope)));
    await expect(cut).rejects.toThrow('timed out');
    // Without the cancellation it would wait for its own time limit, longer than this test may take.
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

describe('HostResolver with files that the system accepts', () => {
  let dns: DnsTarget;
  let dir: string;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), '9volt-resolver-'));
    dns = await startDnsTarget((query) => {
      const [{ name, type } = { name: '', type: 'A' }] = query.questions ?? [];
      return answerTo(query, type === 'A' ? [{ name, type, ttl: 1, data: '192.0.2.1' }] : []);
    });
  });
  afterAll(async () => {
    rmSync(dir, { recursive: true });
    await dns.close();
  });

  it('uses the good servers beside a bad one', async () => {
    const resolvConf = join(dir, 'resolv.conf');
    writeFileSync(resolvConf, `nameserver bogus\nnameserver ${dns.host}:${dns.port}\nnameserver 999.1.1.1\n`);
    const resolver = new HostResolver({ hosts: join(dir, 'nowhere'), resolvConf });
    const found = scoped(5_000, new AbortController().signal, (scope) => resolver.resolve('web.test', scope));
    expect(await found).toEqual([{ address: '192.0.2.1', family: 4 }]);
  });

  it.each([
    ['a directory', () => dir],
    ['a path below a file', () => join(process.execPath, 'hosts')],
    [
      'a circle of links',
      () => {
        const link = join(dir, 'circle');
        symlinkSync(link, link);
        return link;
      },
    ],
  ])('treats %s as an empty file', async (_what, path) => {
    const file = path();
    const resolver = new HostResolver({ hosts: file, resolvConf: file });
    const found = scoped(5_000, new AbortController().signal, (scope) => resolver.resolve('localhost', scope));
    expect(await found).toEqual([{ address: '127.0.0.1', family: 4 }]);
  });
});

describe('parseHosts', () => {
  it.each([
    ['bogus web.test\n192.0.2.1 web.test\n'],
    ['192.0.2.1\n192.0.2.1 web.test\n'],
    ['192.0.2.256 web.test\n192.0.2.1 web.test\n'],
    ['192.0.2.9:80 web.test\n192.0.2.0/24 web.test\n192.0.2.1 WEB.test\n'],
    ['\ufeff192.0.2.9 web.test\n192.0.2.1\tweb.test\r\n'],
    ['\0\0\0\n[::1] web.test\n192.0.2.1 web.test#192.0.2.2 web.test\n'],
    ['127.1 web.test\nweb.test 192.0.2.9\n  192.0.2.1   web.test  \n'],
  ])('skips a bad line: %j', (text) => {
    expect(parseHosts(text).get('web.test')).toEqual([{ address: '192.0.2.1', family: 4 }]);
  });
  it('reads names with several addresses, and skips invalid addresses', () => {
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
  const noServer = { servers: ['127.0.0.1'], search: [], ndots: 1 };
  it.each([
    ['', { servers: ['127.0.0.1'], search: [], ndots: 1 }],
    ['nameserver 10.0.0.1\nnameserver bogus\n', { servers: ['10.0.0.1'], search: [], ndots: 1 }],
    ['nameserver bogus\n', { servers: ['127.0.0.1'], search: [], ndots: 1 }],
    ['nameserver\nnameserver 10.0.0.256\nnameserver 2001:db8::g\nnameserver ns1.test\n', noServer],
    ['nameserver [::1\nnameserver 10.0.0.1:99999\nnameserver tls://10.0.0.1\nnameserver 10.0.0.1.\n', noServer],
    ['\ufeffnameserver 10.0.0.1\n', noServer],
    ['\0\x01binary\nname\n', noServer],
    ['nameserver fe80::1%eth0\n', { servers: ['fe80::1%eth0'], search: [], ndots: 1 }],
    // By the rules of inet_aton(3), as in the system.
    ['nameserver 127.1\nnameserver 0x7f.2\n', { servers: ['127.0.0.1', '127.0.0.2'], search: [], ndots: 1 }],
    ['nameserver\t10.0.0.1\r\nsearch\ta.test\r\n', { servers: ['10.0.0.1'], search: ['a.test'], ndots: 1 }],
    ['domain a.test b.test\n', { servers: ['127.0.0.1'], search: ['a.test'], ndots: 1 }],
    [
      'search a..test .b.test c.test. d_d.test xn--bcher-kva.test\n',
      { ...noServer, search: ['c.test.', 'd_d.test', 'xn--bcher-kva.test'] },
    ],
    ['search\n', noServer],
    ['options ndots:x\noptions ndots:99\noptions ndots:\noption ndots:3\n', { ...noServer, ndots: 15 }],
    ['nameservers 10.0.0.1\nNAMESERVER 10.0.0.1\n', noServer],
    [
      'search a.test b.test\nnameserver 10.0.0.1 # one\nnameserver ::1\noptions ndots:5 timeout:1\n',
      { servers: ['10.0.0.1', '::1'], search: ['a.test', 'b.test'], ndots: 5 },
    ],
  ])('%j', (text, config) => {
    expect(parseResolvConf(text)).toEqual(config);
  });
});
