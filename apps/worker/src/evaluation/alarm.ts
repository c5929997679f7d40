import {
  type Acknowledgement,
  type AlarmStatus,
  type Held,
  type HoldReason,
  type MonitorState,
  type NoteKind,
  ownOf,
} from '@9volt/contracts';

/** A notification of an alerter about the open incident, unless it is held back. */
export interface Alarm {
  alerter: string;
  status: AlarmStatus;
  /** `repeat`: the alerter was notified before. `passed`: the warning ended before 9volt could notify. */
  kind: 'alarm' | 'escalation' | 'repeat' | 'passed';
  /** Present while the monitor flaps, with the worst status that the alerter was notified of since it began. */
  flapping?: { since: string; told?: AlarmStatus | undefined };
  /** What held it back at the last decision. */
  before?: Held | undefined;
}

/** Why an alarm is not sent now. It stays pending. */
export interface Hold {
  reason: HoldReason;
  /** Id of the silence, name of the window or the parent, author of the acknowledgement. */
  by?: string | undefined;
  /** Latest end, if known. Milliseconds since the epoch. */
  until?: number | undefined;
  /** A sentence for a person. */
  text: string;
}

/** Whether something holds back an alarm about a state: the notification pipeline, for one monitor at one moment. */
export type HoldRule = (alarm: Alarm, state: MonitorState) => Hold | undefined;

/** What notes about an acknowledgement depend on. */
export interface NoteRules {
  acknowledgement: Acknowledgement | undefined;
  /** Whether the channel of an alerter has a place for a note. */
  takes: (alerter: string, kind: NoteKind) => boolean;
}

/** The stored form of a hold: since when the same reason applies. */
export function heldBy({ reason, by, until, text }: Hold, before: Held | undefined, now: number): Held {
  const isSame = before?.reason === reason && before.by === by;
  return {
    reason,
    ...(by === undefined ? {} : { by }),
    since: isSame ? before.since : new Date(now).toISOString(),
    ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
    text,
  };
}

/** What a held alarm says about that when it is sent after all. */
export function afterHold(held: Held): string {
  return `${ended(held)} It held this since ${held.since}: ${held.text}`;
}

function ended({ reason, by = '' }: Held): string {
  switch (reason) {
    case 'maintenance':
      return by === '' ? 'The pause ended.' : `The maintenance window "${by}" ended.`;
    case 'dependency':
      return `The parent "${by}" no longer explains this.`;
    case 'silence':
      return `The silence ${by} ended.`;
    case 'flapping':
      return 'The flapping ended.';
    case 'acknowledgement':
      return 'The acknowledgement no longer covers this.';
  }
}

/** Whether the same holds apply to each alerter, as far as people see. */
export function isSameHeld(a: Readonly<Record<string, Held>> = {}, b: Readonly<Record<string, Held>> = {}): boolean {
  const held = Object.entries(a);
  return held.length === Object.keys(b).length && held.every(([name, one]) => isSame(one, ownOf(b, name)));
}

function isSame(one: Held, other: Held | undefined): boolean {
  return (['reason', 'by', 'until', 'text'] as const).every((part) => one[part] === other?.[part]);
}
