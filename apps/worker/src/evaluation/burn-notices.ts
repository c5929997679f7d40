import {
  type AlarmStatus,
  BURN_KINDS,
  type BurnKind,
  type BurnVerdicts,
  byName,
  type Burning,
  type Held,
  type MonitorSettings,
  type MonitorState,
  type OpenBurn,
  type OpenIncident,
  type OutboxEntry,
  ownOf,
  type ResolveReason,
} from '@9volt/contracts';
import { afterHold, heldBy, isSameHeld } from './alarm.js';
import { type AlertFacts, alarmOf, entryOf, resolveOf } from './alert-of.js';
import { recipientsOf } from './planned-alarms.js';

/** The error budget in the next state, and the notifications that go with it. */
export interface BurnChange {
  burning: Burning;
  entries: OutboxEntry[];
  isChanged: boolean;
}

const STATUS_OF: Readonly<Record<BurnKind, AlarmStatus>> = { fast: 'critical', slow: 'warning' };

/**
 * Compares what alerters were notified of with what they should know, as `owedNotifications` does for incidents. A burn is an alarm of its
 * own, beside the incident: it passes the same pipeline, but nothing repeats or escalates it. While the budget burns fast, nobody is
 * notified that it also burns slowly. Without verdicts all stays as it is. Pure.
 */
export function burnNotices(
  stored: MonitorState | undefined,
  next: MonitorState | undefined,
  verdicts: BurnVerdicts | undefined,
  facts: AlertFacts,
  reason: ResolveReason = 'recovered',
): BurnChange {
  const before = stored?.burning ?? {};
  const after: Burning = {};
  const entries: OutboxEntry[] = [];
  for (const kind of BURN_KINDS) {
    const open = before[kind];
    const verdict = verdicts?.[kind];
    // A monitor that was deleted and created again begins anew.
    const isSame = open?.id.startsWith(`${next?.createRevision}.`) === true;
    const lasts = next !== undefined && isSame && verdict?.is !== 'off';
    if (open && !lasts) entries.push(...resolves(kind, open, stored, next && !isSame ? 'removed' : reason, facts));
    const current = lasts ? open : next && verdict?.is === 'on' ? begun(kind, next, verdict.message, facts) : undefined;
    if (!current || !next) continue;
    const isHidden = kind === 'slow' && after.fast !== undefined;
    after[kind] = isHidden ? current : told(kind, current, next, facts, entries);
  }
  const isChanged = entries.length > 0 || BURN_KINDS.some((kind) => !isAlike(before[kind], after[kind]));
  return { burning: after, entries, isChanged };
}

/** Not an incident that has a record, or that an acknowledgement names. */
export function isBurn(incident: string): boolean {
  return BURN_KINDS.some((kind) => incident.split('.')[1] === kind);
}

function begun(kind: BurnKind, { createRevision }: MonitorState, message: string, { now }: AlertFacts): OpenBurn {
  return { id: `${createRevision}.${kind}.${Math.round(now)}`, since: new Date(now).toISOString(), message, told: {} };
}

/** The same burn, with the alerters that are notified of it now. Adds their notifications to `entries`. */
function told(kind: BurnKind, open: OpenBurn, next: MonitorState, facts: AlertFacts, entries: OutboxEntry[]): OpenBurn {
  const status = STATUS_OF[kind];
  const known = byName(open.told);
  const held = byName<Held>();
  for (const alerter of receiversOf(status, facts.settings)) {
    if (ownOf(known, alerter) !== undefined) continue;
    const before = open.held && ownOf(open.held, alerter);
    const hold = facts.hold?.({ alerter, status, kind: 'alarm', before }, next);
    if (hold) {
      held[alerter] = heldBy(hold, before, facts.now);
      continue;
    }
    known[alerter] = status;
    const alarm = alarmOf({ message: open.message, count: 0 }, incidentOf(kind, open), status, facts);
    const alert = { ...alarm, burn: kind, ...(before ? { afterHold: afterHold(before) } : {}) };
    entries.push(entryOf(alerter, incidentOf(kind, open), alert, facts));
  }
  const { id, since, message } = open;
  return { id, since, message, told: known, ...(Object.keys(held).length > 0 ? { held } : {}) };
}

function resolves(
  kind: BurnKind,
  open: OpenBurn,
  stored: MonitorState | undefined,
  reason: ResolveReason,
  facts: AlertFacts,
): OutboxEntry[] {
  const incident = incidentOf(kind, open);
  const over = { incident, target: stored?.target ?? '', message: open.message, count: 0 };
  return Object.keys(open.told)
    .sort()
    .map((alerter) => entryOf(alerter, incident, { ...resolveOf(over, reason, facts), burn: kind }, facts));
}

function receiversOf(status: AlarmStatus, settings: MonitorSettings): readonly string[] {
  return settings['slo-alerter'] ?? recipientsOf(status, settings);
}

function incidentOf(kind: BurnKind, { id, since }: OpenBurn): OpenIncident {
  return { id, openedAt: since, worst: STATUS_OF[kind] };
}

function isAlike(a: OpenBurn | undefined, b: OpenBurn | undefined): boolean {
  return a?.id === b?.id && isSameHeld(a?.held, b?.held);
}
