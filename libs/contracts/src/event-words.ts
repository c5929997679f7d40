import type { components } from './api-types.js';
import { memberNameOf } from './member.js';
import type { ResolveReason } from './notification.js';

type Event = components['schemas']['Event'];

/** Whether one of some members wrote an event: by its id, or by its name, which stays the same after a restart. */
export function isWrittenBy({ memberid }: Pick<Event, 'memberid'>, members: ReadonlySet<string>): boolean {
  return members.has(memberid) || members.has(memberNameOf(memberid));
}

/** The status after an event, if it is about one. */
export function statusAfter({ type, details }: Event): string | undefined {
  const to = details?.['to'];
  return type === 'status-changed' && typeof to === 'string' ? to : undefined;
}

/** An event as a sentence, its outcome first: `team-slack was told: db is critical`. */
export function sentenceOf(event: Event): string {
  const { type, alerter, monitor, message, details = {} } = event;
  if (alerter === undefined || monitor === undefined || typeof details['type'] !== 'string') return message;
  const news = newsOf(monitor, details['type'], details);
  if (type === 'notification-sent') return `${alerter} was told: ${news}`;
  if (type !== 'notification-failed') return message;
  const { attempts, answer, cause, dropped } = details;
  const outcome =
    cause === 'unclear'
      ? 'may not have been told'
      : dropped === true
        ? 'will not be told'
        : typeof attempts === 'number' && attempts > 0
          ? `was not told yet, attempt ${attempts}`
          : 'was not told yet';
  return `${alerter} ${outcome}: ${news}${typeof answer === 'string' ? ` (${answer})` : ''}`;
}

/** Why an incident is closed although nothing recovered; undefined if it did recover. */
export function closedBecause(reason: ResolveReason | undefined): string | undefined {
  switch (reason) {
    case 'removed':
      return 'its monitor was removed';
    case 'disabled':
      return 'its monitor was disabled';
    case 'changed':
      return 'the type or target of its monitor was changed';
    case 'recovered':
    case undefined:
      return undefined;
  }
}

function newsOf(monitor: string, type: string, { note, burn, reason }: Record<string, unknown>): string {
  if (typeof note === 'string') return `${monitor}: ${note.replaceAll('-', ' ')}`;
  const isOver = type === 'resolve' || type === 'ok';
  const closed = isOver ? closedBecause(reason as ResolveReason | undefined) : undefined;
  if (closed !== undefined) return `the incident of ${monitor} is closed: ${closed}`;
  if (burn !== undefined) return `the error budget of ${monitor} burns ${isOver ? 'no longer ' : ''}too fast`;
  return isOver ? `${monitor} is ok again` : `${monitor} is ${type}`;
}
