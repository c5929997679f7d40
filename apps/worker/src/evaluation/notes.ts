import {
  acknowledges,
  type Acknowledgement,
  type AlarmStatus,
  type AlertNote,
  type MonitorState,
  type NotedAcknowledgement,
  type OpenIncident,
  type OutboxEntry,
  ownOf,
} from '@9volt/contracts';
import { type AlertFacts, alarmOf, entryOf } from './alert-of.js';
import { worse } from './evaluate.js';

interface Notes {
  entries: OutboxEntry[];
  acknowledged?: NotedAcknowledgement | undefined;
}

/**
 * The notes about an acknowledgement that are due: its beginning and its end, to each alerter that was notified of the incident. Level-triggered: it
 * compares the acknowledgement of this moment with the one of which the alerters got a note.
 */
export function notesOf(
  stored: MonitorState | undefined,
  next: MonitorState,
  open: OpenIncident,
  told: Readonly<Record<string, AlarmStatus>>,
  facts: AlertFacts,
): Notes {
  const before = stored?.incident?.id === open.id ? stored.acknowledged : undefined;
  const { notes, now } = facts;
  if (!notes) return { entries: [], acknowledged: before };
  const ack = acknowledges(notes.acknowledgement, open.id, now) ? notes.acknowledgement : undefined;
  const note = (alerter: string, about: AlertNote): OutboxEntry => {
    const alert = alarmOf(next, open, ownOf(told, alerter) as AlarmStatus, facts);
    return entryOf(alerter, open, { ...alert, note: about }, facts);
  };
  const knows = (alerter: string): boolean => ownOf(told, alerter) !== undefined;
  if (!ack) {
    const about = {
      kind: 'unacknowledged' as const,
      ...(before?.author === undefined ? {} : { author: before.author }),
    };
    const alerters = (before?.alerters ?? []).filter((name) => knows(name) && notes.takes(name, about.kind));
    return { entries: alerters.map((alerter) => note(alerter, about)) };
  }
  const noted = before?.at === ack.at ? before.alerters : [];
  // A worse status than the acknowledged one is told as an alarm.
  const covers = next.status === 'ok' || worse(ack.status, next.status) === ack.status;
  const due = covers
    ? Object.keys(told).filter((name) => !noted.includes(name) && notes.takes(name, 'acknowledged'))
    : [];
  const alerters = [...noted, ...due];
  return {
    entries: due.map((alerter) => note(alerter, { kind: 'acknowledged', ...partsOf(ack) })),
    ...(alerters.length > 0 ? { acknowledged: notedOf(ack, alerters) } : {}),
  };
}

function partsOf({ author, comment, until }: Acknowledgement): Omit<AlertNote, 'kind'> {
  return {
    ...(author === undefined ? {} : { author }),
    ...(comment === undefined ? {} : { comment }),
    ...(until === undefined ? {} : { until }),
  };
}

function notedOf({ at, author, until }: Acknowledgement, alerters: string[]): NotedAcknowledgement {
  return {
    at,
    ...(author === undefined ? {} : { author }),
    ...(until === undefined ? {} : { until }),
    alerters,
  };
}
