import { type AlarmStatus } from '../monitor-state.js';

/**
 * Somebody takes care of an incident: `ack/<monitor>`. It is about that incident, at its status of that time or a milder one; 9volt
 * notifies of a worse one. An acknowledgement of another incident has no effect.
 */
export interface Acknowledgement {
  /** Id of the incident. */
  incident: string;
  /** The status that was acknowledged. */
  status: AlarmStatus;
  /** ISO 8601. */
  at: string;
  author?: string;
  comment?: string;
  /** Until when it holds; without it, until recovery. ISO 8601. */
  until?: string;
}

/** "Disabled until": 9volt does not check the monitor until a time. `pause/<monitor>`. */
export interface Pause {
  /** ISO 8601. */
  until: string;
  /** ISO 8601. */
  at: string;
  author?: string;
  comment?: string;
}

/** Whether it is about this incident at this time. */
export function acknowledges(
  ack: Pick<Acknowledgement, 'incident' | 'until'> | undefined,
  incident: string | undefined,
  now: number,
): boolean {
  if (!ack || incident === undefined || ack.incident !== incident) return false;
  return ack.until === undefined || now < Date.parse(ack.until);
}
