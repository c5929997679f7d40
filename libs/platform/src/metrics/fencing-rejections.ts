import type { Metrics } from './metrics.js';

/** What a write relied on: that this process leads, or that the monitor is its own. */
type Fence = 'leadership' | 'ownership';

/** Counts writes that etcd refused since what they relied on held no longer. */
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
