import type { Metrics } from './metrics.js';

/** What a write relied on: that this process is the leader, or that it owns the monitor. */
type Fence = 'leadership' | 'ownership';

/** Counts writes that etcd refused because a comparison of leadership or ownership failed. */
export function countFencingRejections(metrics: Metrics, fence: Fence): (count: number) => void {
  const counter = metrics.counter(
    'ninevolt_fencing_rejections_total',
    'Writes that etcd refused because this process was no longer the leader (`leadership`) or no longer the owner of the monitor (`ownership`)',
    ['fence'],
  );
  const ofFence = counter.labels({ fence });
  ofFence.inc(0);
  return (count) => ofFence.inc(count);
}
