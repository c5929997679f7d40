import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ArchiveConnection, type ArchivePeriod, ArchiveReader } from '@9volt/archive';
import { CLASS, NO_PHASES, type Tally } from '@9volt/contracts';
import { chunksOf, digestOf, encode, encodeTallies } from '@9volt/etcd-dal';
import { SeverableProxy, startEtcd, type TestEtcd, uniquePrefix, waitFor } from '@9volt/etcd-dal/testing';
import { AppLogger, Health } from '@9volt/platform';
import { hasPostgres, PostgresServer } from '@9volt/testing/postgres';
import { SchedulerBench, schedulerConfig, type TestScheduler } from '../testing/scheduler-bench.js';
import { ArchiveKeeper } from './archive-keeper.service.js';
import { HistoryKeeper } from './history-keeper.service.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const PASSWORD = 'hush-31bc';

function minuteOf(minute: number, code: number = CLASS.ok): Tally {
  const first = minute * MINUTE + 3_000;
  const time = [0, 0, 0, 0, 0, 0, 0];
  time[code] = 50_000;
  const counts = { runs: 6, failures: code === CLASS.critical ? 6 : 0, overruns: 0, maybeDown: 0, maybeUp: 0 };
  const rest = { latency: [80, 6], phases: NO_PHASES, changes: [] };
  return { first, firstClass: code, last: first + 50_000, lastClass: code, holdMs: 16_000, time, ...counts, ...rest };
}

/** A process that may lead. */
interface Leader {
  scheduler: TestScheduler;
  history: HistoryKeeper;
  archive: ArchiveKeeper;
  health: Health;
}

(hasPostgres ? describe : describe.skip)('the leader with an archive', () => {
  let etcd: TestEtcd;
  let server: PostgresServer;
  let proxy: SeverableProxy;
  let bench: SchedulerBench;
  let leader: Leader;
  let connection: ArchiveConnection;
  let reader: ArchiveReader;
  const made: Leader[] = [];

  beforeAll(async () => {
    [etcd, server] = await Promise.all([
      startEtcd(),
      PostgresServer.start({ access: ['host all ninevolt 127.0.0.1/32 scram-sha-256'] }),
    ]);
    await server.sql(`CREATE ROLE ninevolt LOGIN PASSWORD '${PASSWORD}'`);
    await server.sql('CREATE DATABASE history OWNER ninevolt');
    proxy = await new SeverableProxy(server.port).listen();
  });
  afterAll(async () => {
    await proxy.stop();
    await Promise.all([etcd.stop(), server.stop()]);
  });
  beforeEach(async () => {
    bench = new SchedulerBench(etcd.endpoint, uniquePrefix());
    leader = await joined();
    await bench.leader();
    const settings = schedulerConfig(urlOf(server.port)).archive;
    if (!settings) throw new Error('no archive');
    connection = new ArchiveConnection(settings);
    reader = new ArchiveReader(connection, bench.keys.root.slice(1, -1), leader.scheduler.node.stores.history.periods);
    await folded(leader, 2);
  });
  afterEach(async () => {
    for (const { archive } of made.splice(0)) await archive.onModuleDestroy();
    await connection.close();
    await bench.stop();
  });

  const urlOf = (port: number): string => `postgres://ninevolt:${PASSWORD}@127.0.0.1:${port}/history`;
  async function joined(port = proxy.port): Promise<Leader> {
    const scheduler = await bench.scheduler();
    const { node, caches, leadership, metrics } = scheduler;
    const health = new Health();
    const log = AppLogger.silent();
    const config = schedulerConfig(urlOf(port));
    const archive = new ArchiveKeeper(config, node, caches, leadership, log, metrics, health);
    const history = new HistoryKeeper(node, caches, leadership, archive, log, metrics);
    const one = { scheduler, history, archive, health };
    made.push(one);
    return one;
  }
  async function folded({ history }: Leader, rounds = 1): Promise<void> {
    for (let n = 0; n < rounds; n++) await history.keep();
  }
  /** Rounds until it has looked at all again. */
  async function copied({ archive }: Leader): Promise<void> {
    for (let n = 0; n < 6; n++) await archive.keep();
  }
  async function wrote(minute: number, tallies: Record<string, Tally>, worker = 'w1'): Promise<void> {
    const byName = new Map(Object.entries(tallies));
    const [names = []] = chunksOf(byName.keys(), 1_000);
    const value = encodeTallies({ names, tallies: byName, from: minute * MINUTE, unitMs: 1, results: new Map() });
    const chunk = { digest: digestOf(names), names, value, isNew: true };
    await leader.scheduler.node.stores.history.writeMinute(worker, { n: minute, chunks: [chunk], obsolete: [] });
  }
  const today = Math.floor(Date.now() / DAY);
  /** A day whose hours etcd keeps no longer. */
  const oldDay = today - 11;
  const lastHourOf = (day: number): number => day * 24 + 23;
  async function hoursInEtcd(): Promise<number[]> {
    return [...(await leader.scheduler.node.stores.history.indexOf('hour')).keys()];
  }
  const inArchive = async (period: ArchivePeriod, name = 'web'): Promise<Tally | undefined> =>
    (await reader.talliesOf(name, [period]))[0];

  it('copies hours, days and incidents, and what was folded again', async () => {
    const day = today - 3;
    const minute = day * 24 * 60;
    await wrote(minute, { web: minuteOf(minute), db: minuteOf(minute) });
    const incident = { id: '1.1', openedAt: '2026-01-01T00:00:00.000Z', closedAt: null, worst: 'critical' };
    const key = bench.keys.incident('web', 1);
    await bench.put({ put: key, value: encode({ ...incident, message: 'refused', notifications: [] }) });
    await folded(leader);
    await copied(leader);
    const { history } = leader.scheduler.node.stores;
    const index = await history.index();
    for (const period of [{ level: 'hour', n: day * 24 } as const, { level: 'day', n: day } as const]) {
      expect([period, await inArchive(period)]).toEqual([period, (await history.talliesOf('web', index, [period]))[0]]);
    }
    expect(await reader.incidents(0, Date.now())).toEqual([{ monitor: 'web', ...incident }]);
    await wrote(minute + 5, { web: minuteOf(minute + 5) }, 'w2');
    await folded(leader);
    await copied(leader);
    expect(await inArchive({ level: 'hour', n: day * 24 })).toMatchObject({ runs: 12 });
    expect(await inArchive({ level: 'day', n: day })).toMatchObject({ runs: 12 });
    expect((await reader.index()).kept).toEqual({ hour: 100 * DAY, day: 400 * DAY });
  });

  it('does without an archive that is down: it folds, etcd keeps what is not archived, people are told, and it catches up', async () => {
    const hour = lastHourOf(oldDay);
    await wrote(hour * 60, { web: minuteOf(hour * 60) });
    proxy.cut();
    await leader.archive.keep();
    expect(await bench.events('warning')).toEqual([]);
    await folded(leader);
    await leader.archive.keep();
    await folded(leader, 2);
    expect(await hoursInEtcd()).toEqual([hour]);
    const [event] = await waitFor(async () => {
      const events = (await bench.events('warning')).filter(({ message }) => message.includes('archive'));
      return events.length > 0 ? events : undefined;
    });
    expect(event?.message).toMatch(/the archive is down since 20.*PostgreSQL at 127.0.0.1/);
    expect(event?.message).not.toContain(PASSWORD);
    expect(leader.health.notes()['archive']).toMatch(/^down since/);
    expect(await metric('ninevolt_archive_up')).toBe(0);
    proxy.heal();
    await copied(leader);
    expect(await inArchive({ level: 'hour', n: hour })).toMatchObject({ runs: 6 });
    expect(leader.health.notes()).toEqual({});
    expect(await metric('ninevolt_archive_up')).toBe(1);
    expect(await metric('ninevolt_archive_waiting_periods')).toBe(0);
    await waitFor(async () => (await bench.events('archive-restored')).length === 1);
    // Hours go when the next one is folded.
    const young = lastHourOf(today - 2);
    await wrote(young * 60, { web: minuteOf(young * 60) });
    await folded(leader);
    expect(await hoursInEtcd()).toEqual([young]);
    await copied(leader);
    expect(await inArchive({ level: 'hour', n: hour })).toMatchObject({ runs: 6 });
  });

  it('continues where the leader before it was killed, whose late writes the archive refuses', async () => {
    const hours = [5, 4, 3].map((ago) => Math.floor(Date.now() / HOUR) - ago);
    const [first = 0, second = 0, third = 0] = hours;
    for (const hour of [first, second]) await wrote(hour * 60, { web: minuteOf(hour * 60) });
    await folded(leader);
    await copied(leader);
    // It hangs in the middle of a copy, from where it cannot see that it leads no longer.
    await wrote(third * 60, { web: minuteOf(third * 60) });
    await wrote(first * 60 + 1, { web: minuteOf(first * 60 + 1) }, 'w2');
    await folded(leader);
    proxy.blackhole();
    const late = copied(leader);
    const next = await joined(server.port);
    await leader.scheduler.leadership.resign();
    await waitFor(() => next.scheduler.leadership.isLeader());
    await wrote(first * 60 + 2, { web: minuteOf(first * 60 + 2) }, 'w3');
    await folded(next, 3);
    await copied(next);
    const runs = async (): Promise<unknown[]> =>
      Promise.all(hours.map(async (n) => (await inArchive({ level: 'hour', n }))?.runs));
    expect(await runs()).toEqual([18, 6, 6]);
    proxy.heal();
    await late;
    expect(await runs()).toEqual([18, 6, 6]);
    expect(leader.health.notes()).toEqual({});
  });

  it('does not take a period of which etcd loses a part meanwhile for the whole', async () => {
    const period = { level: 'hour', n: Math.floor(Date.now() / HOUR) - 4 } as const;
    const { history, historyFold } = leader.scheduler.node.stores;
    const tally = minuteOf(period.n * 60);
    const chunk = (name: string, more: Partial<Tally> = {}) =>
      historyFold.replace(period, new Map([[name, { ...tally, ...more }]]), [], leader.scheduler.leadership.epochFence);
    await chunk('web');
    await chunk('db');
    await copied(leader);
    await chunk('web', { runs: 7 });
    const readAll = history.readAll.bind(history);
    let lost = 0;
    history.readAll = async (keys) => {
      const index = lost++ === 0 ? ((await history.indexOf('hour')).get(period.n) ?? []) : [];
      await bench.delete(
        ...index.filter(({ digest }) => history.namesOf(digest)?.includes('db')).map(({ key }) => key),
      );
      return readAll(keys);
    };
    for (let rounds = 0; lost === 0 && rounds < 6; rounds++) await leader.archive.keep();
    expect(lost).toBeGreaterThan(0);
    expect([await inArchive(period, 'db'), await inArchive(period)]).toMatchObject([{ runs: 6 }, { runs: 6 }]);
  });

  it('removes monitors seven days after they are gone', async () => {
    await wrote(lastHourOf(today - 2) * 60, { web: minuteOf(lastHourOf(today - 2) * 60) });
    await folded(leader);
    await copied(leader);
    const age = (days: number): Promise<unknown> =>
      connection.write(5_000, (query) =>
        query("UPDATE ninevolt.monitor SET gone_at = now() - $1 * interval '1 day' WHERE gone_at IS NOT NULL", [days]),
      );
    await age(6);
    await copied(leader);
    expect(await inArchive({ level: 'day', n: today - 2 })).toBeDefined();
    await age(7);
    await copied(leader);
    expect(await inArchive({ level: 'day', n: today - 2 })).toBeUndefined();
  });

  async function metric(name: string): Promise<number | undefined> {
    const found = await leader.scheduler.metrics.registry.getSingleMetric(name)?.get();
    return found?.values[0]?.value;
  }
});
