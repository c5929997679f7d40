import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import {
  CLASS,
  type MonitorHistory,
  type MonitorTimeline,
  NO_PHASES,
  type RecentUptime,
  type Sample,
  type Tally,
} from '@9volt/contracts';
import { chunksOf, digestOf, encodeTallies } from '@9volt/etcd-dal';
import { startEtcd, type TestEtcd } from '@9volt/etcd-dal/testing';
import { tcp, written } from '../testing/fixtures.js';
import { someOf } from '@9volt/testing';
import { callerOf, type Call } from '../testing/http.js';
import { startApi, type TestApi } from '../testing/start-api.js';
import type { ShownReport } from '../reports/report.dto.js';
import { undocumented } from '../testing/strict.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let etcd: TestEtcd;
let api: TestApi;
let call: Call;

/** The number of the running minute. */
const running = Math.floor(Date.now() / MINUTE);
const iso = (at: number): string => new Date(at).toISOString();

/** Checks every 10 s from `from` to `to`, which all find the same. */
function tallyOf(from: number, to: number, code: number = CLASS.ok): Tally {
  const time = [0, 0, 0, 0, 0, 0, 0];
  time[code] = to - from;
  const runs = 1 + (to - from) / 10_000;
  return {
    first: from,
    firstClass: code,
    last: to,
    lastClass: code,
    holdMs: 16_000,
    runs,
    failures: code === CLASS.critical ? runs : 0,
    overruns: 0,
    time,
    maybeDown: 0,
    maybeUp: 0,
    latency: [80, runs],
    phases: NO_PHASES,
    changes: [],
  };
}

/** An hour, two days ago. */
const INCIDENT = {
  id: '1.1',
  openedAt: iso((Math.floor(Date.now() / DAY) - 2) * DAY),
  closedAt: iso((Math.floor(Date.now() / DAY) - 2) * DAY + HOUR),
  worst: 'critical',
  message: 'refused',
  notifications: [],
};

async function wroteMinute(
  n: number,
  tallies: Record<string, Tally>,
  results?: Record<string, Sample[]>,
): Promise<void> {
  const byName = new Map(Object.entries(tallies));
  const [names = []] = chunksOf(new Set([...byName.keys(), ...Object.keys(results ?? {})]), 1_000);
  const value = encodeTallies({
    names,
    tallies: byName,
    from: n * MINUTE,
    unitMs: 1,
    results: new Map(Object.entries(results ?? {})),
  });
  const chunk = { digest: digestOf(names), names, value, isNew: true };
  await api.node.stores.history.writeMinute('w1', { n, chunks: [chunk], obsolete: [] });
}

beforeAll(async () => {
  etcd = await startEtcd();
  api = await startApi(etcd.endpoint);
  call = callerOf(api.url);
  const { keys, stores } = api.node;
  await api.settled(
    await written(
      api.node,
      ...['web', 'new', 'rare', 'late'].map((name) => ({ put: keys.monitor(name), value: JSON.stringify(tcp({})) })),
      { put: keys.monitor('shop'), value: JSON.stringify(tcp({ 'slo-uptime': 99.9, tags: ['a,b'] })) },
      { put: keys.incident('shop', 1), value: JSON.stringify(INCIDENT) },
    ),
  );
  const today = Math.floor(Date.now() / DAY);
  for (const days of [40, 3, 2]) {
    const from = (today - days) * DAY;
    const shop = tallyOf(from + 5_000, from + DAY - 5_000, days === 2 ? CLASS.critical : CLASS.ok);
    const tallies = new Map([
      ['web', tallyOf(from + 5_000, from + DAY - 5_000)],
      ['shop', shop],
    ]);
    await stores.historyFold.replace({ level: 'day', n: today - days }, tallies, [], []);
  }
  const hour = Math.floor(Date.now() / HOUR) - 1;
  const whole = tallyOf(hour * HOUR + 5_000, (hour + 1) * HOUR - 5_000);
  await stores.historyFold.replace(
    { level: 'hour', n: hour },
    new Map([
      ['web', whole],
      ['shop', whole],
    ]),
    [],
    [],
  );
  const sample = (at: number): Sample => ({ at, latencyMs: 7, status: 'critical', message: 'refused' });
  await stores.historyFold.replaceRecent(new Map([['rare', [sample(running * MINUTE - DAY)]]]), 0, []);
  const start = running * MINUTE;
  await wroteMinute(
    running,
    Object.fromEntries(['web', 'gone', 'late'].map((name) => [name, tallyOf(start + 1_000, start + 1_000)])),
    { rare: [sample(start)], web: [sample(start)] },
  );
});
afterAll(async () => {
  await api.stop();
  await etcd.stop();
});

async function got<T>(path: string, schema?: string): Promise<T> {
  const { status, body } = await call('GET', path);
  expect([path, status]).toEqual([path, 200]);
  if (schema) expect(undocumented(schema, body)).toEqual([]);
  return body as T;
}

describe('the history of a monitor', () => {
  test('by day comes from days, hours and the running minute', async () => {
    const from = (Math.floor(Date.now() / DAY) - 4) * DAY;
    const history = await got<MonitorHistory>(`/api/v1/history/web?step=1d&from=${iso(from)}`, 'History');
    expect(history).toMatchObject({ name: 'web', step: DAY, from: iso(from + DAY + 5_000), kept: { day: 100 * DAY } });
    expect(history.buckets.slice(0, 2)).toMatchObject([
      { uptime: { min: 1, max: 1 }, watched: 1, runs: 8_640 },
      { uptime: { max: 1 }, latency: { p95: 19.5 }, time: { unwatched: 5_000 } },
    ]);
    expect(history.total?.time.unwatched).toBeGreaterThan(20 * HOUR);
    expect(history.buckets.at(-1)?.to).toBe(history.to);
  });

  test('by minute is as coarse as what is kept', async () => {
    const hour = (Math.floor(Date.now() / HOUR) - 1) * HOUR;
    const history = await got<MonitorHistory>(`/api/v1/history/web?step=5m&from=${iso(hour)}&to=${iso(hour + HOUR)}`);
    expect(history).toMatchObject({ step: HOUR, total: { runs: 360, time: { ok: HOUR - 5_000 } } });
    expect(history.buckets).toHaveLength(1);
  });

  test('until now ends with the last known status while later results may be on their way', async () => {
    const now = jest.spyOn(Date, 'now').mockReturnValue(running * MINUTE + 21_000);
    try {
      const history = await got<MonitorHistory>('/api/v1/history/late');
      expect(history.total).toMatchObject({ watched: 1, time: { ok: 20_000, unwatched: 0 } });
      const { spans } = await got<MonitorTimeline>('/api/v1/timeline/late');
      expect(spans).toEqual([{ from: iso(running * MINUTE + 1_000), to: null, status: 'ok' }]);
      const { uptime } = await got<{ uptime: RecentUptime }>('/api/v1/state/late');
      expect(uptime['24h']).toMatchObject({ watched: 1 });
      const { rows } = await got<ShownReport>('/api/v1/report?q=late');
      expect(rows).toMatchObject([{ name: 'late', watched: 1, unwatchedMs: 0 }]);
    } finally {
      now.mockRestore();
    }
  });

  test('of a monitor without any is unknown; of an unknown monitor there is none; of a removed one there is', async () => {
    expect(await got<MonitorHistory>('/api/v1/history/new', 'History')).toMatchObject({ total: null, buckets: [] });
    expect((await call('GET', '/api/v1/history/nobody')).status).toBe(404);
    expect(await got<MonitorHistory>('/api/v1/history/gone', 'History')).toMatchObject({ total: { runs: 1 } });
  });

  test.each([
    'from=yesterday',
    'from=2030-01-01T00:00:00Z',
    'step=1s',
    'step=90s',
    'step=soon',
    'step=-1h',
    'step=1m&from=2020-01-01T00:00:00Z',
    'maintenance=x',
    'setp=1h',
    'from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z',
    'from=2026-02-30T00:00:00Z',
    'from=2026-01-01',
    'to=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z',
  ])('is not asked for with %s', async (query) => {
    const { status, body } = await call('GET', `/api/v1/history/web?${query}`);
    expect([status, undocumented('Problem', body)]).toEqual([400, []]);
  });

  test.each(['history/web?', 'history/web?step=730d&', 'timeline/web?', 'report?'])(
    'since the year 1 costs no more than since its begin: %s',
    async (path) => {
      const { status, body } = await call('GET', `/api/v1/${path}from=0001-01-01T00:00:00Z`);
      expect([status, (body as { partial: boolean }).partial]).toEqual([200, false]);
    },
  );

  test('as a timeline is one line', async () => {
    const from = (Math.floor(Date.now() / DAY) - 3) * DAY;
    const { spans } = await got<MonitorTimeline>(`/api/v1/timeline/shop?from=${iso(from)}`, 'Timeline');
    expect(spans.map(({ status }) => status)).toEqual(
      ['ok', 'critical', 'unwatched', 'ok', 'unwatched'].slice(0, spans.length),
    );
    expect(spans[1]).toMatchObject({ from: iso(from + DAY + 5_000) });
    for (const [n, span] of someOf(spans.entries())) expect(span.to).toBe(spans[n + 1]?.from ?? null);
  });
});

test('the state has the uptime, and the list on request', async () => {
  const state = await got<{ uptime: Record<string, { uptime: { min: number } }> }>('/api/v1/state/shop', 'StateDetail');
  expect(Object.keys(state.uptime)).toEqual(['24h', '7d', '30d', '90d']);
  // One of 41 days it was up, one it was down, and nobody watched the others.
  expect(state.uptime['90d']?.uptime.min).toBeCloseTo(2 / 41, 1);
  type Listed = { name: string; uptime?: Record<string, { uptime: { min: number } | null }> };
  const plain = await got<Listed[]>('/api/v1/state');
  expect(plain.map(({ uptime }) => uptime)).toEqual([undefined, undefined, undefined, undefined]);
  const sorted = await got<Listed[]>('/api/v1/state?uptime=true&sort=uptime-30d', 'StateList');
  const known = sorted.filter(({ uptime }) => uptime?.['30d']?.uptime);
  expect(known.map(({ name }) => name)).toEqual(['shop', 'web']);
  const best = await got<Listed[]>('/api/v1/state?sort=-uptime-30d');
  expect(best.map(({ name }) => name)).toContain('web');
  expect(best.map(({ uptime }) => uptime)).toEqual([undefined, undefined, undefined, undefined]);
});

test('the state of a monitor with an objective has its error budget, and the warnings about it', async () => {
  const { keys } = api.node;
  const held = { reason: 'silence', since: iso(0), text: 'The silence s1 is active' };
  const fast = {
    id: '1.fast.1',
    since: iso(0),
    message: 'It burns.',
    told: { pager: 'critical' },
    held: { chat: held },
  };
  const state = {
    ...{
      status: 'ok',
      since: iso(0),
      count: 0,
      message: 'N/A',
      owner: 'w',
      ownerName: 'w',
      incident: null,
      incidents: 0,
    },
    ...{
      told: {},
      revision: 1,
      createRevision: 1,
      target: 'tcp a:1',
      lastRunAt: null,
      date: iso(0),
      burning: { fast },
    },
  };
  await api.settled(await written(api.node, { put: keys.state('shop'), value: JSON.stringify(state) }));
  type Detail = {
    budget: { left: number; rates: { window: string; rate: number | null }[]; burning: unknown[] } | null;
  };
  const { budget } = await got<Detail>('/api/v1/state/shop', 'StateDetail');
  expect(budget).toMatchObject({ target: 0.999, windowMs: 30 * DAY, usedMs: DAY - 10_000 });
  // Of two days and an hour it was down for one, with a thousandth as the budget.
  expect(budget?.left).toBeLessThan(-300);
  expect(budget?.rates.map(({ window }) => window)).toEqual(['5m', '30m', '1h', '6h', '3d']);
  expect(budget?.rates[3]).toEqual({ window: '6h', rate: 0 });
  expect(budget?.burning).toEqual([
    { kind: 'fast', since: iso(0), message: 'It burns.', told: { pager: 'critical' }, held: { chat: held } },
  ]);
  expect((await got<Detail>('/api/v1/state/web', 'StateDetail')).budget).toBeNull();
});

test('the uptimes of all monitors are one answer', async () => {
  const uptimes = await got<Record<string, Record<string, unknown>>>('/api/v1/uptime', 'Uptimes');
  expect(Object.keys(uptimes).sort()).toEqual(['late', 'new', 'rare', 'shop', 'web']);
  const listed = await got<{ name: string; uptime: unknown }[]>('/api/v1/state?uptime=true');
  for (const { name, uptime } of someOf(listed)) expect(uptimes[name]).toEqual(uptime);
  expect(uptimes['new']?.['24h']).toEqual({ uptime: null, watched: null });
});

describe('a report', () => {
  const week = `from=${iso((Math.floor(Date.now() / DAY) - 3) * DAY)}`;

  test('has a row for each monitor, and one for all', async () => {
    const report = await got<ShownReport>(`/api/v1/report?${week}`, 'Report');
    expect(report.rows.map(({ name, monitors }) => [name, monitors])).toEqual([
      ['late', 1],
      ['new', 1],
      ['rare', 1],
      ['shop', 1],
      ['web', 1],
    ]);
    const [, unknown, , shop, web] = report.rows;
    expect(unknown).toMatchObject({ uptime: null, runs: 0, incidents: 0, slo: null });
    expect(shop).toMatchObject({ downMs: DAY - 10_000, incidents: 1, longestMs: HOUR, meanToRecoveryMs: HOUR });
    expect(shop?.slo).toMatchObject({ target: 0.999, usedMs: DAY - 10_000 });
    expect(shop?.slo?.left).toBeLessThan(-100);
    expect(web).toMatchObject({ downMs: 0, slo: null });
    expect(report.total).toMatchObject({ name: '', monitors: 5, downMs: DAY - 10_000, incidents: 1, slo: null });
  });

  test('groups, filters, and is also a table', async () => {
    const grouped = await got<ShownReport>(`/api/v1/report?${week}&group-by=tag`, 'Report');
    expect(grouped.rows.map(({ name, monitors }) => [name, monitors])).toEqual([['a,b', 1]]);
    const tagged = await got<ShownReport>(`/api/v1/report?${week}&tag=a,b&tag=none`, 'Report');
    expect(tagged.rows.map(({ name }) => name)).toEqual(['shop']);
    const { status, headers, text } = await call('GET', `/api/v1/report?${week}&format=csv`);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
    expect(text.split('\r\n').map((line) => line.split(',')[0])).toEqual([
      ...['name', 'late', 'new', 'rare', 'shop', 'web', 'total', ''],
    ]);
  });

  test.each(['group-by=worker', 'format=xml', 'tags=shop', 'from=yesterday'])(
    'is not asked for with %s',
    async (query) => {
      const { status, body } = await call('GET', `/api/v1/report?${query}`);
      expect([status, undocumented('Problem', body)]).toEqual([400, []]);
    },
  );
});

test('results that no worker has in its vitals come from the history', async () => {
  const results = await got<Record<string, Sample[]>>('/api/v1/result?monitor=rare&monitor=new', 'Results');
  expect(results['rare']).toEqual(
    [running * MINUTE - DAY, running * MINUTE].map((at) => ({
      at: iso(at),
      latencyMs: 7,
      status: 'critical',
      message: 'refused',
    })),
  );
  expect(results['new']).toEqual([]);
  const { results: shown } = await got<{ results: Sample[] }>('/api/v1/state/rare', 'StateDetail');
  expect(shown).toHaveLength(2);
  const since = iso(running * MINUTE - HOUR);
  const later = await got<Record<string, Sample[]>>(`/api/v1/result?monitor=rare&since=${since}`);
  expect(later['rare']).toHaveLength(1);
});
