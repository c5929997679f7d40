import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Authority, type Issued, makeAuthority, makeCertificate, unusedPort } from '@9volt/testing';
import {
  describeProbeContract,
  faultsOf,
  monitorOf,
  runProbe,
  startTcpTarget,
  type TcpTarget,
  type Written,
} from './testing/index.js';
import { tlsMonitor } from './tls.monitor.js';

let authority: Authority;
let good: Issued;
beforeAll(() => {
  authority = makeAuthority();
  good = authority.issue();
});

describeProbeContract(tlsMonitor, async () => {
  const healthy = await startTcpTarget({ tls: good });
  const failing = await startTcpTarget({ tls: authority.issue({ days: 1 }) });
  const hanging = await startTcpTarget();
  hanging.mode = 'hang';
  const at = ({ host, port }: TcpTarget): Written => ({ host, port, 'tls-ca': authority.ca });
  return {
    healthy: at(healthy),
    failing: at(failing),
    refused: { host: '127.0.0.1', port: await unusedPort() },
    hanging: at(hanging),
    close: async () => void (await Promise.all([healthy, failing, hanging].map((target) => target.close()))),
  };
});

/** One check of a server with this certificate; its authority is trusted unless set otherwise. */
async function against(tls: Issued, more: Written = {}) {
  const target = await startTcpTarget({ tls });
  try {
    const settings = { host: target.host, port: target.port, 'tls-ca': authority.ca, ...more };
    return await runProbe({ type: 'tls', ...settings });
  } finally {
    await target.close();
  }
}

describe('tls: the certificate', () => {
  it('is kept with the result, and its days left are measured', async () => {
    expect(await against(good)).toMatchObject({
      status: 'ok',
      certificate: { subject: 'O=9volt test, CN=leaf', issuer: 'CN=9volt test intermediate', daysLeft: 29 },
      performance: [{ label: 'days_left', value: 29, unit: 'd', warn: '14:', crit: '3:' }],
      phases: { lookup: expect.any(Number), connect: expect.any(Number), tls: expect.any(Number) },
    });
  });

  it.each([
    [{ days: 10 }, {}, 'warning', /^The certificate expires in 9 days, on [\d-]+; expected at least 14 days$/],
    [{ days: 2 }, {}, 'critical', /^The certificate expires in 1 day, on [\d-]+; expected at least 3 days$/],
    [{ days: 2 }, { 'tls-expiry-warning': 1 }, 'ok', /^N\/A$/],
    [{ days: 50 }, { 'tls-expiry-critical': 60 }, 'critical', /expected at least 60 days$/],
    [{ days: -1 }, {}, 'critical', /^The certificate expired on [\d-]+$/],
    [{ days: -1 }, { 'tls-skip-verify': true }, 'critical', /^The certificate expired on [\d-]+$/],
    [
      { leafOnly: true },
      {},
      'critical',
      /^The certificate cannot be trusted: .*intermediate certificate may be missing/,
    ],
    [{ leafOnly: true }, { 'tls-skip-verify': true }, 'ok', /^N\/A$/],
    [
      { names: 'DNS:other.test' },
      {},
      'critical',
      /^The certificate is not valid for 127.0.0.1, but for DNS:other.test$/,
    ],
    [{ names: 'DNS:other.test' }, { 'tls-server-name': 'other.test' }, 'ok', /^N\/A$/],
    [{}, { host: 'localhost' }, 'ok', /^N\/A$/],
    [
      { days: 10, names: 'DNS:other.test' },
      {},
      'critical',
      /^The certificate is not valid for .*; The certificate expires in 9 days/,
    ],
  ])('issued with %j and judged with %j is %s', async (wish, more, status, message) => {
    const result = await against(authority.issue(wish), more);
    expect(result).toMatchObject({ status, message: expect.stringMatching(message) });
  });

  it.each([
    [
      'signed by itself',
      () => makeCertificate(),
      /the certificate is signed by itself \(DEPTH_ZERO_SELF_SIGNED_CERT\)/,
    ],
    ['of another authority', () => makeAuthority().issue(), /\(UNABLE_TO_GET_ISSUER_CERT_LOCALLY\)/],
  ])('%s is not trusted', async (_, issued, message) => {
    expect(await against(issued())).toMatchObject({ status: 'critical', message: expect.stringMatching(message) });
  });

  it("is trusted by the system's authorities only if one of them issued it", async () => {
    const result = await against(good, { 'tls-ca': undefined });
    expect(result).toMatchObject({ status: 'critical', message: expect.stringContaining('cannot be trusted') });
  });
});

describe('tls: openssl s_server', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), '9volt-s-server-'));
    writeFileSync(join(directory, 'key.pem'), good.key);
    writeFileSync(join(directory, 'cert.pem'), good.cert);
    writeFileSync(join(directory, 'ca.pem'), authority.ca);
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  async function withServer<T>(args: readonly string[], act: (port: number) => Promise<T>): Promise<T> {
    const port = await unusedPort();
    const child: ChildProcess = spawn(
      'openssl',
      [
        ...[
          's_server',
          '-accept',
          `127.0.0.1:${port}`,
          '-key',
          'key.pem',
          '-cert',
          'cert.pem',
          '-cert_chain',
          'cert.pem',
        ],
        ...args,
      ],
      { cwd: directory, stdio: ['pipe', 'pipe', 'ignore'] },
    );
    const ended = once(child, 'exit');
    try {
      await new Promise<void>((resolve) =>
        child.stdout?.on('data', (said: Buffer) => String(said).includes('ACCEPT') && resolve()),
      );
      return await act(port);
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
  }

  const settings = (port: number, more: Written): Written => ({
    type: 'tls',
    host: '127.0.0.1',
    port,
    'tls-ca': authority.ca,
    ...more,
  });

  it.each([
    ['-tls1_2', {}, 'ok'],
    ['-tls1_3', {}, 'ok'],
    ['-tls1_2', { 'tls-min-version': 'TLSv1.3' }, 'the target does not speak TLSv1.3 or later'],
    ['-tls1_1', {}, 'the target does not speak TLSv1.2 or later'],
    ['-tls1_1', { 'tls-min-version': 'TLSv1.1' }, 'ok'],
    ['-tls1', { 'tls-min-version': 'TLSv1' }, 'ok'],
  ])('with %s, checked with %j: %s', async (version, more, expected) => {
    const result = await withServer([version, '-cipher', 'DEFAULT@SECLEVEL=0'], (port) =>
      runProbe(settings(port, more)),
    );
    if (expected === 'ok') expect(result).toMatchObject({ status: 'ok' });
    else expect(result).toMatchObject({ status: 'critical', message: expect.stringContaining(expected) });
  });

  it('that requires a certificate gets one', async () => {
    const { key, cert } = authority.issue();
    const demanding = ['-tls1_2', '-Verify', '3', '-verify_return_error', '-CAfile', 'ca.pem'];
    await withServer(demanding, async (port) => {
      const shown = { 'tls-client-cert': cert, 'tls-client-key': key };
      expect(await runProbe(settings(port, shown))).toMatchObject({ status: 'ok' });
      expect(await runProbe(settings(port, {}))).toMatchObject({
        status: 'critical',
        message: expect.stringMatching(/^Unable to speak TLS with 127.0.0.1:\d+: .*handshake failure/s),
      });
    });
  });
});

describe('tls: by STARTTLS', () => {
  /** Sends each line in turn, the first at once, the next after each line that it gets; at the end it may switch to TLS. */
  const talking =
    (lines: readonly string[], { tls = true } = {}) =>
    (socket: Socket): void => {
      const rest = [...lines];
      const first = rest[0] === '' ? (rest.shift(), undefined) : rest.shift();
      if (first !== undefined) socket.write(first);
      const next = (): void => {
        const line = rest.shift();
        if (line !== undefined) socket.write(line);
        if (rest.length > 0 || !tls) return;
        socket.off('data', next);
        socket.removeAllListeners('data');
        new TLSSocket(socket, { isServer: true, ...good }).on('error', () => undefined);
      };
      socket.on('data', next);
    };

  const asked = async (starttls: string, lines: readonly string[], how: { tls?: boolean } = {}) => {
    const target = await startTcpTarget({ serve: talking(lines, how) });
    try {
      const settings = { host: target.host, port: target.port, starttls, timeout: '2s', 'tls-ca': authority.ca };
      const result = await runProbe({ type: 'tls', ...settings });
      return { result, received: target.connections[0]?.received };
    } finally {
      await target.close();
    }
  };

  it.each([
    [
      'smtp',
      [
        '220-mail.test\r\n220 ESMTP ready\r\n',
        '250-mail.test\r\n250-PIPELINING\r\n250 STARTTLS\r\n',
        '220 go ahead\r\n',
      ],
      /^EHLO \[127\.0\.0\.1\]\r\nSTARTTLS\r\n/,
    ],
    ['imap', ['* OK ready\r\n', '* some news\r\na OK begin\r\n'], /^a STARTTLS\r\n/],
    ['postgres', ['', 'S'], /^\0\0\0\x08\x04/],
  ])('%s switches to TLS', async (protocol, lines, said) => {
    const { result, received } = await asked(protocol, lines);
    expect(result).toMatchObject({ status: 'ok', certificate: { daysLeft: 29 } });
    expect(received).toMatch(said);
  });

  const greeting = '220 mail.test\r\n';
  it.each([
    ['smtp', ['554 no\u001b[31m service\r\n'], "the target answered its greeting with '554 no\\u001b[31m service'"],
    ['smtp', [greeting, '250 mail.test\r\n'], 'the target offers no STARTTLS'],
    ['smtp', [greeting, '250 STARTTLS\r\n', '454 not now\r\n'], "the target answered STARTTLS with '454 not now'"],
    [
      'smtp',
      [greeting, '250 STARTTLS\r\n', '220 go\r\n250 injected\r\n'],
      'the target sent more than it should before TLS',
    ],
    ['smtp', [greeting.repeat(2_000)], 'the target answered EHLO'],
    ['imap', ['* BYE\r\n'], "the target answered its greeting with '* BYE'"],
    ['imap', ['* OK\r\n', 'a BAD no such command\r\n'], "the target answered STARTTLS with 'a BAD no such command'"],
    ['postgres', ['', 'N'], 'the target refuses TLS'],
    ['postgres', ['', 'E'], "the target answered the request for TLS with 'E'"],
    ['imap', ['x'.repeat(20_000)], 'the target sends too much'],
    ['smtp', [], 'timed out after 2s while asking for TLS in smtp'],
  ])('%s that says %j does not', async (protocol, lines, message) => {
    const { result } = await asked(protocol, lines, { tls: false });
    expect(result).toMatchObject({ status: 'critical', message: expect.stringContaining(message) });
  });

  it('that closes is reported', async () => {
    const target = await startTcpTarget({ serve: (socket) => void socket.end('220 ') });
    const result = await runProbe({ type: 'tls', host: target.host, port: target.port, starttls: 'smtp' });
    await target.close();
    expect(result.message).toContain('the target closed the connection');
  });
});

describe('tls: settings', () => {
  it.each([
    [{ host: 'a.test' }, 'tls://a.test:443'],
    [{ host: 'a.test', starttls: 'smtp' }, 'smtp://a.test:25'],
    [{ host: 'a.test', starttls: 'imap' }, 'imap://a.test:143'],
    [{ host: '::1', starttls: 'postgres', port: 1 }, 'postgres://[::1]:1'],
  ])('%j is about %s', (written, target) => {
    const { definition, settings } = monitorOf({ type: 'tls', ...written });
    expect(definition.target(settings)).toBe(target);
  });

  it.each<[Written, string | RegExp]>([
    [{ starttls: 'ftp' }, /^starttls: "ftp" is not valid; expected one of smtp, imap, postgres$/],
    [{ 'tls-min-version': 1.2 }, /^tls-min-version: 1.2 is not valid; expected one of TLSv1,/],
    [{ 'tls-expiry-warning': 3, 'tls-expiry-critical': 5 }, /^tls-expiry-warning: 3 .* at least the days of .* 5$/],
    [{ 'tls-client-key': 'x' }, /^tls-client-cert: expected tls-client-cert and tls-client-key together$/],
    [{ 'tls-client-cert': 'x' }, /^tls-client-key: expected/],
  ])('refuses %j', (written, message) => {
    expect(faultsOf({ type: 'tls', host: 'a.test', ...written })).toEqual([expect.stringMatching(message)]);
  });

  it('permits one limit, whatever the default of the other', () => {
    for (const written of [{ 'tls-expiry-warning': 1 }, { 'tls-expiry-critical': 30 }]) {
      expect(faultsOf({ type: 'tls', host: 'a.test', ...written })).toEqual([]);
    }
  });
});
