import { createRevisionOf, numberOf } from '../evaluation/known-incidents.js';
import type { AlerterLookup } from './alerter-cache.js';
import type { OutboxQueue, OwedNotification } from '../outbox/outbox-view.js';
import type { AlerterSettings, MonitorState } from '@9volt/contracts';

/** All that decides what happens next to what is owed to one alerter about one monitor. Times are of one monotonic clock. */
export interface Situation {
  queue: OutboxQueue;
  /** Whether sending is up to us: the monitor is ours, we surely are a member, and nobody asked us to hold or stop. */
  permitted: boolean;
  alerter: AlerterLookup;
  /** What the state as it is now says of the first of the queue. */
  standing: Standing;
  /** Earliest time of the next attempt at the first of the queue. */
  notBefore: number;
  /** Earliest time of anything to this alerter. */
  alerterNotBefore: number;
  /** Whether entries may cancel each other out that were not looked at yet. */
  mayCancel: boolean;
  now: number;
  /** How long an alerter must be gone before what is owed to it is dropped. */
  goneMs: number;
}

/** An alerter that was pushed along with its monitor may be seen a little later. */
const MISSED_MS = 2_000;

/** How long until what is not known yet is looked at again. */
const UNKNOWN_MS = 250;

/** `over`: an alarm of an incident that is over, whose resolve was told or is owed to nobody. */
export type Standing = 'owed' | 'over' | 'unknown';

export type Step =
  | { do: 'forget' }
  /** Without a time: until something changes. `fault` is what a person must mend. */
  | { do: 'wait'; until?: number; fault?: { owed: OwedNotification; message: string } }
  | { do: 'cancel' }
  | { do: 'withdraw'; owed: OwedNotification }
  | { do: 'drop'; owed: OwedNotification; message: string }
  | { do: 'send'; owed: OwedNotification; settings: AlerterSettings };

/** First in, first out: only the first of a queue is ever sent, so that a resolve waits for its alarm. */
export function planDelivery(situation: Situation): Step {
  const { queue, alerter, now } = situation;
  const owed = queue[0];
  if (!owed) return { do: 'forget' };
  if (!situation.permitted) return { do: 'wait' };
  if (situation.mayCancel) return { do: 'cancel' };
  if (situation.standing === 'over') return { do: 'withdraw', owed };
  if (situation.standing === 'unknown') return { do: 'wait', until: now + UNKNOWN_MS };
  switch (alerter.state) {
    case 'unlisted':
      return { do: 'wait' };
    case 'invalid':
      return { do: 'wait', fault: { owed, message: `its configuration is invalid: ${alerter.message}` } };
    case 'absent': {
      const message = 'this alerter does not exist';
      const dropAt = alerter.since + situation.goneMs;
      const reportAt = Math.min(dropAt, alerter.since + MISSED_MS);
      if (now >= dropAt) return { do: 'drop', owed, message };
      return now >= reportAt
        ? { do: 'wait', until: dropAt, fault: { owed, message } }
        : { do: 'wait', until: reportAt };
    }
    case 'ready': {
      const until = Math.max(situation.notBefore, situation.alerterNotBefore);
      return now < until ? { do: 'wait', until } : { do: 'send', owed, settings: alerter.settings };
    }
  }
}

/** Whether the first of a queue is an alarm of an incident that the state knows to be over, and no resolve of it waits behind. */
export function isOver(
  queue: OutboxQueue,
  state: Pick<MonitorState, 'incident' | 'incidents' | 'createRevision'> | undefined,
): boolean {
  const [first, ...behind] = queue;
  if (!first || first.entry.alert.type === 'resolve') return false;
  const { incident } = first.entry;
  if (!state || state.incident?.id === incident) return false;
  if (createRevisionOf(incident) !== state.createRevision || numberOf(incident) > state.incidents) return false;
  return !behind.some(({ entry }) => entry.incident === incident && entry.alert.type === 'resolve');
}
