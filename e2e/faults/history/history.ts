/**
 * Everything observed from outside while faults were injected. All times are milliseconds of one clock, that of the recording
 * process.
 */
export interface History {
  monitors: WatchedMonitor[];
  probes: Probe[];
  outages: TargetOutage[];
  standstills: Standstill[];
  deliveries: Delivery[];
  /** As etcd had them. */
  holds: Hold[];
  debts: Debt[];
  faults: Fault[];
  endedAt: number;
}

/** A monitor from its creation in etcd until its deletion, or until the end. */
export interface WatchedMonitor {
  name: string;
  intervalMs: number;
  /** Alerters that must be notified of each of its incidents. */
  alerters: string[];
  /** It was deleted and created again: the second is another monitor, with incidents of its own. */
  recreated?: boolean;
  from: number;
  to?: number;
}

/** One check as its target saw it. */
export interface Probe {
  monitor: string;
  at: number;
  /** The process that checked. */
  by: string;
  answer: 'ok' | 'fail' | 'hang';
  /** Answered late, and healthy after all. */
  releasedAt?: number;
  /** From the request to the answer, if the target answers by itself. */
  tookMs?: number;
}

/** A time during which a target gave wrong answers, or none. Without an end, until the end of the history. */
export interface TargetOutage {
  monitor: string;
  from: number;
  to?: number;
}

/** The process of all targets stood still, so that none of them answered. */
export type Standstill = Required<Omit<TargetOutage, 'monitor'>>;

/** One notification as an alerter's provider saw it. */
export interface Delivery {
  alerter: string;
  at: number;
  by: string;
  /** Whether the provider accepted it, so that a person saw it. */
  accepted: boolean;
  monitor: string;
  type: 'resolve' | 'warning' | 'critical' | 'unknown';
  /** The same for an alarm and its resolve. */
  key: string;
  /** When the first failed check of the incident ran. */
  since: number;
  /** Its provider answered only later: nobody knew meanwhile whether it had arrived. */
  answeredLate?: true;
  /** Sent again on purpose: a repeat of an alarm that lasts, or the end of a flapping. */
  again?: boolean;
}

/** An alarm was held for one alerter. Without an end, until the end of the history. */
export interface Hold {
  monitor: string;
  alerter: string;
  /** The reason of the hold, and its name. */
  reason: string;
  from: number;
  to?: number;
}

/** An alarm was in the outbox. */
export type Debt = Omit<Hold, 'reason'>;

/** A fault that was injected. After `to` the system may recover. */
export interface Fault {
  kind: FaultKind;
  at: string;
  from: number;
  to: number;
}

/**
 * `graceful`: a planned stop or move. `shortage`: a process may open no more files. Checks may be late in both; nothing may repeat
 * or run twice.
 */
export type FaultKind = 'crash' | 'pause' | 'outage' | 'partition' | 'graceful' | 'shortage';

/** The promises of a scenario, in milliseconds. */
export interface Promises {
  /** Shortest outage of a target that must lead to notifications. */
  tellWithinMs: number;
  /** How long after the end of a fault its effects may show. */
  recoveryMs: number;
  /** The longest time between two checks of one monitor, minus its interval. */
  gapSlackMs: number;
  /** The same with a fault: until another takes over, which then runs it an interval later at the latest. */
  gapInFaultMs: number;
  /** How late a check may come to its slot before it counts as another rhythm. */
  beatMs: number;
}

export type ViolationKind =
  | 'lost'
  | 'repeated'
  | 'unresolved'
  | 'stray-resolve'
  | 'false-alarm'
  | 'split'
  | 'double'
  | 'gap'
  | 'cadence'
  | 'two-reasons'
  | 'told-while-held';

/** A broken promise. */
export interface Violation {
  kind: ViolationKind;
  monitor: string;
  message: string;
}

/** A clock that a scenario sets wrong by hours is wrong by a multiple of this. */
export const CLOCK_STEP_MS = 3 * 3_600_000;

/** A time that a process with such a clock wrote down, in our time. `near` is a time at most half a step away. */
export function inOurTime(at: number, near: number): number {
  return at - Math.round((at - near) / CLOCK_STEP_MS) * CLOCK_STEP_MS;
}

/** Whether a fault may show its effects at a moment. */
export function mayShowAt(fault: Fault, at: number, { recoveryMs }: Pick<Promises, 'recoveryMs'>): boolean {
  return at >= fault.from && at <= fault.to + recoveryMs;
}

/** By a key, in the order in which they came. */
export function groupedBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
