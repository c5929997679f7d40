import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { MonitorHistory, MonitorTimeline } from '@9volt/contracts';
import { someOf } from '@9volt/testing';
import { FaultBench, names, type NodeProcess, waitFor } from './harness/index.js';

const MONITORS = 60;
const INTERVAL_MS = 1_000;
/** An hour of history takes a minute, and its minute a second. */
const SPEED = 60;
const HOUR_MS = 3_600_000 / SPEED;
/** The leader folds after this. */
const GRACE_MS = HOUR_MS / 12;
const OUTAGE_MS = 20_000;
/** For how long a result stands: the interval, the longest duration of a check, and a second. */
const STANDS_MS = 2 * INTERVAL_MS + 1_000;
const ABOUT_MS = 300;
/** What a killed worker had not written, and the rounding of hours. */
const LOST_MS = 1_600;
const env = { NINEV_INTERNAL_HISTORY_SPEED: String(SPEED) };

interface Sample {
  at: string;
  unjudged?: true;
}

describe('the history of 60 monitors whose targets fail by a script', () => {
  let bench: FaultBench;
  let api: NodeProcess;
  beforeEach(async () => {
    bench = await FaultBench.start();
  });
  afterEach(() => bench.stop());

  const nextHour = (now = Date.now()): number => Math.ceil(now / HOUR_MS) * HOUR_MS;
  const until = (at: number): Promise<void> => sleep(Math.max(0, at - Date.now()));
  async function got<T>(path: string): Promise<T> {
    const response = await fetch(`${api.url}/api/v1/${path}`);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** Milliseconds of a time in which the target did not fail. */
  function upMs(monitor: string, from: number, to: number): number {
    let up = to - from;
    for (const outage of bench.targets.outages) {
      if (outage.monitor !== monitor) continue;
      up -= Math.max(0, Math.min(to, outage.to ?? to) - Math.max(from, outage.from));
    }
    return up;
  }

  /** Checks of these workers that gave no verdict, because the machine held them up: the target saw them, but nobody watched. */
  async function unjudgedBy(workers: readonly NodeProcess[]): Promise<number> {
    const counts = await Promise.all(workers.map((node) => bench.metric(node, 'ninevolt_checks_unjudged_total')));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** When a target was checked, without checks that a worker which stood still could not judge. */
  async function judgedAt(monitor: string): Promise<number[]> {
    const { [monitor]: results = [] } = await got<Record<string, Sample[]>>(`result?monitor=${monitor}&limit=720`);
    const unjudged = results.filter((result) => result.unjudged).map(({ at }) => Date.parse(at));
    const at = bench.targets.probes.filter((probe) => probe.monitor === monitor).map((probe) => probe.at);
    return at.filter((one) => !unjudged.some((other) => Math.abs(one - other) < INTERVAL_MS / 2));
  }

  /** Milliseconds of a time without a check for longer than `standsMs`, and how many such times there are. */
  function unwatchedOf(
    at: readonly number[],
    from: number,
    to: number,
    standsMs: number,
  ): { ms: number; times: number } {
    const gaps = at.slice(1).map((next, n) => [at[n] as number, next] as const);
    const seen = gaps.filter(([begin, end]) => end - begin > standsMs && end > from && begin < to);
    return {
      ms: seen.reduce((sum, [begin, end]) => sum + Math.min(end, to) - Math.max(begin, from), 0),
      times: seen.length,
    };
  }

  it('holds the truth, with a worker killed across folds, the leader killed in one, and etcd down', async () => {
    await bench.nodes('scheduler', ['s1', 's2'], { env });
    const workers = await bench.nodes('worker', ['w1', 'w2', 'w3'], { env });
    api = await bench.node('api', 'a1', { env });
    const monitors = names(MONITORS);
    await bench.watch(monitors, { intervalMs: INTERVAL_MS });
    await bench.watch(['rare'], { intervalMs: 10_000 });
    await bench.running();
    const from = nextHour();
    await until(from);

    let ended = false;
    const script = (async () => {
      for (let turn = 0; !ended; turn++) {
        const some = monitors.filter((_name, n) => (n * 7 + turn * 13) % 10 === 0);
        bench.targets.break(some);
        await sleep(2_500 + (turn % 4) * 1_700);
        bench.targets.mend(some);
        await sleep(1_500);
      }
    })();

    const victim = await bench.ownerOf('m0');
    await until(from + HOUR_MS - 1_000);
    const before = await unjudgedBy([victim]);
    await until(from + HOUR_MS - 300);
    await bench.fault('crash', victim.name, () => victim.signal('SIGKILL'));
    await until(from + HOUR_MS + GRACE_MS + 1_100);
    const { node: leader } = await bench.leader();
    await bench.fault('crash', leader.name, () => leader.signal('SIGKILL'));
    await until(from + 1.6 * HOUR_MS);
    await bench.fault('outage', 'etcd', async () => {
      await bench.cluster.etcd.kill();
      await sleep(OUTAGE_MS);
      await bench.cluster.etcd.restart();
    });
    await until(from + 2.7 * HOUR_MS);
    ended = true;
    await script;
    const to = from + 3 * HOUR_MS;
    await until(to);
    const hours = async (): Promise<number> =>
      new Set(
        (await bench.cluster.client.list(bench.cluster.keys.historyHours, { keysOnly: true })).entries.map(
          ({ key }) => bench.cluster.keys.parseHistory('hour', key)?.n,
        ),
      ).size;
    await waitFor(async () => (await hours()) >= 3, { timeoutMs: 60_000, what: 'the folds of three hours' });
    // The API lists its keys again.
    await sleep(2_000);

    const range = `from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`;
    const unjudged = before + (await unjudgedBy(workers.filter((node) => !node.hasEnded)));
    let worstMs = 0;
    let unwatchedTimes = 0;
    for (const name of someOf(monitors)) {
      const { total } = await got<MonitorHistory>(`history/${name}?step=1m&${range}`);
      const truth = upMs(name, from, to) / (to - from);
      const { uptime, time } = total as NonNullable<typeof total>;
      const rounding = 300 / (to - from);
      expect([name, (uptime?.min ?? 2) <= truth + rounding, (uptime?.max ?? 0) >= truth - rounding]).toEqual([
        name,
        true,
        true,
      ]);
      const checkedAt = await judgedAt(name);
      const least = unwatchedOf(checkedAt, from, to, STANDS_MS + ABOUT_MS);
      const unwatched = unwatchedOf(checkedAt, from, to, STANDS_MS - ABOUT_MS);
      unwatchedTimes += unwatched.times;
      const most = unwatched.ms + LOST_MS * (unwatched.times + 1) + STANDS_MS * unjudged;
      const { spans } = await got<MonitorTimeline>(`timeline/${name}?${range}`);
      const isRight = time.unwatched >= least.ms - LOST_MS * (least.times + 1) && time.unwatched <= most;
      if (!isRight) {
        const told = spans.filter(({ status }) => status === 'unwatched');
        const gaps = checkedAt.map((at, n) => [new Date(at).toISOString(), at - (checkedAt[n - 1] ?? at)] as const);
        const longest = gaps.filter(([, ms]) => ms > STANDS_MS - ABOUT_MS);
        const found = { name, unjudged, told, longest, unwatched: time.unwatched, most, faults: bench.faults };
        throw new Error(`what nobody watched differs: ${JSON.stringify(found)}`);
      }
      // Each failure is found, and its end, within an interval.
      const outages = bench.targets.outages.filter(({ monitor }) => monitor === name).length;
      const offMs = Math.abs(time.critical - (to - from - upMs(name, from, to)));
      worstMs = Math.max(worstMs, offMs / Math.max(1, outages));
      expect([name, offMs <= time.unwatched + (outages + 1) * (INTERVAL_MS + 500)]).toEqual([name, true]);
      for (const [n, span] of someOf(spans.slice(0, -1).entries())) expect(span.to).toBe(spans[n + 1]?.from);
    }
    expect(unwatchedTimes).toBeGreaterThan(0);

    const checks = bench.targets.probes.filter(({ monitor }) => monitor === 'rare').length;
    for (const node of bench.cluster.nodes) if (!node.hasEnded) await node.signal('SIGKILL');
    await bench.node('scheduler', 's3', { env });
    api = await bench.node('api', 'a2', { env });
    const { rare = [] } = await got<Record<string, unknown[]>>('result?monitor=rare&limit=100');
    // The first were not recorded.
    expect(rare.length).toBeGreaterThanOrEqual(checks - 1);
    console.log(
      `history: ${unwatchedTimes} unwatched times, ${unjudged} unjudged checks; off by at most ${Math.round(worstMs)} ms a failure`,
    );
  });
});
