import type { Schemas } from '../../../lib/api-client.js';

export type Bucket = Schemas['HistoryBucket'];

/** What a chart over time draws: one point for each bucket, in its middle. */
export interface BandData {
  /** Seconds since the epoch. */
  times: number[];
  p50: (number | null)[];
  p95: (number | null)[];
  p99: (number | null)[];
  /** The worst latency of buckets with failed checks, to mark them there; null elsewhere. */
  failed: (number | null)[];
}

export function bandData(buckets: readonly Bucket[]): BandData {
  return {
    times: buckets.map(({ from, to }) => (Date.parse(from) + Date.parse(to)) / 2_000),
    p50: buckets.map(({ latency }) => latency?.p50 ?? null),
    p95: buckets.map(({ latency }) => latency?.p95 ?? null),
    p99: buckets.map(({ latency }) => latency?.p99 ?? null),
    failed: buckets.map(({ latency, failures }) => (failures > 0 ? (latency?.p99 ?? 0) : null)),
  };
}

/** How a day, or another bucket, looks at a glance. */
export type Grade = 'none' | 'ok' | 'warning' | 'critical';

const OK_SHARE = 0.999;
const CRITICAL_SHARE = 0.95;

/** By the share that was certainly up of the time that somebody watched. */
export function gradeOf({ time }: Pick<Bucket, 'time'>): Grade {
  const up = time.ok + time.warning;
  const watched = up + time.critical;
  if (watched === 0) return 'none';
  if (up / watched >= OK_SHARE) return 'ok';
  return up / watched < CRITICAL_SHARE ? 'critical' : 'warning';
}
