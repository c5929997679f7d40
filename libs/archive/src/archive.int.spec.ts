import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CLASS, historyPeriods, NO_PHASES, sumOf, type Tally, uptimeIn } from '@9volt/contracts';
import { someOf } from '@9volt/testing';
import { hasPostgres, PostgresServer } from '@9volt/testing/postgres';
import fc from 'fast-check';
import { ArchiveConnection } from './archive-connection.js';
import { ArchiveFault, ArchiveFenced } from './archive-fault.js';
import { ArchiveReader } from './archive-reader.js';
import type { ArchiveSettings } from './archive-settings.js';
import { ArchiveWriter } from './archive-writer.js';
import type { ArchivePeriod } from './periods.js';

const lengths = historyPeriods();
const { day: DAY, hour: HOUR } = lengths;
const PASSWORD = 'hush-77aa';
/** The number of a day, and the first of its hours. */
const D = 20_700;
const leads = (): Promise<boolean> => Promise.resolve(true);

function tallyOf(from: number, to: number, more: Partial<Tally> = {}): Tally {
  const code = more.firstClass ?? CLASS.ok;
  const time = [0, 0, 0, 0, 0, 0, 0];
  time[code] = to - from;
  const runs = 1 + Math.floor((to - from) / 10_000);
  const counts = { runs, failures: code === CLASS.critical ? runs : 0, overruns: 0, maybeDown: 0, maybeUp: 0 };
  const ends = { first: from, firstClass: code, last: to, lastClass: code, holdMs: 16_000 };
  return { ...ends, ...counts, time, latency: [80, runs], phases: NO_PHASES, changes: [], ...more };
}

const dayOf = (n: number, more?: Partial<Tally>): Tally => tallyOf(n * DAY + 5_000, (n + 1) * DAY - 5_000, more);
const days = (...all: number[]): ArchivePeriod[] => all.map((n) => ({ level: 'day', n }));

(hasPostgres ? describe : describe.skip)('the archive', () => {
  let server: PostgresServer;
  let connection: ArchiveConnection;
  let settings: ArchiveSettings;
  let prefix = '';
  let clusters = 0;

  beforeAll(async () => {
    server = await PostgresServer.start({ access: ['host all ninevolt 127.0.0.1/32 scram-sha-256'] });
    await server.sql(`CREATE ROLE ninevolt LOGIN PASSWORD '${PASSWORD}'`);
    await server.sql('CREATE DATABASE history OWNER ninevolt');
    const { host, port } = server;
    settings = { host, port, user: 'ninevolt', password: PASSWORD, database: 'history', keepMs: 400 * DAY };
    connection = new ArchiveConnection(settings);
  });
  afterAll(async () => {
    await connection.close();
    await server.stop();
  });
  beforeEach(() => {
    prefix = `cluster-${++clusters}`;
  });

  const writer = (epoch = 1, of = prefix, data = `data-${of}`): ArchiveWriter =>
    new ArchiveWriter(connection, { prefix: of, data, lengths }, epoch);
  const reader = (of = prefix): ArchiveReader => new ArchiveReader(connection, of, lengths);
  async function opened(epoch?: number, of?: string, data?: string): Promise<ArchiveWriter> {
    const made = writer(epoch, of, data);
    await made.open(leads);
    return made;
  }
  async function rows<Row>(text: string, values?: unknown[]): Promise<Row[]> {
    return connection.read(5_000, (query) => query<Row>(text, values));
  }

  it('gives back what it was given', async () => {
    const archive = await opened();
    const tally = fc
      .record({
        at: fc.integer({ min: -60_000, max: 1_000_000 }),
        firstClass: fc.nat(6),
        lastClass: fc.nat(6),
        holdMs: fc.nat(10_000_000_000),
        counts: fc.array(fc.nat(100_000), { minLength: 5, maxLength: 5 }),
        time: fc.array(fc.nat(10_000_000), { minLength: 7, maxLength: 7 }),
        latency: fc.array(fc.nat(255), { maxLength: 20 }).map((all) => [...new Set(all)].sort((a, b) => a - b)),
        phases: fc.option(fc.array(fc.integer({ min: -1, max: 254 }), { minLength: 5, maxLength: 5 })),
        changes: fc.array(fc.tuple(fc.integer({ min: 0, max: DAY }), fc.integer({ min: 0, max: 17 }))),
      })
      .map(({ at, counts, time, latency, phases, changes, ...rest }): Tally => {
        const [runs = 0, failures = 0, overruns = 0, maybeDown = 0, maybeUp = 0] = counts;
        const first = D * DAY + at;
        return {
          ...rest,
          ...{ first, last: first + time.reduce((sum, ms) => sum + ms, 0), time },
          ...{ runs, failures, overruns, maybeDown, maybeUp },
          latency: latency.flatMap((bucket, i) => [bucket, i + 1]),
          phases: phases?.some((bucket) => bucket >= 0) ? phases : NO_PHASES,
          changes: changes.flatMap(([ms, code]) => [D * DAY + ms, code]),
        };
      });
    const tallies = new Map(fc.sample(tally, 1_200).map((one, n) => [`monitor ${n} "'\\ü`, one]));
    await archive.replace({ level: 'day', n: D }, 'a', tallies);
    for (const [name, one] of someOf([...tallies].slice(0, 40))) {
      expect([name, await reader().talliesOf(name, days(D))]).toEqual([name, [one]]);
    }
    expect((await reader().totals(days(D))).size).toBe(1_200);
  });

  it('changes nothing when it is written twice, and a fold that was made again replaces the earlier one', async () => {
    const archive = await opened();
    const dump = (): Promise<object[]> =>
      rows(
        'SELECT t.* FROM ninevolt.tally t JOIN ninevolt.monitor m ON m.id = t.monitor WHERE m.cluster = (SELECT id FROM ninevolt.cluster WHERE prefix = $1) ORDER BY monitor',
        [prefix],
      );
    const once = new Map([
      ['web', dayOf(D)],
      ['db', dayOf(D)],
    ]);
    await archive.replace({ level: 'day', n: D }, 'a', once);
    const before = await dump();
    await archive.replace({ level: 'day', n: D }, 'a', once);
    expect(await dump()).toEqual(before);
    expect((await archive.open(leads)).day).toEqual(new Map([[D, 'a']]));
    await archive.replace({ level: 'day', n: D }, 'b', new Map([['web', dayOf(D, { runs: 7 })]]));
    expect(await reader().talliesOf('web', days(D))).toMatchObject([{ runs: 7 }]);
    expect(await reader().talliesOf('db', days(D))).toEqual([]);
    expect((await archive.open(leads)).day).toEqual(new Map([[D, 'b']]));
  });

  it('keeps two clusters in one database apart', async () => {
    const other = `${prefix}-other`;
    const first = await opened(5);
    await first.replace({ level: 'day', n: D }, 'a', new Map([['web', dayOf(D)]]));
    await first.forget(() => true, DAY, Date.now() - HOUR);
    const second = await opened(2, other);
    await second.replace({ level: 'day', n: D }, 'x', new Map([['web', dayOf(D, { runs: 1 })]]));
    await second.replace({ level: 'day', n: D }, 'y', new Map([['web', dayOf(D, { runs: 2 })]]));
    expect(await reader(other).talliesOf('web', days(D))).toMatchObject([{ runs: 2 }]);
    expect([...(await reader().totals(days(D))).values()]).toMatchObject([{ runs: dayOf(D).runs }]);
    await second.keepIncidents([
      { monitor: 'web', id: '1.1', openedAt: '2026-01-01T00:00:00.000Z', closedAt: null, worst: 'critical' },
    ]);
    expect(await reader().incidents(0, Date.now())).toEqual([]);
    await second.forget(() => true, -1, Date.now());
    expect(await reader().talliesOf('web', days(D))).toEqual([dayOf(D)]);
    expect(await reader(other).talliesOf('web', days(D))).toEqual([]);
    expect([...(await reader().totals(days(D))).keys()]).toEqual(['web']);
  });

  describe('the fence', () => {
    it('refuses a leader that was replaced, whatever it writes', async () => {
      const old = await opened(3);
      const next = await opened(4);
      await next.note(DAY);
      const stale = [
        () => old.replace({ level: 'day', n: D }, 'old', new Map([['web', dayOf(D)]])),
        () => old.note(HOUR),
        () =>
          old.keepIncidents([
            { monitor: 'web', id: '1.1', openedAt: '2026-01-01T00:00:00Z', closedAt: null, worst: 'critical' },
          ]),
        () => old.expire(0, Date.now()),
        () => old.forget(() => true, 0, Date.now()),
        () => writer(3).open(() => Promise.resolve(false)),
      ];
      for (const [n, write] of stale.entries()) {
        const error: unknown = await write().catch((thrown: unknown) => thrown);
        expect([n, error]).toEqual([n, expect.any(ArchiveFenced)]);
      }
      expect(await reader().index()).toMatchObject({ day: new Set(), kept: { day: DAY } });
    });

    it('lets the leader of a restored etcd continue, whose epoch is earlier', async () => {
      await (await opened(900)).note(DAY);
      const restored = await opened(7);
      await restored.note(2 * DAY);
      expect((await reader().index()).kept.day).toBe(2 * DAY);
    });

    it('refuses another etcd with the same prefix, until the first one is gone for three hours', async () => {
      await (await opened(5, prefix, 'one')).note(DAY);
      await expect(writer(9, prefix, 'two').open(leads)).rejects.toThrow('another etcd with the prefix');
      await connection.write(5_000, (query) =>
        query("UPDATE ninevolt.cluster SET written_at = now() - interval '4 hours' WHERE prefix = $1", [prefix]),
      );
      await (await opened(2, prefix, 'two')).note(3 * DAY);
      await expect(writer(5, prefix, 'one').note(DAY)).rejects.toThrow(ArchiveFenced);
    });
  });

  it('adds up as 9volt does', async () => {
    const archive = await opened();
    const code = fc.nat(6);
    // Three days of a monitor, with gaps between them.
    const story = fc.array(fc.record({ first: code, last: code, gap: fc.nat(40_000), holdMs: fc.nat(40_000) }), {
      minLength: 3,
      maxLength: 3,
    });
    const stories = fc.sample(story, 300).map((all) =>
      all.map(({ first, last, gap, holdMs }, n): Tally => {
        const tally = tallyOf((D + n) * DAY + gap, (D + n + 1) * DAY - 5_000, { firstClass: first });
        return { ...tally, lastClass: last, holdMs, maybeDown: gap, maybeUp: n };
      }),
    );
    for (const n of [0, 1, 2]) {
      const tallies = new Map(stories.map((all, at) => [`m${at}`, all[n] as Tally]));
      await archive.replace({ level: 'day', n: D + n }, 'a', tallies);
    }
    const totals = await reader().totals(days(D, D + 1, D + 2));
    expect(totals.size).toBe(300);
    for (const [at, all] of someOf(stories.entries())) {
      const sum = sumOf(all) as Tally;
      expect([at, totals.get(`m${at}`)]).toEqual([at, { ...sum, latency: [], phases: NO_PHASES, changes: [] }]);
    }
  });

  it('has views that say what 9volt says', async () => {
    const archive = await opened();
    const tally = dayOf(D, {
      time: [DAY - 70_000, 10_000, 20_000, 5_000, 7_000, 3_000, 15_000],
      maybeDown: 900,
      maybeUp: 400,
      latency: [10, 5, 80, 90, 90, 5],
      changes: [D * DAY + 60_000, CLASS.critical, D * DAY + 90_000, CLASS.ok],
    });
    await archive.replace({ level: 'day', n: D }, 'a', new Map([['web', tally]]));
    const [row] = await rows<Record<string, number>>('SELECT * FROM ninevolt.history WHERE cluster = $1', [prefix]);
    // The time after the last result is not in the tally.
    const { uptime, watched } = uptimeIn([tally], D * DAY, tally.last);
    expect(row).toMatchObject({
      monitor: 'web',
      level: 'day',
      uptime_min: uptime?.min,
      uptime_max: uptime?.max,
      watched,
    });
    expect(row?.['p50_ms']).toBeCloseTo(19.5, 1);
    expect(await rows('SELECT at, status FROM ninevolt.changes WHERE cluster = $1 ORDER BY at', [prefix])).toEqual([
      { at: new Date(D * DAY + 60_000), status: 'critical' },
      { at: new Date(D * DAY + 90_000), status: 'ok' },
    ]);
  });

  it('keeps incidents, and what became of them', async () => {
    const archive = await opened();
    const incident = {
      monitor: 'web',
      id: '1.1',
      openedAt: '2026-03-01T00:00:00.000Z',
      closedAt: null,
      worst: 'warning',
    };
    await archive.keepIncidents([incident]);
    const closed = { ...incident, closedAt: '2026-03-01T01:00:00.000Z', worst: 'critical' };
    await archive.keepIncidents([closed]);
    await archive.keepIncidents([closed]);
    const within = (from: string, to: string) => reader().incidents(Date.parse(from), Date.parse(to));
    expect(await within('2026-03-01T00:30:00Z', '2026-04-01T00:00:00Z')).toEqual([closed]);
    expect(await within('2026-03-01T01:00:00Z', '2026-04-01T00:00:00Z')).toEqual([]);
  });

  it('removes what is older than it is kept, and monitors seven days after they are gone', async () => {
    const archive = await opened();
    const both = new Map([
      ['web', dayOf(D)],
      ['gone', dayOf(D)],
    ]);
    for (const n of [D, D + 1]) await archive.replace({ level: 'day', n }, 'a', both);
    const now = (D + 11) * DAY;
    expect(await archive.expire(10 * DAY, now - 1)).toBe(0);
    expect(await archive.expire(10 * DAY, now)).toBe(2);
    expect((await reader().index()).day).toEqual(new Set([D + 1]));
    const forget = (at: number, names = ['gone']) => archive.forget((name) => names.includes(name), 7 * DAY, at);
    expect(await forget(now)).toBe(0);
    expect(await forget(now + 7 * DAY - 1)).toBe(0);
    // It came back, and went again.
    expect(await forget(now + 7 * DAY, [])).toBe(0);
    expect(await forget(now + 7 * DAY)).toBe(0);
    expect(await forget(now + 14 * DAY)).toBe(1);
    expect(await reader().talliesOf('gone', days(D + 1))).toEqual([]);
    expect(await reader().talliesOf('web', days(D + 1))).toHaveLength(1);
  });

  it('takes some 9 kB a day for a monitor that is checked every 10 seconds', async () => {
    const archive = await opened();
    const size = async (): Promise<number> => {
      const [row] = await rows<{ size: string }>(
        "SELECT sum(pg_total_relation_size(oid)) AS size FROM pg_class WHERE relnamespace = 'ninevolt'::regnamespace AND relkind = 'r'",
      );
      return Number(row?.size);
    };
    const count = 1_000;
    const before = await size();
    const names = Array.from({ length: count }, (_, n) => `production-web-${n}`);
    // As of real checks: a dozen buckets of latency, four phases.
    const real = (from: number, to: number, n: number): Tally =>
      tallyOf(from + (n % 10_000), to - (n % 9_000), {
        latency: Array.from({ length: 12 }, (_, i) => [70 + i + (n % 7), 1 + ((n * i) % 99)]).flat(),
        phases: [30, 42, -1, 60, 20],
      });
    for (let hour = 0; hour < 24; hour++) {
      const from = D * DAY + hour * HOUR;
      const tallies = new Map(names.map((name, n) => [name, real(from, from + HOUR, n)]));
      await archive.replace({ level: 'hour', n: D * 24 + hour }, 'a', tallies);
    }
    const ofDay = new Map(names.map((name, n) => [name, real(D * DAY, (D + 1) * DAY, n)]));
    await archive.replace({ level: 'day', n: D }, 'a', ofDay);
    const bytes = ((await size()) - before) / count;
    expect(bytes).toBeGreaterThan(6_000);
    expect(bytes).toBeLessThan(11_000);
  });

  it('answers the queries of the documentation', async () => {
    const archive = await opened(1, '9volt');
    const now = Math.floor(Date.now() / DAY);
    const down = { time: [0, 0, 3_600_000, 0, 0, 0, 0] };
    await archive.replace(
      { level: 'day', n: now - 1 },
      'a',
      new Map([
        ['shop-home', dayOf(now - 1)],
        ['b', dayOf(now - 1, down)],
      ]),
    );
    await archive.replace({ level: 'hour', n: now * 24 - 5 }, 'a', new Map([['shop-home', dayOf(now - 1)]]));
    const page = readFileSync(new URL('../../../docs/history.md', import.meta.url), 'utf8');
    const [least, latency, ...others] = [...page.matchAll(/^```sql\n(SELECT[^]+?)^```$/gm)].map(
      ([, sql]) => sql as string,
    );
    expect(others).toEqual([]);
    expect(await rows(least ?? '')).toEqual([
      { monitor: 'b', percent: '0.000', minutes_down: '60' },
      { monitor: 'shop-home', percent: '100.000', minutes_down: '0' },
    ]);
    expect(await rows(latency ?? '')).toMatchObject([
      { time: new Date((now * 24 - 5) * HOUR), p50_ms: expect.closeTo(19.5, 0) },
    ]);
  });

  it('is empty for a reader before a leader made the tables', async () => {
    await server.sql('CREATE DATABASE fresh OWNER ninevolt');
    const fresh = new ArchiveConnection({ ...settings, database: 'fresh' });
    expect(await new ArchiveReader(fresh, 'a', lengths).index()).toMatchObject({
      day: new Set(),
      writtenAt: undefined,
    });
    await fresh.close();
  });

  it.each([
    ['a wrong password', { password: 'canary' }, 'refuses the user ninevolt'],
    ['a missing database', { database: 'nope' }, 'has no database nope'],
    ['a closed port', { port: 1 }, 'ECONNREFUSED'],
    ['a server without TLS', { tls: { verify: 'all' as const } }, 'does not support SSL'],
  ])('names %s, without the password', async (_, wrong, text) => {
    const broken = new ArchiveConnection({ ...settings, ...wrong });
    const error: unknown = await new ArchiveReader(broken, 'a', lengths).index().catch((thrown: unknown) => thrown);
    await broken.close();
    expect(error).toBeInstanceOf(ArchiveFault);
    expect(String(error)).toContain(text);
    expect(String(error)).not.toMatch(/canary|hush/);
  });

  it('a connection that breaks between two statements fails the second one, and nothing else', async () => {
    const broken = connection.read(5_000, async (query) => {
      const [{ pid } = { pid: 0 }] = await query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await server.sql(`SELECT pg_terminate_backend(${pid})`);
      await sleep(200);
      return query('SELECT 1');
    });
    await expect(broken).rejects.toBeInstanceOf(ArchiveFault);
    expect(await connection.read(5_000, (query) => query('SELECT 1 AS one'))).toEqual([{ one: 1 }]);
  });

  it('gives up on a server that stands still', async () => {
    await connection.read(5_000, (query) => query('SELECT 1'));
    await expect(connection.read(300, (query) => query('SELECT pg_sleep(30)'))).rejects.toThrow(/in time|within/);
    const fresh = new ArchiveConnection(settings);
    server.signal('SIGSTOP');
    try {
      await expect(fresh.read(300, (query) => query('SELECT 1'))).rejects.toThrow('within 0.3 s');
    } finally {
      server.signal('SIGCONT');
      await fresh.close();
    }
  });
});
