import { isChecked } from '@9volt/contracts';
import type { MonitorView } from './monitor-view.js';

/** The load that the assignments give a worker. */
export interface Workload {
  /** Number of assigned monitors. */
  monitors: number;
  /** Sum of the weights of the monitors that it is to run, counting moves in progress as done: the leader balances this. */
  weight: number;
}

/** By worker id. */
export function workloadsOf(views: Iterable<MonitorView>): ReadonlyMap<string, Workload> {
  const loads = new Map<string, Workload>();
  const of = (id: string): Workload => {
    let load = loads.get(id);
    if (!load) loads.set(id, (load = { monitors: 0, weight: 0 }));
    return load;
  };
  for (const { assignment, weight } of views) {
    if (!assignment) continue;
    const { workerId, phase, to } = assignment;
    of(workerId).monitors++;
    if (isChecked(phase)) of(to ?? workerId).weight += weight;
  }
  return loads;
}
