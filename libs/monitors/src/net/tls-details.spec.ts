import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type Authority, type Issued, makeAuthority } from '@9volt/testing';
import { runProbe, startTcpTarget, type Written } from '../testing/index.js';
import { tlsName } from './start-tls.js';

async function against(tls: Issued, ca: string, more: Written = {}) {
  const target = await startTcpTarget({ tls });
  try {
    return await runProbe({ type: 'tls', host: target.host, port: target.port, 'tls-ca': ca, ...more });
  } finally {
    await target.close();
  }
}

describe('tls: the certificates above that of the target', () => {
  const at = (intermediateDays: number, rootDays = 60) => {
    const authority = makeAuthority({ intermediateDays, rootDays });
    return [authority.issue({ days: 40 }), authority.ca] as const;
  };

  it.each([
    [
      'critical',
      at(2),
      /^The certificate of the chain, CN=9volt test intermediate, expires in 1 day, on [\d-]+; expected at least 3 days$/,
    ],
    ['warning', at(10), /^The certificate of the chain, CN=9volt test intermediate, expires in 9 days/],
    ['warning', at(50, 5), /^The certificate of the chain, CN=9volt test root, expires in 4 days/],
    ['critical', at(2, 10), /^The certificate of the chain, CN=9volt test intermediate, expires in 1 day/],
    ['ok', at(50), /^N\/A$/],
  ])('are %s when one of them expires soon', async (status, [tls, ca], message) => {
    expect(await against(tls, ca)).toMatchObject({ status, message: expect.stringMatching(message) });
  });

  it('are reported with their date when one has expired', async () => {
    const { message, performance } = await against(...at(-1));
    expect(message).toMatch(/^The certificate of the chain, CN=9volt test intermediate, expired on [\d-]+$/);
    expect(performance).toMatchObject([{ label: 'days_left', value: expect.any(Number) }]);
    expect(performance?.[0]?.value).toBeLessThan(0);
  });

  it.each<[string, Written]>([
    ['tls', {}],
    ['tcp', { type: 'tcp', ssl: true }],
    ['http', { type: 'http', ssl: true }],
    ['http that judges the expiry', { type: 'http', ssl: true, 'tls-expiry-warning': 14 }],
    ['http that wants any certificate', { type: 'http', ssl: true, 'tls-expiry-critical': 0 }],
  ])('make it critical when one has expired: %s', async (_what, more) => {
    for (const chain of [at(-1), at(50, -1)]) {
      const { status, message } = await against(...chain, more);
      expect([status, message]).toEqual(['critical', expect.stringMatching(/certificate .*expired/)]);
    }
  });

  it('name the certificate of the target if that has expired, and not those above it', async () => {
    const authority = makeAuthority();
    const { status, message } = await against(authority.issue({ days: -1 }), authority.ca);
    expect([status, message]).toEqual(['critical', expect.stringMatching(/^The certificate expired on [\d-]+$/)]);
  });

  // Servers send the old one for months after the authority has got another.
  it.each<[string, number, (fresh: string, old: string) => string]>([
    ['before it', -1, (fresh, old) => fresh + old],
    ['behind it', -1, (fresh, old) => old + fresh],
    ['before it, soon', 2, (fresh, old) => fresh + old],
  ])(
    'are well if a newer one stands %s, for the same authority, as openssl verifies them',
    async (_what, days, sent) => {
      const authority = makeAuthority();
      const { key, cert } = authority.issue({ days: 40, leafOnly: true });
      const tls = { key, cert: cert + sent(authority.intermediate(50), authority.intermediate(days)) };
      for (const more of [{}, { type: 'http', ssl: true, 'tls-expiry-warning': 14 }]) {
        const { message } = await against(tls, authority.ca, more);
        expect(message).not.toMatch(/certificate/);
      }
    },
  );

  it('are not judged if the chain is not verified', async () => {
    expect(await against(...at(2), { 'tls-skip-verify': true })).toMatchObject({ status: 'ok' });
  });

  it('count for http, too, if it judges the expiry', async () => {
    const [tls, ca] = at(2);
    const target = await startTcpTarget({
      tls,
      serve: (socket) => void socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\n')),
    });
    const http = { type: 'http', host: target.host, port: target.port, ssl: true, 'tls-ca': ca };
    expect(await runProbe(http)).toMatchObject({ status: 'ok' });
    expect(await runProbe({ ...http, 'tls-expiry-warning': 14 })).toMatchObject({
      status: 'warning',
      message: expect.stringContaining('intermediate, expires in 1 day'),
    });
    await target.close();
  });

  it('are those that lead to a trusted authority, not others that the target sends', async () => {
    // The same authority, trusted directly: certificates above it do not matter.
    const [tls] = at(10, 5);
    const intermediate = tls.cert.slice(tls.cert.lastIndexOf('-----BEGIN'));
    const result = await against({ key: tls.key, cert: tls.cert }, intermediate, { 'tls-expiry-warning': 8 });
    expect(result.message).not.toContain('test root');
  });
});

describe('tls: an authority that is no root', () => {
  const certificatesOf = (pem: string): string[] =>
    pem.match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----\n?/g) ?? [];

  it.each<[string, (leaf: string, intermediate: string) => [sent: string, trusted: string]]>([
    ['the certificate of the target itself', (leaf) => [leaf, leaf]],
    ['the certificate of the target, which sends more', (leaf, intermediate) => [leaf + intermediate, leaf]],
    ['an intermediate', (leaf, intermediate) => [leaf + intermediate, intermediate]],
    ['an intermediate that the target does not send', (leaf, intermediate) => [leaf, intermediate]],
  ])('is trusted as by curl: %s', async (_, of) => {
    const { key, cert } = makeAuthority({ intermediateDays: 50 }).issue({ days: 40 });
    const [leaf = '', intermediate = ''] = certificatesOf(cert);
    const [sent, trusted] = of(leaf, intermediate);
    for (const more of [{}, { type: 'tcp', ssl: true }]) {
      expect(await against({ key, cert: sent }, trusted, more)).toMatchObject({ status: 'ok' });
    }
    const other = makeAuthority().ca;
    expect(await against({ key, cert: sent }, other)).toMatchObject({ status: 'critical' });
  });

  it('is judged by its own expiry, and not by what is above it', async () => {
    const { key, cert } = makeAuthority({ intermediateDays: 2 }).issue({ days: 40 });
    const [leaf = ''] = certificatesOf(cert);
    expect(await against({ key, cert }, leaf)).toMatchObject({ status: 'ok' });
  });
});

describe('tls: the requested name', () => {
  let authority: Authority;
  beforeAll(() => {
    authority = makeAuthority();
  });

  it.each([
    ['münchen.test', 'xn--mnchen-3ya.test'],
    ['MÜNCHEN.test.', 'xn--mnchen-3ya.test'],
    ['shop.example.com.', 'shop.example.com'],
    ['shop.example.com', 'shop.example.com'],
    ['例え.テスト', 'xn--r8jz45g.xn--zckzah'],
    ['127.0.0.1', '127.0.0.1'],
  ])('%s is %s', (written, name) => {
    expect(tlsName(written)).toBe(name);
  });

  it.each<[string, Written]>([
    ['münchen.test', { type: 'tls' }],
    ['münchen.test', { type: 'tcp', ssl: true }],
    ['münchen.test', { type: 'http', ssl: true }],
    ['münchen.test', { type: 'nrpe', command: 'x' }],
    ['xn--mnchen-3ya.test.', { type: 'tls' }],
    ['xn--mnchen-3ya.test.', { type: 'tcp', ssl: true }],
    ['xn--mnchen-3ya.test.', { type: 'http', ssl: true }],
    ['xn--mnchen-3ya.test.', { type: 'nrpe', command: 'x' }],
  ])('%s is sent in ASCII, without a final dot, by %j', async (written, more) => {
    const names: string[] = [];
    const tls = authority.issue({ names: 'DNS:xn--mnchen-3ya.test' });
    const server = createServer({ ...tls, SNICallback: (name, done) => (names.push(name), done(null)) }, (socket) =>
      socket.on('error', () => undefined).once('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\n')),
    );
    server.on('tlsClientError', () => undefined).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const result = await runProbe({
      host: '127.0.0.1',
      port,
      'tls-ca': authority.ca,
      'tls-server-name': written,
      ...more,
    });
    await new Promise((resolve) => server.close(resolve));
    expect(names).toEqual(['xn--mnchen-3ya.test']);
    if (more['type'] !== 'nrpe') expect(result).toMatchObject({ status: 'ok' });
  });

  it('is verified by tcp with an authority of the operator', async () => {
    const target = await startTcpTarget({ tls: authority.issue() });
    const tcp = { type: 'tcp', host: target.host, port: target.port, ssl: true };
    expect(await runProbe({ ...tcp, 'tls-ca': authority.ca })).toMatchObject({ status: 'ok' });
    expect(await runProbe(tcp)).toMatchObject({ status: 'critical' });
    expect(await runProbe({ ...tcp, 'tls-ca': authority.ca, 'tls-server-name': 'other.test' })).toMatchObject({
      status: 'critical',
      message: expect.stringContaining('does not match'),
    });
    await target.close();
  });
});

describe('tls: targets with old TLS, or none', () => {
  /** Announces TLS 1.2 without secure renegotiation, and closes. */
  const serverHello = Buffer.concat([
    Buffer.from([22, 3, 3, 0, 42, 2, 0, 0, 38, 3, 3]),
    Buffer.alloc(32, 7),
    Buffer.from([0, 0xc0, 0x2f, 0]),
  ]);

  it.each([[{ type: 'tls' }], [{ type: 'tcp', ssl: true }], [{ type: 'http', ssl: true }]])(
    'that know no secure renegotiation are spoken with by %j if that is wanted',
    async (more) => {
      const target = await startTcpTarget({
        serve: (socket) => void socket.once('data', () => socket.end(serverHello)),
      });
      const monitor = { host: target.host, port: target.port, ...more };
      const refused = await runProbe(monitor);
      expect(refused.message).toContain(
        'the target does not support secure renegotiation; tls-legacy-renegotiation permits that',
      );
      const permitted = await runProbe({ ...monitor, 'tls-legacy-renegotiation': true });
      expect(permitted.message).toContain('the target closed the connection before TLS was established');
      await target.close();
    },
  );

  it.each([
    ['SSH-2.0-OpenSSH\r\n', 'the target does not speak TLS (wrong version number)'],
    ['HTTP/1.1 400 Bad Request\r\n\r\n', 'the target does not speak TLS (wrong version number)'],
    ['', 'the target closed the connection before TLS was established'],
    [
      Buffer.from([21, 3, 3, 0, 2, 2, 40]),
      'the target accepts none of the ciphers and versions, or requires a client certificate (handshake failure)',
    ],
    [Buffer.from([21, 3, 3, 0, 2, 2, 112]), 'the target does not know this server name (unrecognized name)'],
    [Buffer.from([21, 3, 3, 0, 2, 2, 80]), 'TLS failed: internal error'],
  ])('that answer %j are reported in plain words, without addresses', async (answer, words) => {
    const target = await startTcpTarget({ serve: (socket) => void socket.once('data', () => socket.end(answer)) });
    for (const more of [{ type: 'tls' }, { type: 'tcp', ssl: true }, { type: 'http', ssl: true }]) {
      const { message } = await runProbe({ host: target.host, port: target.port, ...more });
      expect(message.endsWith(words) ? words : message).toBe(words);
      expect(message).not.toMatch(/error:|\.c:|[0-9A-F]{8}/);
    }
    await target.close();
  });
});
