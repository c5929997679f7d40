import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Issued, makeAuthority } from '@9volt/testing';
import { runProbe, type Written } from './testing/index.js';
import { type RealServer, startDovecot, startExim } from './testing/mail-servers.js';
import { PostgresServer } from '@9volt/testing/postgres';

const authority = makeAuthority();

async function startPostgres(tls: Issued): Promise<RealServer> {
  const server = await PostgresServer.start({ tls });
  return { host: server.host, port: server.port, close: () => server.stop() };
}

describe.each([
  ['smtp', 'Exim', startExim],
  ['imap', 'Dovecot', startDovecot],
  ['postgres', 'PostgreSQL', startPostgres],
])('tls by STARTTLS in %s, with %s of Debian', (starttls, _, start: (tls: Issued) => Promise<RealServer>) => {
  let good: RealServer;
  let expiring: RealServer;
  beforeAll(async () => {
    [good, expiring] = await Promise.all([start(authority.issue()), start(authority.issue({ days: 10 }))]);
  }, 30_000);
  afterAll(() => Promise.all([good, expiring].map((server) => server?.close())));

  const check = ({ host, port }: RealServer, more: Written = {}) =>
    runProbe({ type: 'tls', host, port, starttls, 'tls-ca': authority.ca, ...more });

  it('finds a good certificate ok', async () => {
    expect(await check(good)).toMatchObject({
      status: 'ok',
      certificate: { subject: 'O=9volt test, CN=leaf', daysLeft: 29 },
    });
    expect(await check(good, { 'tls-min-version': 'TLSv1.3' })).toMatchObject({ status: 'ok' });
  });

  it('warns of one that expires soon', async () => {
    expect(await check(expiring)).toMatchObject({
      status: 'warning',
      message: expect.stringMatching(/^The certificate expires in 9 days/),
    });
    expect(await check(expiring, { 'tls-expiry-critical': 20 })).toMatchObject({ status: 'critical' });
  });

  it('trusts no unknown authority, and no other name', async () => {
    expect(await check(good, { 'tls-ca': makeAuthority().ca })).toMatchObject({
      status: 'critical',
      message: expect.stringContaining('cannot be trusted'),
    });
    expect(await check(good, { 'tls-server-name': 'other.test' })).toMatchObject({
      status: 'critical',
      message: expect.stringContaining('not valid for other.test'),
    });
  });

  it('reports a target that expects TLS in another form', async () => {
    const result = await runProbe({ type: 'tls', host: good.host, port: good.port, timeout: '2s' });
    expect(result).toMatchObject({ status: 'critical', message: expect.stringContaining('Unable to speak TLS') });
  });
});
