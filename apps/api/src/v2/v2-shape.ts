import { type CheckResult, type ClusterEvent, NO_MESSAGE, type PerformanceValue } from '@9volt/contracts';
import type { ShownState } from '../states/state.dto.js';
import type { ShownEvent, ShownRun, ShownStatus } from './v2.dto.js';

export function statusOf(state: ShownState): ShownStatus {
  const { name, type, target, tags, owner, ownerName, status, reason, since, incident, quiet, recovering, origin } =
    state;
  return {
    ...{ name, type, target, tags, status, reason, since, incident, quiet, recovering, origin },
    worker: owner === null ? null : { id: owner, name: ownerName },
    storedStatus: state.stored,
    failures: state.count,
    message: saidOf(state.message),
    checkedAt: state.lastRun,
    nextCheckAt: state.nextDue,
    latencyMs: state.latencyMs === null ? null : tenth(state.latencyMs),
    performance: state.performance,
  };
}

export function eventOf({
  id,
  type,
  message,
  timestamp,
  memberid,
  monitor,
  alerter,
  details,
}: ClusterEvent): ShownEvent {
  return {
    ...{ id, type, message, at: timestamp, memberId: memberid },
    monitor: monitor ?? null,
    alerter: alerter ?? null,
    details: (details as Record<string, unknown> | undefined) ?? null,
  };
}

export function runOf({
  status,
  message,
  latencyMs,
  expected,
  found,
  phases,
  performance,
  note,
}: CheckResult): ShownRun {
  return {
    status,
    message: saidOf(message),
    latencyMs: tenth(latencyMs),
    expected: expected ?? null,
    found: found ?? null,
    phases: phases ? Object.fromEntries(Object.entries(phases).map(([name, ms]) => [name, tenth(ms as number)])) : null,
    performance: (performance ?? []) as PerformanceValue[],
    note: note ?? null,
  };
}

function saidOf(message: string): string | null {
  return message === NO_MESSAGE || message === '' ? null : message;
}

/** As results are kept. */
function tenth(ms: number): number {
  return Math.round(ms * 10) / 10;
}
