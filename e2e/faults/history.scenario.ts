import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { MonitorHistory, MonitorTimeline } from '@9volt/contracts';
import { someOf } from '@9volt/testing';
import { FaultBench, names, type NodeProcess, waitFor } from './harness/index.js';
import { type Unwatched, unwatchedBetween } from './history/watched-times.js';

const MONITORS = Number(process.env['TEST_HISTORY_MONITORS'] ?? 60);
const MINUTES = Number(process.env['TEST_HISTORY_MINUTES'] ?? 3);
/** A hundred checks a second at most. */
const INTERVAL_MS = Math.max(1_000, MONITORS * 10);
/** Three hours of history take these minutes. */
const SPEED = 180 / MINUTES;
const HOUR_MS = 3_600_000 / SPEED;
/** The leader folds after this. */
const GRACE_MS = HOUR_MS / 12;
const OUTAGE_MS = Math.min(60_000, HOUR_MS / 3);
const TIMEOUT_MS = Math.min(3_000, INTERVAL_MS);
/** For how long a result stands: the interval, the longest duration of a check, and half an interval or a second. */
const STANDS_MS = INTERVAL_MS + TIMEOUT_MS + Math.max(1_000, INTERVAL_MS / 2);
/** The least by which a request and its result may be apart on a machine with something else to do. */
const ABOUT_MS = 300;
/** What a killed worker had not written: a third of a minute, and the write itself. */
const LOST_MS = 20_000 / SPEED + 1_500;
/** Times of hours are rounded. */
const ROUNDING_MS = 300;
/** Most answers are quick, and every seventh is slow: so the 95th percentile is the same for every part of the checks. */
const SLOW_EACH = 7;
const QUICK_MS = Math.min(100, INTERVAL_MS / 25);
const SLOW_MS = 2.5 * QUICK_MS;
const env = { NINEV_INTERNAL_HISTORY_SPEED: String(SPEED) };

interface Sample {
  at: string;
  latencyMs: number;
  unjudged?: true;
}

interface Victim {
  name: string;
  at: number;
  /** Checks of it that gave no verdict before. */
  unjudged: number;
}

interface Truth {
  unwatched: Unwatched;
  p95: { target: number; worker: number };
}

function percentile95(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil(0.95 * values.length) - 1)] ?? 0;
}

describe(`the history of ${MONITORS} monitors whose targets fail by a script`, () => {
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

  /** What nobody watched, by what the target saw, and the latencies as the workers and the target measured them. */
  async function truthOf(monitor: string, victim: Victim, from: number, to: number): Promise<Truth> {
    const { [monitor]: results = [] } = await got<Record<string, Sample[]>>(`result?monitor=${monitor}&limit=720`);
    const probes = bench.targets.probes.filter((probe) => probe.monitor === monitor);
    const judged = results.filter((result) => !result.unjudged).map(({ latencyMs }) => latencyMs);
    const seen = {
      probes,
      unjudgedAt: results.filter((result) => result.unjudged).map(({ at }) => Date.parse(at)),
      crash: { by: victim.name, at: victim.at, lostMs: LOST_MS },
      jitterMs: Math.max(ABOUT_MS, ...judged),
    };
    const unwatched = unwatchedBetween(seen, { from, to, standsMs: STANDS_MS });
    // A check that could not be judged, and whose worker is gone, is in no result.
    if (probes.some(({ by }) => by === victim.name)) unwatched.most += STANDS_MS * victim.unjudged;
    const took = probes.flatMap(({ at, tookMs }) => (tookMs !== undefined && at >= from && at < to ? [tookMs] : []));
    return { unwatched, p95: { target: percentile95(took), worker: percentile95(judged) } };
  }

  it(
    'holds the truth, with a worker killed across folds, the leader killed in one, and etcd down',
    async () => {
      const checks = new Map<string, number>();
      bench.targets.delayMs = (name) => {
        const count = checks.get(name) ?? 0;
        checks.set(name, count + 1);
        return count % SLOW_EACH === 0 ? SLOW_MS : QUICK_MS;
      };
      await bench.nodes('scheduler', ['s1', 's2'], { env });
      const workers = await bench.nodes('worker', ['w1', 'w2', 'w3'], { env });
      api = await bench.node('api', 'a1', { env });
      const monitors = names(MONITORS);
      await bench.watch(monitors, { intervalMs: INTERVAL_MS });
      await bench.watch(['rare'], { intervalMs: 10 * INTERVAL_MS });
      await bench.running(60_000 + 30 * INTERVAL_MS);
      const from = nextHour();
      await until(from);

      let ended = false;
      const script = (async () => {
        for (let turn = 0; !ended; turn++) {
          const some = monitors.filter((_name, n) => (n * 7 + turn * 13) % 5 === 0);
          bench.targets.break(some);
          await sleep(INTERVAL_MS * (2.5 + (turn % 4) * 1.7));
          bench.targets.mend(some);
          await sleep(INTERVAL_MS * 1.5);
        }
      })();

      const victim = await bench.ownerOf('m0');
      await until(from + HOUR_MS - 1_000);
      const before = await unjudgedBy([victim]);
      await until(from + HOUR_MS - 300);
      await bench.fault('crash', victim.name, () => victim.signal('SIGKILL'));
      const killed = { name: victim.name, at: Date.now(), unjudged: before };
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
      await waitFor(async () => (await hours()) >= 3, { timeoutMs: 120_000, what: 'the folds of three hours' });
      // The API lists its keys again.
      await sleep(2_000);

      const range = `from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`;
      const unjudged = before + (await unjudgedBy(workers.filter((node) => !node.hasEnded)));
      let [worstMs, worstShare, unwatchedTimes, turns] = [0, 0, 0, 0];
      for (const name of someOf(monitors)) {
        const { total } = await got<MonitorHistory>(`history/${name}?step=1m&${range}`);
        const { spans } = await got<MonitorTimeline>(`timeline/${name}?${range}`);
        const truth = upMs(name, from, to) / (to - from);
        const { uptime, time, latency } = total as NonNullable<typeof total>;
        const rounding = ROUNDING_MS / (to - from);
        const { unwatched, p95 } = await truthOf(name, killed, from, to);
        unwatchedTimes += unwatched.times;
        const holds = {
          uptime: (uptime?.min ?? 2) <= truth + rounding && (uptime?.max ?? 0) >= truth - rounding,
          unwatched: time.unwatched >= unwatched.least - ROUNDING_MS && time.unwatched <= unwatched.most + ROUNDING_MS,
          // A result takes longer than the target's answer, by what the machine needs.
          p95:
            (latency?.p95 ?? 0) >= 0.94 * p95.target && (latency?.p95 ?? 0) <= 1.06 * Math.max(p95.target, p95.worker),
        };
        if (Object.values(holds).includes(false)) {
          const probes = bench.targets.probes.filter(({ monitor }) => monitor === name);
          const where = bench.keep(`history of ${name}`, [
            JSON.stringify({ holds, total, truth, unwatched, p95, killed, spans, probes, faults: bench.faults }),
          ]);
          throw new Error(
            `${name}: ${JSON.stringify({ holds, uptime, truth, time, unwatched, latency, p95 })}; ${where}`,
          );
        }
        worstShare = Math.max(worstShare, Math.abs((latency?.p95 ?? 0) / p95.target - 1));
        // Each failure is found, and its end, within an interval.
        const outages = bench.targets.outages.filter(({ monitor }) => monitor === name).length;
        const offMs = Math.abs(time.critical - (to - from - upMs(name, from, to)));
        worstMs = Math.max(worstMs, offMs / Math.max(1, outages));
        expect([name, offMs <= time.unwatched + (outages + 1) * (INTERVAL_MS + 500)]).toEqual([name, true]);
        turns += spans.length - 1;
        expect(spans.slice(0, -1).map((span) => span.to)).toEqual(spans.slice(1).map((span) => span.from));
      }
      expect([unwatchedTimes > 0, turns > monitors.length]).toEqual([true, true]);

      const rares = bench.targets.probes.filter(({ monitor }) => monitor === 'rare').length;
      for (const node of bench.cluster.nodes) if (!node.hasEnded) await node.signal('SIGKILL');
      await bench.node('scheduler', 's3', { env });
      api = await bench.node('api', 'a2', { env });
      const { rare = [] } = await got<Record<string, unknown[]>>('result?monitor=rare&limit=100');
      // The first were not recorded.
      expect(rare.length).toBeGreaterThanOrEqual(Math.min(100, rares) - 1);
      console.log(
        `history of ${monitors.length} monitors over ${MINUTES} min: ${bench.targets.probes.length} checks, ${unwatchedTimes} unwatched times, ${unjudged} unjudged checks; off by at most ` +
          `${Math.round(worstMs)} ms a failure; p95 at most ${(100 * worstShare).toFixed(1)} % from what the targets measured`,
      );
    },
    (MINUTES + 12) * 60_000,
  );
});
