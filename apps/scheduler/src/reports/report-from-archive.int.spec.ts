import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CLASS, NO_PHASES, ReportSettings, type Tally } from '@9volt/contracts';
import { encode } from '@9volt/etcd-dal';
import { SeverableProxy, startEtcd, type TestEtcd, uniquePrefix, waitFor } from '@9volt/etcd-dal/testing';
import { AppLogger, Health } from '@9volt/platform';
import { hasPostgres, PostgresServer } from '@9volt/testing/postgres';
import { ArchiveKeeper } from '../history/archive-keeper.service.js';
import { SchedulerBench, schedulerConfig } from '../testing/scheduler-bench.js';
import { ReportReader } from './report-reader.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A day without a check but those of its first hour, which failed. */
function dayOf(n: number): Tally {
  const time = [0, 0, 0, 0, 0, 0, 0];
  time[CLASS.critical] = HOUR;
  const ends = { first: n * DAY, firstClass: CLASS.critical, last: n * DAY + HOUR, lastClass: CLASS.critical };
  const counts = { runs: 360, failures: 360, overruns: 0, maybeDown: 0, maybeUp: 0 };
  return { ...ends, ...counts, holdMs: 16_000, time, latency: [80, 360], phases: NO_PHASES, changes: [] };
}

(hasPostgres ? describe : describe.skip)('a report of a time that etcd keeps no longer', () => {
  let etcd: TestEtcd;
  let server: PostgresServer;
  let proxy: SeverableProxy;
  beforeAll(async () => {
    [etcd, server] = await Promise.all([startEtcd(), PostgresServer.start()]);
    proxy = await new SeverableProxy(server.port).listen();
  });
  afterAll(async () => {
    await proxy.stop();
    await Promise.all([etcd.stop(), server.stop()]);
  });

  it('comes from the archive; without it the report says that something is missing', async () => {
    const bench = new SchedulerBench(etcd.endpoint, uniquePrefix());
    const { node, caches, leadership, metrics } = await bench.scheduler();
    await bench.leader();
    await bench.monitor('web');
    const log = AppLogger.silent();
    const config = schedulerConfig(`postgres://postgres@127.0.0.1:${proxy.port}/postgres`);
    const archive = new ArchiveKeeper(config, node, caches, leadership, log, metrics, new Health());
    try {
      const day = Math.floor(Date.now() / DAY) - 40;
      const { history, historyFold } = node.stores;
      await historyFold.replace({ level: 'day', n: day }, new Map([['web', dayOf(day)]]), [], []);
      const [openedAt, closedAt] = [0, HOUR].map((after) => new Date(day * DAY + after).toISOString());
      const incident = { id: '1.1', openedAt, closedAt, worst: 'critical', message: 'refused', notifications: [] };
      await bench.put({ put: bench.keys.incident('web', 1), value: encode(incident) });
      await waitFor(() => caches.catalog.has('web'));
      const reader = new ReportReader(node, caches, archive, log);
      const settings = Object.assign(new ReportSettings(), { title: 'All', schedule: '0 8 1 * *', alerters: ['mail'] });
      const read = (): ReturnType<ReportReader['read']> =>
        reader.read(settings, { from: day * DAY, to: (day + 1) * DAY }, Date.now());
      // Several rounds: one copies what the one before has found.
      for (let n = 0; n < 6; n++) await archive.keep();
      const inEtcd = await read();
      await historyFold.remove([...(await history.indexOf('day')).values()].flat(), []);
      await bench.delete(bench.keys.incident('web', 1));
      expect(await read()).toEqual(inEtcd);
      expect(inEtcd).toMatchObject({
        partial: false,
        total: { monitors: 1, downMs: HOUR, unwatchedMs: 23 * HOUR, incidents: 1, meanToRecoveryMs: HOUR },
      });
      proxy.cut();
      expect(await read()).toMatchObject({ partial: true, total: { uptime: null } });
    } finally {
      await archive.onModuleDestroy();
      await bench.stop();
    }
  }, 60_000);
});
