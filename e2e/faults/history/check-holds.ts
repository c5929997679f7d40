import {
  groupedBy,
  type Debt,
  type Fault,
  type Hold,
  type History,
  mayShowAt,
  type Promises,
  type Violation,
} from './history.js';

/** Whether each alarm that was held had one reason at a time, and was not sent meanwhile. */
export function checkHolds({ holds, deliveries, endedAt, faults }: History, promises: Promises): Violation[] {
  const { tellWithinMs } = promises;
  const violations: Violation[] = [];
  const alarms = groupedBy(
    deliveries.filter(({ accepted, type }) => accepted && type !== 'resolve'),
    ({ alerter, monitor }) => `${alerter} ${monitor}`,
  );
  for (const [who, spans] of groupedBy(holds, ({ alerter, monitor }) => `${alerter} ${monitor}`)) {
    const sorted = [...spans].sort((a, b) => a.from - b.from);
    for (const [n, { monitor, reason, from, to = endedAt }] of sorted.entries()) {
      const next = sorted[n + 1];
      if (next && next.from < to) {
        violations.push({
          kind: 'two-reasons',
          monitor,
          message: `${who}: held by ${reason} and by ${next.reason} at once`,
        });
      }
      // A notification that was on its way when the hold began may arrive.
      const told = (alarms.get(who) ?? []).find(
        ({ at }) => at > from + tellWithinMs && at < to && !isUnwritten(faults, at, promises),
      );
      if (told) {
        const message = `${told.by} told ${told.alerter} ${told.type} (${told.key}) while ${reason} held it`;
        violations.push({ kind: 'told-while-held', monitor, message });
      }
    }
  }
  return violations;
}

/** A worker that cannot reach etcd cannot write that a hold ended. */
function isUnwritten(faults: readonly Fault[], at: number, promises: Promises): boolean {
  return faults.some((fault) => ['outage', 'partition'].includes(fault.kind) && mayShowAt(fault, at, promises));
}

/** The longest time between two moments that nothing explains: neither a hold nor a debt. */
export function longestUnexplainedMs(
  reasons: readonly (Hold | Debt)[],
  { from, until, endedAt }: { from: number; until: number; endedAt: number },
): number {
  let longest = 0;
  let explainedTo = from;
  for (const { from: begins, to = endedAt } of [...reasons].sort((a, b) => a.from - b.from)) {
    if (begins >= until) break;
    longest = Math.max(longest, begins - explainedTo);
    explainedTo = Math.max(explainedTo, to);
  }
  return Math.max(longest, until - explainedTo);
}
