import { alerterReferencesOf, intervalMsOf, messageOf, sentencesOf } from '@9volt/contracts';
import type { MonitorSettings } from '@9volt/contracts';
import { MAX_SETTINGS_BYTES } from '@9volt/etcd-dal';
import { monitorTypes, validateMonitor, weighMonitor } from '@9volt/monitors';

/** A monitor's value in etcd. The text is absent if it is too large to be read. */
export interface MonitorSource {
  text: string | undefined;
  bytes: number;
}

/** The facts about settings that the leader needs to assign them. */
export interface Subject {
  /** The validated settings as JSON. */
  settingsJson: string;
  /** Type and target, in one line, as workers write it into the state: an incident is about them. */
  target: string;
  weight: number;
  intervalMs: number;
  memberTag: string | undefined;
}

export interface ValidMonitor extends Subject {
  verdict: 'valid';
  revision: number;
  createRevision: number;
  disable: boolean;
  /** Milliseconds since the epoch. */
  disableUntil: number | undefined;
  /** Names of the alerters it refers to. */
  alerters: readonly string[];
}

export interface RefusedMonitor {
  verdict: 'refused';
  revision: number;
  createRevision: number;
  /** In words for a person. */
  reason: string;
  /** Valid, but it kills the processes that it runs in. */
  poisonous?: true;
}

export type Judged = ValidMonitor | RefusedMonitor;

/** Validates the value in etcd under a monitor's name, by any writer. Never throws. */
export function judgeMonitor(
  name: string,
  source: MonitorSource,
  revisions: { revision: number; createRevision: number },
): Judged {
  const refused = (reason: string): RefusedMonitor => ({ verdict: 'refused', ...revisions, reason });
  if (source.text === undefined) {
    return refused(`its configuration of ${source.bytes} bytes is too large; expected at most ${MAX_SETTINGS_BYTES}`);
  }
  let raw: unknown;
  try {
    raw = JSON.parse(source.text);
  } catch (error) {
    return refused(`it is not JSON${positionIn(error)}`);
  }
  try {
    const validated = validateMonitor(name, raw);
    if (!validated.ok) return refused(sentencesOf(validated.errors));
    return { verdict: 'valid', ...revisions, ...verdictOf(validated.value, source.text) };
  } catch (error) {
    return refused(`cannot validate it: ${messageOf(error)}`);
  }
}

/** Where the parser stopped, and nothing of its message: that quotes the text, of which any part may be a secret. */
function positionIn(error: unknown): string {
  const [, position] = /\bat position (\d+)/.exec(messageOf(error)) ?? [];
  return position === undefined ? '' : ` from position ${position} on`;
}

function verdictOf(
  settings: MonitorSettings,
  text: string,
): Omit<ValidMonitor, 'verdict' | 'revision' | 'createRevision'> {
  const until = settings['disable-until'];
  return {
    ...subjectOf(settings, text),
    disable: settings.disable === true,
    disableUntil: until === undefined ? undefined : Date.parse(until),
    alerters: alerterReferencesOf(settings).map(({ name }) => name),
  };
}

/** `known` is a text that may be the JSON of the settings; if equal, it is kept instead of a copy. */
export function subjectOf(settings: MonitorSettings, known?: string): Subject {
  const definition = monitorTypes.get(settings.type);
  const json = JSON.stringify(settings);
  const intervalMs = intervalMsOf(settings);
  return {
    settingsJson: json === known ? known : json,
    target: `${settings.type} ${definition?.target(settings) ?? ''}`,
    weight: weighMonitor(settings),
    intervalMs,
    memberTag: settings['member-tag'],
  };
}

/**
 * Settings for a monitor of which only a state is left, so that a worker can close its incident. Without a type: the settings would
 * lack the attributes that every monitor of a type has. The state contains the target of the incident.
 */
export function settingsOfLeftover(): Subject {
  return {
    settingsJson: JSON.stringify({ type: 'unknown', interval: '1m' }),
    target: '',
    weight: 0,
    intervalMs: 60_000,
    memberTag: undefined,
  };
}
