import { BURN_KINDS, type Burning, type EventSink, type Held, type MonitorState, NO_MESSAGE } from '@9volt/contracts';
import type { OwnedMonitor } from '../owned/owned-monitor.js';

/** Reports how a state changed, once a ledger has it: its status, what is held back, and whether it flaps. */
export function reportChange(
  events: EventSink,
  monitor: OwnedMonitor,
  before: MonitorState | undefined,
  state: MonitorState,
): void {
  reportStatusChange(events, monitor, before, state);
  reportHolds(events, monitor, before?.held, state.held);
  reportFlapping(events, monitor, before, state);
  reportBurning(events, monitor, before?.burning, state.burning);
}

function reportStatusChange(
  events: EventSink,
  monitor: OwnedMonitor,
  before: MonitorState | undefined,
  state: MonitorState,
): void {
  if ((before?.status ?? 'ok') === state.status) return;
  const from = before?.status ?? 'pending';
  const why = state.message === NO_MESSAGE ? '' : `: ${state.message}`;
  events.emit('status-changed', `${monitor.name} is ${state.status}${why}`, {
    monitor: monitor.name,
    details: { from, to: state.status, count: state.count, incident: state.incident?.id ?? before?.incident?.id },
  });
}

/** One event for each reason, with the alerters that are not notified because of it. */
function reportHolds(
  events: EventSink,
  { name }: Pick<OwnedMonitor, 'name'>,
  before: Readonly<Record<string, Held>> = {},
  after: Readonly<Record<string, Held>> = {},
): void {
  const [was, is] = [byReason(before), byReason(after)];
  for (const [reason, { held, alerters }] of is) {
    if (was.has(reason)) continue;
    const message = `the alarm of ${name} is held: ${held.text}`;
    events.emit('hold-began', message, { monitor: name, details: { ...held, alerters } });
  }
  for (const [reason, { held, alerters }] of was) {
    if (is.has(reason)) continue;
    const message = `the alarm of ${name} is no longer held for this reason: ${held.text}`;
    events.emit('hold-ended', message, { monitor: name, details: { ...held, alerters } });
  }
}

function byReason(held: Readonly<Record<string, Held>>): Map<string, { held: Held; alerters: string[] }> {
  const reasons = new Map<string, { held: Held; alerters: string[] }>();
  for (const [alerter, one] of Object.entries(held)) {
    const key = `${one.reason} ${one.by ?? ''}`;
    const known = reasons.get(key);
    if (known) known.alerters.push(alerter);
    else reasons.set(key, { held: one, alerters: [alerter] });
  }
  return reasons;
}

function reportBurning(events: EventSink, { name }: OwnedMonitor, before: Burning = {}, after: Burning = {}): void {
  for (const kind of BURN_KINDS) {
    const [was, is] = [before[kind], after[kind]];
    if (was && was.id !== is?.id) {
      const message = `the error budget of ${name} burns no longer too fast (${kind})`;
      events.emit('burn-ended', message, { monitor: name, details: { kind, since: was.since } });
    }
    if (is && was?.id !== is.id) {
      events.emit('burn-began', `${name}: ${is.message}`, { monitor: name, details: { kind, since: is.since } });
    }
    reportHolds(events, { name }, was?.held, is?.held);
  }
}

function reportFlapping(
  events: EventSink,
  { name }: OwnedMonitor,
  before: MonitorState | undefined,
  state: MonitorState,
): void {
  if (before?.flapping?.since === state.flapping?.since) return;
  const about = { monitor: name, details: { status: state.status } };
  if (state.flapping) events.emit('flapping-began', `${name} flaps`, about);
  else events.emit('flapping-ended', `${name} stopped flapping and is ${state.status}`, about);
}
