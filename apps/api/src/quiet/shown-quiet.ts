import { acknowledges } from '@9volt/contracts';
import type { ClusterCache } from '../cache/cluster-cache.js';
import type { ShownAck, ShownPause } from './quiet.dto.js';

/** The acknowledgement of the open incident. */
export function shownAck(cache: ClusterCache, monitor: string): ShownAck | null {
  const ack = cache.quiet.acks.get(monitor);
  const open = cache.monitors.get(monitor)?.state?.incident?.id;
  if (!ack || !acknowledges(ack, open, Date.now())) return null;
  const { incident, status, at, author = null, comment = null, until = null } = ack;
  return { incident, status, at, author, comment, until };
}

export function shownPause(cache: ClusterCache, monitor: string): ShownPause | null {
  const pause = cache.quiet.pauseOf(monitor, Date.now());
  if (!pause) return null;
  const { until, at, author = null, comment = null } = pause;
  return { until, at, author, comment };
}
