import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ArchiveConnection, ArchiveWriter } from '@9volt/archive';
import { historyPeriods } from '@9volt/contracts';
import { loadNodeConfig } from '@9volt/platform';
import { hasPostgres, PostgresServer } from '@9volt/testing/postgres';
import { archiveFindings } from './archive-finding.js';

const found = (archiveUrl?: string) =>
  archiveFindings(loadNodeConfig('worker', archiveUrl === undefined ? {} : { archiveUrl }, {}));

it('says nothing without an archive', async () => {
  expect(await found()).toEqual([]);
});

it('names an archive that does not answer, and a connection in the clear, without the password', async () => {
  const findings = await found('postgres://u:canary@no-such-host.invalid/history');
  expect(findings).toMatchObject([
    { verdict: 'warning', found: expect.stringContaining('no-such-host.invalid') },
    { verdict: 'warning', found: 'the connection to no-such-host.invalid is not encrypted' },
  ]);
  expect(JSON.stringify(findings)).not.toContain('canary');
  expect(await found('postgres://u:canary@127.0.0.1:1/history')).toHaveLength(1);
  expect(await found('postgres://u:canary@no-such-host.invalid/h?sslmode=verify-full')).toHaveLength(1);
});

(hasPostgres ? describe : describe.skip)('of an archive that answers', () => {
  let server: PostgresServer;
  const url = (): string => `postgres://postgres@127.0.0.1:${server.port}/postgres`;
  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(() => server.stop());

  it('says whether the leader writes to it', async () => {
    expect(await found(url())).toMatchObject([
      { verdict: 'warning', found: 'answers, but no leader has written to it' },
    ]);
    const { archive } = loadNodeConfig('api', { archiveUrl: url() }, {});
    if (!archive) throw new Error('no archive');
    const connection = new ArchiveConnection(archive);
    const writer = new ArchiveWriter(connection, { prefix: '9volt', data: 'x', lengths: historyPeriods() }, 1);
    await writer.open(() => Promise.resolve(true));
    await writer.note(archive.keepMs);
    await connection.close();
    const says = /^0 days and 0 hours, the leader wrote .* ago$/;
    expect(await found(url())).toEqual([{ subject: 'archive', verdict: 'ok', found: expect.stringMatching(says) }]);
    await server.sql("UPDATE ninevolt.cluster SET written_at = now() - interval '20 minutes'");
    expect(await found(url())).toMatchObject([{ verdict: 'warning', found: expect.stringContaining('20m') }]);
  });
});
