import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ArchiveConnection, ArchiveWriter } from '@9volt/archive';
import { CLASS, type MonitorHistory, NO_PHASES, type Tally } from '@9volt/contracts';
import { SeverableProxy, startEtcd, type TestEtcd, uniquePrefix } from '@9volt/etcd-dal/testing';
import { loadNodeConfig } from '@9volt/platform';
import { someOf } from '@9volt/testing';
import { hasPostgres, PostgresServer } from '@9volt/testing/postgres';
import type { ShownReport } from '../reports/report.dto.js';
import { tcp, written } from '../testing/fixtures.js';
import { callerOf } from '../testing/http.js';
import { startApi, type TestApi } from '../testing/start-api.js';
import { undocumented } from '../testing/strict.js';

jest.setTimeout(90_000);

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const PASSWORD = 'hush-90fe';
const today = Math.floor(Date.now() / DAY);
const iso = (at: number): string => new Date(at).toISOString();
const day = (ago: number): string => iso((today - ago) * DAY);
/** The last incident is of the last days; the others are older than etcd keeps them. */
const INCIDENTS = [60, 45, 3].map((ago, n) => ({
  id: `7.${n + 1}`,
  openedAt: day(ago),
  closedAt: iso((today - ago) * DAY + (n + 1) * HOUR),
  worst: 'critical',
}));

/** Ten checks an hour, which find what the time and the seed say. */
function tallyOf(from: number, to: number, seed: number): Tally {
  const code = [CLASS.ok, CLASS.ok, CLASS.critical, CLASS.warning, CLASS.unknown][seed % 5] as number;
  const time = [0, 0, 0, 0, 0, 0, 0];
  const [first, last] = [from + 1_000 * (seed % 7), to - 1_000 * (seed % 11)];
  time[CLASS.ok] = Math.floor((last - first) / 3);
  time[code] = (time[code] as number) + last - first - (time[CLASS.ok] as number);
  const runs = Math.ceil((to - from) / HOUR) * 10;
  return {
    ...{ first, firstClass: CLASS.ok, last, lastClass: code, holdMs: 9_000, runs, overruns: seed % 3, time },
    failures: code === CLASS.critical ? runs - 1 : 0,
    ...{ maybeDown: 900, maybeUp: 400, latency: [60 + (seed % 20), runs - 1, 120, 1], phases: NO_PHASES },
    changes: code === CLASS.ok ? [] : [first + (time[CLASS.ok] as number), code],
  };
}

(hasPostgres ? describe : describe.skip)('with an archive', () => {
  let etcd: TestEtcd;
  let server: PostgresServer;
  let proxy: SeverableProxy;
  let connection: ArchiveConnection;
  const apis: TestApi[] = [];
  const prefix = uniquePrefix();
  const urlOf = (port: number): string => `postgres://ninevolt:${PASSWORD}@127.0.0.1:${port}/history`;

  /** Nothing is in its caches. */
  async function fresh(port: number | undefined): Promise<TestApi> {
    const api = await startApi(etcd.endpoint, { prefix, flags: port === undefined ? {} : { archiveUrl: urlOf(port) } });
    apis.push(api);
    return api;
  }

  async function answers(api: TestApi): Promise<Record<string, unknown>> {
    const call = callerOf(api.url);
    const found: Record<string, unknown> = {};
    const schemas = { history: 'History', timeline: 'Timeline', report: 'Report' };
    for (const path of QUESTIONS) {
      const { status, body } = await call('GET', `/api/v1/${path}`);
      const schema = schemas[(path.split(/[/?]/)[0] ?? '') as keyof typeof schemas];
      expect([path, status, undocumented(schema, body)]).toEqual([path, 200, []]);
      found[path] = body;
    }
    return found;
  }

  const QUESTIONS = [
    `history/web?from=${day(390)}&to=${day(1)}`,
    `history/web?from=${day(390)}&to=${day(1)}&step=1d&maintenance=unwatched`,
    `history/shop?from=${day(80)}&to=${day(20)}&step=12h`,
    `history/shop?from=${day(9)}&to=${day(8)}&step=1h`,
    `timeline/web?from=${day(300)}&to=${day(1)}`,
    `timeline/shop?from=${day(9)}&to=${day(8)}`,
    `report?from=${day(365)}&to=${day(1)}`,
    `report?from=${day(90)}&to=${day(1)}&group-by=tag`,
    `report?from=${day(70)}&to=${day(40)}&tag=b`,
  ];

  beforeAll(async () => {
    [etcd, server] = await Promise.all([
      startEtcd(),
      PostgresServer.start({ access: ['host all ninevolt 127.0.0.1/32 scram-sha-256'] }),
    ]);
    await server.sql(`CREATE ROLE ninevolt LOGIN PASSWORD '${PASSWORD}'`);
    await server.sql('CREATE DATABASE history OWNER ninevolt');
    proxy = await new SeverableProxy(server.port).listen();
    const { archive } = loadNodeConfig('api', { archiveUrl: urlOf(server.port) }, {});
    if (!archive) throw new Error('no archive');
    connection = new ArchiveConnection(archive);
    const { node } = await fresh(undefined);
    const { keys, stores } = node;
    await written(
      node,
      { put: keys.monitor('web'), value: JSON.stringify(tcp({ 'slo-uptime': 99.9, tags: ['a', 'b'] })) },
      { put: keys.monitor('shop'), value: JSON.stringify(tcp({ tags: ['a'] })) },
      ...INCIDENTS.map((incident, n) => ({
        put: keys.incident('web', n + 1),
        value: JSON.stringify({ ...incident, message: 'refused', notifications: [] }),
      })),
    );
    const cluster = { prefix, data: 'x', lengths: stores.history.periods };
    const writer = new ArchiveWriter(connection, cluster, 1);
    await writer.open(() => Promise.resolve(true));
    const both = async (level: 'hour' | 'day', n: number, length: number): Promise<void> => {
      const tally = (seed: number): Tally => tallyOf(n * length, (n + 1) * length, n + seed);
      const tallies = new Map([
        ['web', tally(0)],
        ['shop', tally(3)],
      ]);
      await stores.historyFold.replace({ level, n }, tallies, [], []);
      // As etcd keeps it: times are rounded there.
      const kept = new Map<string, Tally>();
      const index = await stores.history.index();
      for (const name of tallies.keys()) {
        for (const one of await stores.history.talliesOf(name, index, [{ level, n }])) kept.set(name, one);
      }
      await writer.replace({ level, n }, `${n}`, kept);
    };
    for (const ago of [380, 379, 200, 75, 60, 45, 44, 30, 9, 8, 2]) await both('day', today - ago, DAY);
    for (let n = (today - 9) * 24; n < (today - 8) * 24; n += 1) await both('hour', n, HOUR);
    await writer.keepIncidents(INCIDENTS.map((incident) => ({ monitor: 'web', ...incident })));
    await writer.note(400 * DAY);
  });
  afterAll(async () => {
    for (const api of apis) await api.stop();
    await connection.close();
    await proxy.stop();
    await Promise.all([etcd.stop(), server.stop()]);
  });

  it('answers the same, whether etcd has it or the archive, or each of them a part; without the archive it says what is missing', async () => {
    const api = await fresh(server.port);
    const { keys, client, stores } = api.node;
    const all = await answers(api);
    for (const path of QUESTIONS.filter((one) => one.startsWith('history'))) {
      expect(all[path]).toMatchObject({ partial: false, kept: { hour: 100 * DAY, day: 400 * DAY } });
      expect((all[path] as MonitorHistory).total?.runs).toBeGreaterThan(0);
    }
    expect(all[QUESTIONS[6] as string]).toMatchObject({ partial: false, total: { incidents: 3 } });
    const before = Date.parse((all[QUESTIONS[6] as string] as ShownReport).incidentsFrom);
    expect(Math.abs(Date.now() - 30 * DAY - before)).toBeLessThan(10 * 60_000);

    // As with 100,000 monitors: what is older than 40 days is gone, hours too.
    const index = await stores.history.index();
    const old = [...index.day].filter(([n]) => n <= today - 44).flatMap(([, found]) => found);
    await stores.historyFold.remove([...old, ...[...index.hour.values()].flat()], []);
    await client.txn({ compare: [], then: [1, 2].map((n) => ({ delete: keys.incident('web', n) })) });
    expect(await answers(await fresh(server.port))).toEqual(all);

    await stores.historyFold.remove([...(await stores.history.indexOf('day')).values()].flat(), []);
    expect(await answers(await fresh(server.port))).toEqual(all);

    proxy.blackhole();
    const cutOff = await fresh(proxy.port);
    const begun = performance.now();
    const without = await answers(cutOff);
    // Only the first question waits for it.
    expect(performance.now() - begun).toBeLessThan(9_000);
    for (const answer of someOf(Object.values(without))) expect(answer).toMatchObject({ partial: true });
    expect(await callerOf(cutOff.url)('GET', '/api/v1/state/web')).toMatchObject({
      body: { uptime: { partial: true } },
    });
    const { body: cluster } = await callerOf(cutOff.url)('GET', '/api/v1/cluster');
    expect([undocumented('Cluster', cluster), cluster]).toMatchObject([
      [],
      { Archive: { downSince: expect.any(String) } },
    ]);
    const ready = (await callerOf(cutOff.url)('GET', '/readyz')) as { status: number; body: { notes: unknown } };
    expect(ready).toMatchObject({
      status: 200,
      body: { notes: { history: expect.stringContaining('does not answer') } },
    });
  });

  it('does not ask the archive for what etcd has', async () => {
    proxy.heal();
    const api = await fresh(proxy.port);
    const { stores } = api.node;
    const n = today - 2;
    await stores.historyFold.replace(
      { level: 'day', n },
      new Map([['web', tallyOf(n * DAY, (n + 1) * DAY, 0)]]),
      [],
      [],
    );
    const path = `/api/v1/history/web?from=${day(2)}&to=${day(1)}&step=1d`;
    const call = callerOf(api.url);
    expect((await call('GET', path)).body).toMatchObject({ partial: false });
    proxy.blackhole();
    expect((await call('GET', path)).body).toMatchObject({ partial: false });
    proxy.heal();
  });
});
