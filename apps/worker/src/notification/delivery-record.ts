import type { DeliveryRecord } from '@9volt/contracts';
import type { OwedNotification } from '../outbox/outbox-view.js';

/** The line of an incident's record about a notification that was delivered or dropped. */
export function recordOf(
  { alerter, entry }: Pick<OwedNotification, 'alerter' | 'entry'>,
  { outcome, answer, reference }: Pick<DeliveryRecord, 'outcome' | 'answer' | 'reference'>,
  attempts: number,
  at: string,
): DeliveryRecord {
  const { type, note } = entry.alert;
  return {
    ...{ alerter, type, at, outcome, attempts, answer },
    ...(note ? { note: note.kind } : reference === undefined ? {} : { reference }),
  };
}
