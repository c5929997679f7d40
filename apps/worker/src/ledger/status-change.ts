import type { EventSink, MonitorState } from '@9volt/contracts';
import type { OwnedMonitor } from '../owned/owned-monitor.js';

/** Tells people of a change of the status, once a ledger holds it. */
export function reportStatusChange(
  events: EventSink,
  monitor: OwnedMonitor,
  before: MonitorState | undefined,
  state: MonitorState,
): void {
  if ((before?.status ?? 'ok') === state.status) return;
  const from = before?.status ?? 'pending';
  events.emit('status-changed', `${monitor.name} is ${state.status}: ${state.message}`, {
    monitor: monitor.name,
    details: { from, to: state.status, count: state.count, incident: state.incident?.id ?? before?.incident?.id },
  });
}
