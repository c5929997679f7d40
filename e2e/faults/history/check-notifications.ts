import { checkHolds, longestUnexplainedMs } from './check-holds.js';
import { FUZZ_MS, outageAt, seenOutages } from './seen-outages.js';
import {
  type Delivery,
  type Fault,
  groupedBy,
  type History,
  mayShowAt,
  type Promises,
  type Violation,
  type WatchedMonitor,
} from './history.js';

export interface NotificationFigures {
  /** Outages of targets that were long enough to notify of, by alerter. */
  owed: number;
  told: number;
  /** Never notified, and held or in the outbox all the time. */
  explained: number;
  lost: number;
  /** Notifications that a person got twice, including those that a fault excuses. */
  repeated: number;
  /** Longest time from the start of an outage until its notification, without the time during which it was held. */
  slowestMs: number;
}

/** Judges the notifications of alerters against the outages of targets. Pure. */
export function checkNotifications(
  recorded: History,
  promises: Promises,
): { violations: Violation[]; figures: NotificationFigures } {
  const outages = seenOutages(recorded);
  const history = { ...recorded, outages };
  const accepted = history.deliveries.filter((delivery) => delivery.accepted);
  const announced = checkOutages(history, accepted, promises);
  const repeats = checkRepeats(history, accepted, promises);
  return {
    violations: [
      ...announced.violations,
      ...repeats.violations,
      ...checkClosings(history, accepted),
      ...falseAlarms(history, accepted),
      ...checkHolds(history, promises),
    ],
    figures: { ...announced.figures, repeated: repeats.count },
  };
}

/**
 * Each alerter is notified of each lasting outage, under one key; or at each moment there is a reason why not, or it is in the
 * outbox.
 */
function checkOutages(
  { outages, monitors, endedAt, faults, holds, debts }: History,
  accepted: readonly Delivery[],
  promises: Promises,
): { violations: Violation[]; figures: Omit<NotificationFigures, 'repeated'> } {
  const violations: Violation[] = [];
  const figures = { owed: 0, told: 0, explained: 0, lost: 0, slowestMs: 0 };
  const reasons = groupedBy([...holds, ...debts], ({ alerter, monitor }) => `${alerter} ${monitor}`);
  const alarms = groupedBy(accepted.filter(isAlarm), ({ alerter, monitor }) => `${alerter} ${monitor}`);
  const watched = new Map(monitors.map((monitor) => [monitor.name, monitor]));
  for (const outage of outages) {
    const monitor = watched.get(outage.monitor);
    if (!monitor) continue;
    const until = Math.min(outage.to ?? endedAt, monitor.to ?? endedAt);
    for (const alerter of monitor.alerters) {
      const about = (alarms.get(`${alerter} ${monitor.name}`) ?? []).filter(
        ({ since }) => outageAt(outages, monitor.name, since, endedAt) === outage,
      );
      const incidents = furtherIncidents(monitor, about, faults, promises);
      if (incidents.length > 0) {
        violations.push({
          kind: 'split',
          monitor: monitor.name,
          message: `one outage was told to ${alerter} as another incident: ${incidents.join(', ')}`,
        });
      }
      if (until - outage.from < promises.tellWithinMs) continue;
      figures.owed++;
      const first = about[0];
      const silentMs = longestUnexplainedMs(reasons.get(`${alerter} ${monitor.name}`) ?? [], {
        from: outage.from,
        until: first?.at ?? until,
        endedAt,
      });
      if (first) {
        figures.told++;
        figures.slowestMs = Math.max(figures.slowestMs, silentMs);
        continue;
      }
      if (silentMs < promises.tellWithinMs) {
        figures.explained++;
        continue;
      }
      figures.lost++;
      violations.push({
        kind: 'lost',
        monitor: monitor.name,
        message: `${alerter} was never told of an outage of ${Math.round(until - outage.from)} ms`,
      });
    }
  }
  return { violations, figures };
}

/**
 * The keys of alarms about an outage that was told under another key already. Two sides of a partition do not know each other's
 * incidents: each may have one of its own, unless the first was open before they were apart. A monitor that was created again has
 * incidents of its own, too.
 */
function furtherIncidents(
  { recreated }: WatchedMonitor,
  alarms: readonly Delivery[],
  faults: readonly Fault[],
  promises: Promises,
): string[] {
  const firsts = alarms.filter(({ key }, index) => alarms.findIndex((one) => one.key === key) === index);
  return firsts
    .filter((alarm, index) =>
      firsts.slice(0, index).some((before) => {
        if (recreated && incarnationOf(before) !== incarnationOf(alarm)) return false;
        return !faults.some((fault) => separates(fault, before, alarm, promises));
      }),
    )
    .map(({ key }) => key);
}

/** Whether a partition kept the sender of the second alarm from knowing the incident of the first. */
function separates(fault: Fault, before: Delivery, alarm: Delivery, promises: Promises): boolean {
  const sides = [nameOf(before), nameOf(alarm)];
  return (
    fault.kind === 'partition' &&
    before.by !== alarm.by &&
    sides.includes(fault.at) &&
    before.since >= fault.from - FUZZ_MS &&
    mayShowAt(fault, alarm.at, promises)
  );
}

function wasAlarmedBetween(accepted: readonly Delivery[], { alerter, key, at }: Delivery, next: Delivery): boolean {
  return accepted.some(
    (one) => one.alerter === alerter && one.key === key && one.type !== 'resolve' && one.at > at && one.at < next.at,
  );
}

/** The part of an incident's id that tells from which creation of the monitor it is. */
function incarnationOf({ key }: Delivery): string {
  return key.slice(0, key.lastIndexOf('.'));
}

/**
 * Each fault that can have caused it excuses the same notification once more, see {@link excuses}; so does a provider that answered
 * late, once. Without etcd no process knows what others sent: each may send it once. A resolve after an alarm that was repeated ends
 * that alarm, and needs no excuse of its own; an alarm is repeated after the other side of a partition resolved it, because the owner
 * does not know who was heard last. Two sides of a partition may give two outages the same number: that is no repeat.
 */
function checkRepeats(
  { faults, outages, endedAt }: History,
  accepted: readonly Delivery[],
  promises: Promises,
): { violations: Violation[]; count: number } {
  const violations: Violation[] = [];
  let count = 0;
  const once = accepted.filter(({ again }) => !again);
  const sendersOf = groupedBy(once, ({ alerter, key }) => `${alerter} ${key}`);
  const subjectOf = ({ alerter, key, type, monitor, since }: Delivery): string =>
    `${alerter} ${type} ${key} ${outageAt(outages, monitor, since, endedAt)?.from}`;
  for (const same of groupedBy(once, subjectOf).values()) {
    const spent = new Set<object>();
    for (const [index, again] of same.slice(1).entries()) {
      count++;
      const before = same[index] as Delivery;
      if (again.type === 'resolve' && wasAlarmedBetween(once, before, again)) continue;
      const sides = sendersOf.get(`${again.alerter} ${again.key}`) ?? [];
      const possible = faults.filter(
        (fault) => excuses(fault, before, again, sides) && mayShowAt(fault, again.at, promises),
      );
      const isFirstOfProcess = same.slice(0, index + 1).every(({ by }) => by !== again.by);
      const excuse =
        possible.find((fault) => !spent.has(fault) || (fault.kind === 'outage' && isFirstOfProcess)) ??
        sides.find((one) => !spent.has(one) && possible.some((fault) => isUndone(again, one, fault)));
      if (excuse) spent.add(excuse);
      else if (before.answeredLate && !spent.has(same)) spent.add(same);
      else {
        violations.push({
          kind: 'repeated',
          monitor: again.monitor,
          message: `${again.alerter} got ${again.type} ${again.key} again, by ${again.by}, and no fault explains it`,
        });
      }
    }
  }
  return { violations, count };
}

/** Whether another process resolved the incident of this alarm before it, while they were apart. */
function isUndone(alarm: Delivery, by: Delivery, { kind, from }: Fault): boolean {
  if (kind !== 'partition' || alarm.type === 'resolve') return false;
  return by.type === 'resolve' && by.by !== alarm.by && by.at >= from && by.at < alarm.at;
}

/**
 * Whether a fault can have led to the second of two equal notifications. A sender that was killed, and whoever was suspended or cut
 * off, must be one of the two; of a partition any sender about the incident, because the owner does not know who was heard last.
 * Without etcd nobody knows of the other.
 */
function excuses({ kind, at }: Fault, before: Delivery, again: Delivery, aboutIt: readonly Delivery[]): boolean {
  switch (kind) {
    case 'crash':
      return at === nameOf(before);
    case 'pause':
      return at === nameOf(before) || at === nameOf(again);
    case 'partition':
      return aboutIt.some((one) => at === nameOf(one));
    case 'outage':
      return true;
    case 'graceful':
    case 'shortage':
      return false;
  }
}

/** The sender, whichever start of it. */
function nameOf({ by }: Delivery): string {
  return by.replace(/#.*/, '');
}

/** An alerter that got an alarm gets the resolve, last and after the alarm. */
function checkClosings({ outages, endedAt }: History, accepted: readonly Delivery[]): Violation[] {
  const violations: Violation[] = [];
  for (const [name, about] of groupedBy(accepted, ({ alerter, key }) => `${key} to ${alerter}`)) {
    const { monitor, since } = about[0] as Delivery;
    const outage = outageAt(outages, monitor, since, endedAt);
    const isOpen = outage !== undefined && (outage.to ?? endedAt) >= endedAt;
    const last = about.at(-1) as Delivery;
    if (last.type !== 'resolve' && !isOpen) {
      violations.push({ kind: 'unresolved', monitor, message: `${name}: the last word was ${last.type}` });
    }
    if (about[0]?.type === 'resolve') {
      violations.push({ kind: 'stray-resolve', monitor, message: `${name}: resolved before it was told` });
    }
  }
  return violations;
}

/** An alarm about a target that was healthy at the time. */
function falseAlarms({ outages, endedAt }: History, accepted: readonly Delivery[]): Violation[] {
  return accepted
    .filter(isAlarm)
    .filter(({ monitor, since }) => outageAt(outages, monitor, since, endedAt) === undefined)
    .map(({ monitor, alerter, type, key, by }) => ({
      kind: 'false-alarm',
      monitor,
      message: `${by} told ${alerter} ${type} (${key}), and the target was well`,
    }));
}

function isAlarm({ type }: Delivery): boolean {
  return type !== 'resolve';
}
