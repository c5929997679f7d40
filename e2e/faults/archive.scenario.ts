import type { HistoryBucket, MonitorHistory } from '@9volt/contracts';
import { CLASS, historyPeriods, NO_PHASES, type Tally } from '@9volt/contracts';
import { chunksOf, digestOf, encodeTallies, Stores } from '@9volt/etcd-dal';
import { SeverableProxy } from '@9volt/etcd-dal/testing';
import { hasPostgres, PostgresServer } from '@9volt/testing/postgres';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Cluster, type NodeProcess, waitFor } from '../harness/index.js';

/** A minute takes a second. */
const SPEED = 60;
const { minute: MINUTE, hour: HOUR, day: DAY } = historyPeriods(SPEED);
const HOURS = 60;
const PASSWORD = 'hush-40ab';
const MONITORS = ['web', 'mail', 'shop'];

(hasPostgres ? describe : describe.skip)('the archive', () => {
  let cluster: Cluster;
  let server: PostgresServer;
  let proxy: SeverableProxy;
  let schedulers: NodeProcess[];
  const env = (port: number): Record<string, string> => ({
    NINEV_INTERNAL_HISTORY_SPEED: String(SPEED),
    NINEV_ARCHIVE_URL: `postgres://ninevolt:${PASSWORD}@127.0.0.1:${port}/history`,
  });

  beforeAll(async () => {
    cluster = await Cluster.start();
    server = cluster.use(await PostgresServer.start({ access: ['host all ninevolt 127.0.0.1/32 scram-sha-256'] }));
    await server.sql(`CREATE ROLE ninevolt LOGIN PASSWORD '${PASSWORD}'`);
    await server.sql('CREATE DATABASE history OWNER ninevolt');
    proxy = cluster.use(await new SeverableProxy(server.port).listen());
    for (const name of MONITORS) {
      await cluster.put(cluster.keys.monitor(name), { type: 'tcp', host: '127.0.0.1', port: 9, interval: '10s' });
    }
  });
  afterAll(() => cluster.stop());

  /** The checks of a minute: of each monitor every fifth one fails, each at another time. */
  function minuteOf(n: number, monitor: number): Tally {
    const code = (n + 7 * monitor) % 5 === 0 ? CLASS.critical : CLASS.ok;
    const first = Math.floor(n * MINUTE) + 10 * monitor;
    const time = [0, 0, 0, 0, 0, 0, 0];
    time[code] = 800;
    const ends = { first, firstClass: code, last: first + 800, lastClass: code, holdMs: 250 };
    const counts = { runs: 5, failures: code === CLASS.critical ? 5 : 0, overruns: 0, maybeDown: 0, maybeUp: 0 };
    return { ...ends, ...counts, time, latency: [60 + (n % 30), 5], phases: NO_PHASES, changes: [] };
  }

  let written = 0;
  async function wrote(n: number, worker: string): Promise<void> {
    written++;
    const { history } = new Stores(cluster.client, cluster.keys, SPEED);
    const tallies = new Map(MONITORS.map((name, at) => [name, minuteOf(n, at)]));
    const [names = []] = chunksOf(tallies.keys(), 1_000);
    const value = encodeTallies({ names, tallies, from: Math.floor(n * MINUTE), unitMs: 1, results: new Map() });
    const chunk = { digest: digestOf(names), names, value, isNew: true };
    await history.writeMinute(worker, { n, chunks: [chunk], obsolete: [] });
  }

  const inArchive = async (): Promise<number> => {
    const [made] = await archive<{ made: boolean }>("SELECT to_regclass('ninevolt.period') IS NOT NULL AS made");
    return made?.made ? Number((await archive<{ n: string }>('SELECT count(*) AS n FROM ninevolt.period'))[0]?.n) : 0;
  };
  const archive = <Row>(text: string): Promise<Row[]> => server.rows('history', text) as Promise<Row[]>;
  const isCopied = async (): Promise<boolean> => {
    const { history } = new Stores(cluster.client, cluster.keys, SPEED);
    const { hour, day } = await history.index();
    return hour.size > 0 && hour.size + day.size === (await inArchive());
  };

  /** Whether each day has the checks of its hours, and the hours all of them. */
  async function isCopiedAgain(): Promise<boolean> {
    const [found] = await archive<{ runs: string; stale: string }>(`
      WITH web AS (SELECT * FROM ninevolt.history WHERE monitor = 'web')
      SELECT (SELECT sum(runs) FROM web WHERE level = 'hour') AS runs, (
        SELECT count(*) FROM web AS d WHERE level = 'day' AND runs <> (
          SELECT sum(h.runs) FROM web AS h
          WHERE h.level = 'hour' AND h.at >= d.at AND h.at < d.at + ${DAY} * interval '1 millisecond'
        )
      ) AS stale`);
    return Number(found?.runs) === 5 * written && Number(found?.stale) === 0;
  }

  async function answers(begin: number, end: number): Promise<Record<string, unknown>> {
    const api = await cluster.node('api', { env: env(server.port) });
    const [from, to] = [begin, end].map((at) => new Date(at).toISOString());
    const range = `from=${from}&to=${to}`;
    const paths = [
      ...MONITORS.map((name) => `history/${name}?${range}&step=24m`),
      ...MONITORS.map((name) => `history/${name}?${range}&step=2m`),
      ...MONITORS.map((name) => `timeline/${name}?${range}`),
      `report?${range}`,
    ];
    const found: Record<string, unknown> = {};
    for (const path of paths) {
      const response = await fetch(`${api.url}/api/v1/${path}`);
      const answer = (await response.json()) as object;
      // How long etcd keeps what depends on the number of monitors only.
      found[path] = { status: response.status, ...answer };
    }
    await api.stop();
    return found;
  }

  it('answers what etcd answers, although a leader was killed while it copied, and the archive was down', async () => {
    const thisHour = Math.floor(Date.now() / HOUR);
    const [firstHour, endHour] = [thisHour - HOURS, thisHour - 2];
    const perHour = HOUR / MINUTE;
    for (let n = firstHour * perHour; n < endHour * perHour; n += 3) await wrote(n, 'w1');
    schedulers = await Promise.all(
      ['s1', 's2'].map((name) => cluster.node('scheduler', { name, env: env(proxy.port) })),
    );
    await waitFor(async () => (await inArchive()) >= 5, { timeoutMs: 60_000 });
    const leading = async (): Promise<NodeProcess> =>
      waitFor(
        async () => {
          const id = (await cluster.get<{ MemberID: string }>(cluster.keys.director))?.MemberID;
          return schedulers.find(({ name, hasEnded }) => !hasEnded && id?.startsWith(`${name}-`));
        },
        { timeoutMs: 30_000 },
      );
    await (await leading()).signal('SIGKILL');
    // Late minutes make the second leader fold hours again, while the archive is down.
    proxy.cut();
    for (let n = firstHour * perHour + 1; n < endHour * perHour; n += 60) await wrote(n, 'w2');
    const leader = await leading();
    await waitFor(() => leader.output.includes('archive: PostgreSQL at'), { timeoutMs: 60_000 });
    expect((await fetch(`${leader.url}/readyz`)).status).toBe(200);
    proxy.heal();
    await waitFor(async () => (await isCopied()) && (await isCopiedAgain()), { timeoutMs: 120_000 });
    await leader.stop();
    expect(schedulers.map(({ output }) => output).join()).not.toContain(PASSWORD);

    const [begin, end] = [firstHour * HOUR, Math.floor(((endHour - 1) * HOUR) / DAY) * DAY];
    const fromEtcd = await answers(begin, end);
    const whole = fromEtcd[Object.keys(fromEtcd)[0] ?? ''] as MonitorHistory;
    expect(whole).toMatchObject({ status: 200, partial: false });
    expect(whole.buckets.filter(({ runs }: HistoryBucket) => runs > 0).length).toBeGreaterThan(1);

    const { history, historyFold } = new Stores(cluster.client, cluster.keys, SPEED);
    for (const level of ['minute', 'hour', 'day'] as const) {
      const keys = [...(await history.indexOf(level)).values()].flat();
      expect(level === 'minute' || keys.length > 0).toBe(true);
      await historyFold.remove(keys, []);
    }
    expect(await answers(begin, end)).toEqual(fromEtcd);
  });
});
