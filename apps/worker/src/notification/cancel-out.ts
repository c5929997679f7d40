import type { OwedNotification } from '../outbox/outbox-view.js';

/** Whether an alerter was notified of an incident before the entries that are in its queue now. */
export type Notified = 'yes' | 'no' | 'unknown';

export interface Queued {
  owed: OwedNotification;
  /** Also if only an earlier owner may have: once somebody began to send an alarm, its resolve must follow. */
  mayHaveBeenSent: boolean;
}

/**
 * The entries that need not be sent any more, by incident, each group to be removed in one transaction. If nobody began to send an
 * alarm, the next one of its incident replaces it; and its resolve is pointless unless the alerter was notified of the incident at
 * all.
 */
export function cancelOut(queue: readonly Queued[], notifiedOf: (incident: string) => Notified): OwedNotification[][] {
  return runsOfOneIncident(queue)
    .map((run) => needless(run, notifiedOf((run[0] as Queued).owed.entry.incident)))
    .filter((owed) => owed.length > 0);
}

function needless(run: readonly Queued[], notified: Notified): OwedNotification[] {
  const alerts = run.filter((queued) => !isNote(queued));
  const isOver = alerts.at(-1)?.owed.entry.alert.type === 'resolve';
  // A later note says more than an earlier one, and the end of the incident more than any.
  const notes = run.filter(isNote).slice(0, isOver ? undefined : -1);
  const unsent = notes.filter(({ mayHaveBeenSent }) => !mayHaveBeenSent).map(({ owed }) => owed);
  return [...needlessAlerts(alerts, notified), ...unsent];
}

function needlessAlerts(run: readonly Queued[], notified: Notified): OwedNotification[] {
  const last = run.at(-1);
  if (!last) return [];
  const before = run.slice(0, -1);
  const unsent = before.filter(({ mayHaveBeenSent }) => !mayHaveBeenSent).map(({ owed }) => owed);
  if (last.owed.entry.alert.type !== 'resolve' || unsent.length === 0) return unsent;
  if (notified === 'yes' || unsent.length < before.length) return unsent;
  if (notified === 'no' && !last.mayHaveBeenSent) return [...unsent, last.owed];
  // Unknown: sending the alarm once more and then the resolve is right in either case.
  return unsent.slice(0, -1);
}

function isNote({ owed }: Queued): boolean {
  return owed.entry.alert.note !== undefined;
}

function runsOfOneIncident(queue: readonly Queued[]): Queued[][] {
  const runs: Queued[][] = [];
  for (const queued of queue) {
    const run = runs.at(-1);
    if (run?.[0]?.owed.entry.incident === queued.owed.entry.incident) run.push(queued);
    else runs.push([queued]);
  }
  return runs;
}
