import { workersOf } from '@9volt/contracts/workers';
import { count, counted, latency, spanInWords } from '../../lib/format.js';
import type { Counts } from '../../lib/status.js';
import { type Cluster, leaderOf } from '../cluster/cluster-api.js';

/** A worker that starts its checks this late has too much to do. */
const LATE_MS = 2_000;
/** A notification that waits this long is stuck. */
const OVERDUE_MS = 60_000;

/** The problems of 9volt itself, worst first; empty if there are none. */
export function degradations(cluster: Cluster, counts: Counts): string[] {
  const workers = workersOf(cluster);
  const overloaded = workers.filter(({ Overloaded }) => Overloaded);
  const late = workers.filter(({ Load, Overloaded }) => !Overloaded && (Load?.latenessP99Ms ?? 0) > LATE_MS);
  const detached = workers.filter(({ Detached }) => Detached);
  const { depth, oldestAgeMs } = cluster.Outbox;
  const low = cluster.Coverage?.lowSince ? cluster.Coverage : undefined;
  return [
    leaderOf(cluster) ? '' : 'no scheduler is leader: new monitors get no worker',
    workers.length === 0 ? 'no worker is running: nothing is checked' : '',
    low ? `${counted(low.monitors - low.covered, 'monitor')} not checked as scheduled` : '',
    counts.orphaned > 0 ? `${counted(counts.orphaned, 'monitor')} without a suitable worker` : '',
    counts.stale > 0 ? `${counted(counts.stale, 'monitor')} without recent results` : '',
    counts.quarantined > 0 ? `${counted(counts.quarantined, 'configuration')} quarantined` : '',
    detached.length > 0 ? `${detached.map(({ Name }) => Name).join(', ')} cut off from etcd` : '',
    overloaded.length > 0
      ? `${overloaded.map(({ Name }) => Name).join(', ')} cannot keep up: start one more worker`
      : '',
    late.length > 0 ? `${late.map(({ Name }) => Name).join(', ')} start checks late` : '',
    depth > 0 && oldestAgeMs > OVERDUE_MS
      ? `${counted(depth, 'notification')} not delivered for ${spanInWords(oldestAgeMs)}`
      : '',
  ].filter((text) => text !== '');
}

/** In hundredths, rounded down: less than all must not look like all. */
function percent(share: number): string {
  return `${Math.floor(share * 1_000) / 10} %`;
}

/** Facts of the cluster for the overview. */
export function healthFacts(cluster: Cluster): [string, string][] {
  const workers = workersOf(cluster);
  const loads = workers.flatMap(({ Load }) => Load ?? []);
  const lateness = Math.max(0, ...loads.map(({ latenessP99Ms }) => latenessP99Ms));
  const rate = loads.reduce((sum, { checksPerSecond }) => sum + checksPerSecond, 0);
  return [
    ['Leader', leaderOf(cluster)?.Name ?? 'none'],
    ['Members', `${count(Object.keys(cluster.Members).length)}, ${counted(workers.length, 'worker')}`],
    ['Coverage', cluster.Coverage ? `${percent(cluster.Coverage.share)} of monitors checked as scheduled` : 'unknown'],
    ['Checks', `${rate < 10 ? rate.toFixed(1) : count(Math.round(rate))} a second`],
    ['Lateness', `${latency(lateness)} (p99)`],
    ['Waiting', counted(cluster.Outbox.depth, 'notification')],
  ];
}
