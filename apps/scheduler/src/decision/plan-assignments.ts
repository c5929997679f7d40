import { mayRun, orphanReason, type PlannedWorker } from '../caches/pools.js';
import { rankOf, MovableMonitors } from './movable-monitors.js';

export interface PlannedMonitor {
  name: string;
  weight: number;
  memberTag?: string | undefined;
}

export interface PlanInput {
  monitors: readonly PlannedMonitor[];
  workers: readonly PlannedWorker[];
  /** Worker id by monitor, for its present or coming owner. Missing workers are permitted. */
  current: ReadonlyMap<string, string>;
  /** By what part of the mean load of a pool its workers may differ before anything moves to balance them. Default 0. */
  tolerance?: number;
}

export interface Move {
  monitor: string;
  /** Absent if nobody who may continue with it owns it. */
  from?: string;
  to: string;
}

export interface Plan {
  moves: Move[];
  orphans: { monitor: string; reason: string }[];
}

interface Pool {
  tag: string | undefined;
  /** Indexes of the workers that may be given its monitors, ascending. */
  workers: number[];
  /** By index of worker: whether it is one of them. */
  has: boolean[];
  monitors: number[];
  heaviest: number;
}

const NOBODY = -1;
const STEP = 2_048;
/** Loads are sums of fractions: values that differ by less than this part count as equal. */
const EPSILON = 1e-9;

/**
 * Decides which worker each monitor belongs to. Pure, and independent of the order of its input.
 *
 * - A worker that may continue with a monitor keeps it, unless balance needs it elsewhere.
 * - Afterwards no monitor is on a worker whose load exceeds that of another worker of the monitor's pool by more than the heaviest
 * monitor
 *   of that pool (or by `tolerance`). If no worker has several tags: the loads of a pool differ by at most its heaviest monitor.
 * - Planned again on its own result, it moves nothing.
 */
export function planAssignments(input: PlanInput): Plan {
  const steps = planSteps(input);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** {@link planAssignments} in steps of a few milliseconds at most, for callers that must not block the event loop. */
export function* planSteps(input: PlanInput): Generator<void, Plan> {
  const { monitors, current, tolerance = 0 } = input;
  const workers = [...input.workers].sort((a, b) => (a.id < b.id ? -1 : 1));
  const indexOf = new Map(workers.map((worker, index) => [worker.id, index]));
  const weights = new Float64Array(monitors.length);
  const ranks = new Float64Array(monitors.length);
  const owner = new Int32Array(monitors.length).fill(NOBODY);
  const before = new Int32Array(monitors.length).fill(NOBODY);
  const loads = new Float64Array(workers.length);
  const pools = new Map<string | undefined, Pool>();
  const unassigned = new MovableMonitors(weights, ranks);
  const orphans: Plan['orphans'] = [];

  for (let index = 0; index < monitors.length; index++) {
    if (index % STEP === STEP - 1) yield;
    const monitor = monitors[index] as PlannedMonitor;
    const pool = poolOf(pools, monitor.memberTag, workers);
    if (pool.workers.length === 0) {
      orphans.push({ monitor: monitor.name, reason: orphanReason(monitor.memberTag, workers) });
      continue;
    }
    weights[index] = monitor.weight;
    ranks[index] = rankOf(monitor.name, index);
    pool.monitors.push(index);
    if (monitor.weight > pool.heaviest) pool.heaviest = monitor.weight;
    const holder = current.get(monitor.name);
    const at = holder === undefined ? undefined : indexOf.get(holder);
    if (at === undefined || !pool.has[at]) {
      unassigned.add(index);
      continue;
    }
    owner[index] = before[index] = at;
    loads[at] = (loads[at] as number) + monitor.weight;
  }
  yield;

  // Heaviest first, so that the light ones even out the differences.
  for (let count = unassigned.size; count > 0; count--) {
    if (count % STEP === 0) yield;
    const index = unassigned.take(Infinity);
    const pool = pools.get(monitors[index]?.memberTag) as Pool;
    const to = leastLoaded(pool.workers, loads);
    owner[index] = to;
    loads[to] = (loads[to] as number) + (weights[index] as number);
  }

  // Pools with the fewest workers first: they have the least choice. Pools that share workers disturb each other, so it repeats
  // until all rest; each move lessens the sum of the squares of the loads, so they do come to rest.
  const ordered = [...pools.values()].filter((pool) => pool.workers.length > 1).sort(fewestWorkersFirst);
  for (let moved = true; moved;) {
    moved = false;
    for (const pool of ordered) {
      if (yield* balance(pool, { weights, ranks, owner, loads, tolerance })) moved = true;
    }
    if (ordered.length === 1) break;
  }

  const moves: Move[] = [];
  for (let index = 0; index < monitors.length; index++) {
    const to = owner[index] as number;
    const from = before[index] as number;
    if (to === from || to === NOBODY) continue;
    moves.push({
      monitor: (monitors[index] as PlannedMonitor).name,
      ...(from === NOBODY ? {} : { from: (workers[from] as PlannedWorker).id }),
      to: (workers[to] as PlannedWorker).id,
    });
  }
  return { moves, orphans };
}

interface Balancing {
  weights: Float64Array;
  ranks: Float64Array;
  owner: Int32Array;
  loads: Float64Array;
  tolerance: number;
}

/** Moves monitors of one pool from its most to its least loaded worker until no two differ by more than its heaviest monitor. */
function* balance(pool: Pool, balancing: Balancing): Generator<void, boolean> {
  const { weights, ranks, owner, loads, tolerance } = balancing;
  const enough = (difference: number): boolean => difference <= pool.heaviest + EPSILON * total;
  const total = pool.workers.reduce((sum, worker) => sum + (loads[worker] as number), 0);
  const spread = spreadOf(pool.workers, loads);
  if (enough(spread) || spread <= (tolerance * total) / pool.workers.length) return false;

  const movable = new Map(pool.workers.map((worker) => [worker, new MovableMonitors(weights, ranks)]));
  let sorted = 0;
  for (const monitor of pool.monitors) {
    if (++sorted % STEP === 0) yield;
    movable.get(owner[monitor] as number)?.add(monitor);
  }
  for (let count = 1; ; count++) {
    if (count % STEP === 0) yield;
    const to = leastLoaded(pool.workers, loads);
    const from = mostLoaded(pool.workers, loads, (worker) => (movable.get(worker) as MovableMonitors).size > 0);
    if (from === NOBODY) return count > 1;
    const difference = (loads[from] as number) - (loads[to] as number);
    if (enough(difference)) return count > 1;
    const monitor = (movable.get(from) as MovableMonitors).take(difference / 2);
    const weight = weights[monitor] as number;
    owner[monitor] = to;
    loads[from] = (loads[from] as number) - weight;
    loads[to] = (loads[to] as number) + weight;
    (movable.get(to) as MovableMonitors).add(monitor);
  }
}

function poolOf(
  pools: Map<string | undefined, Pool>,
  tag: string | undefined,
  workers: readonly PlannedWorker[],
): Pool {
  let pool = pools.get(tag);
  if (!pool) {
    const has = workers.map((worker) => !worker.draining && mayRun(worker, tag));
    const indexes = [...has.keys()].filter((index) => has[index]);
    pools.set(tag, (pool = { tag, workers: indexes, has, monitors: [], heaviest: 0 }));
  }
  return pool;
}

function fewestWorkersFirst(a: Pool, b: Pool): number {
  return a.workers.length - b.workers.length || ((a.tag ?? '') < (b.tag ?? '') ? -1 : 1);
}

function spreadOf(workers: readonly number[], loads: Float64Array): number {
  const most = mostLoaded(workers, loads, () => true);
  return (loads[most] as number) - (loads[leastLoaded(workers, loads)] as number);
}

function leastLoaded(workers: readonly number[], loads: Float64Array): number {
  let least = workers[0] as number;
  for (const worker of workers) if ((loads[worker] as number) < (loads[least] as number)) least = worker;
  return least;
}

function mostLoaded(workers: readonly number[], loads: Float64Array, may: (worker: number) => boolean): number {
  let most = NOBODY;
  for (const worker of workers) {
    if (may(worker) && (most === NOBODY || (loads[worker] as number) > (loads[most] as number))) most = worker;
  }
  return most;
}
