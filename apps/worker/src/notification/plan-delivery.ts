import { createRevisionOf, numberOf } from '../evaluation/known-incidents.js';
import type { AlerterLookup } from './alerter-cache.js';
import type { OutboxQueue, OwedNotification } from '../outbox/outbox-view.js';
import type { AlerterSettings, MonitorState } from '@9volt/contracts';

/** All inputs of the decision about the next step of the queue of one alerter and one monitor. Times are of one monotonic clock. */
export interface Situation {
  queue: OutboxQueue;
  /** Whether this worker may send: the monitor is ours, we surely are a member, and nobody asked us to hold or stop. */
  permitted: boolean;
  alerter: AlerterLookup;
  /** Whether a message about several notifications takes it: then the owner of the group sends it. */
  grouped: boolean;
  /** What the present state says about the first of the queue. */
  standing: Standing;
  /** Earliest time of the next attempt at the first of the queue. */
  notBefore: number;
  /** Earliest time of anything to this alerter. */
  alerterNotBefore: number;
  /** Whether there are entries that may cancel each other out and were not looked at yet. */
  mayCancel: boolean;
  now: number;
  /** How long an alerter must be gone before its notifications are dropped. */
  goneMs: number;
}

/** An alerter that was pushed together with its monitor may appear a little later. */
const MISSED_MS = 2_000;

/** How long until it looks again at something unknown. */
const UNKNOWN_MS = 250;

/** `over`: an alarm of a closed incident whose resolve was sent or is not pending for anybody. */
export type Standing = 'owed' | 'over' | 'unknown';

export type Step =
  | { do: 'forget' }
  /** Without a time: until something changes. `fault` is the problem that a person must correct. */
  | { do: 'wait'; until?: number; fault?: { owed: OwedNotification; message: string } }
  | { do: 'cancel' }
  | { do: 'withdraw'; owed: OwedNotification }
  | { do: 'drop'; owed: OwedNotification; message: string }
  | { do: 'send'; owed: OwedNotification; settings: AlerterSettings };

/** First in, first out: only the first of a queue is ever sent, so a resolve waits for its alarm. */
export function planDelivery(situation: Situation): Step {
  const { queue, alerter, now } = situation;
  const owed = queue[0];
  if (!owed) return { do: 'forget' };
  if (!situation.permitted) return { do: 'wait' };
  if (situation.grouped) return situation.standing === 'over' ? { do: 'withdraw', owed } : { do: 'wait' };
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

/** Whether the first of a queue is an alarm of an incident that is closed by the state, without a resolve waiting behind it. */
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
