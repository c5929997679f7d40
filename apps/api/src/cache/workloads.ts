import { isChecked } from '@9volt/contracts';
import type { MonitorView } from './monitor-view.js';

/** What the assignments give a worker to do. */
export interface Workload {
  /** Number of assigned monitors. */
  monitors: number;
  /** Sum of the weights of the monitors it is to run, moves under way being done: what the leader balances. */
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
