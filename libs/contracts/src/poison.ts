import { ownOf } from './settings/by-name.js';
import { isPlainObject } from './settings/validate-settings.js';

/** Revisions that have not completed a run on a worker: `cluster/suspects/<worker id>/<n>`. Whatever ends that process, they may have done. */
export interface SuspectNote {
  /** Monitor to revision. */
  suspects: Record<string, number>;
}

/** A process that ended, or answered no more, while a revision ran in it for the first time. */
export interface Death {
  /** Member id of the worker. */
  worker: string;
  /** The worker itself, or a process that it had made for this run alone. */
  of: 'worker' | 'child';
  /** ISO 8601. */
  at: string;
  /** What is known of it, in words. */
  how: string;
}

/** What a revision of a monitor is suspected of: `cluster/poison/<monitor>`. Gone with the first run that it completes in a process of its own. */
export interface PoisonRecord {
  revision: number;
  deaths: Death[];
}

/** A note has no more, so that one transaction can settle it. */
export const SUSPECTS_PER_NOTE = 100;
/** By so many deaths a revision is quarantined. The first may be chance: others stood on the same note. */
const DEADLY = 2;
/** More tell nothing new. */
const DEATHS_KEPT = 5;

/** A note as it stands in etcd, whoever wrote it: what makes no sense, or is beyond measure, accuses nobody. */
export function suspectsOf(raw: unknown): ReadonlyMap<string, number> {
  const suspects = isPlainObject(raw) && isPlainObject(raw['suspects']) ? raw['suspects'] : {};
  const known = Object.entries(suspects).filter((entry): entry is [string, number] => Number.isSafeInteger(entry[1]));
  return new Map(known.slice(0, SUSPECTS_PER_NOTE));
}

/** A record as it stands in etcd; undefined when it makes no sense. What a newer version added is kept. */
export function poisonRecordOf(raw: unknown): PoisonRecord | undefined {
  if (!isPlainObject(raw) || !Number.isSafeInteger(raw['revision']) || !Array.isArray(raw['deaths'])) return undefined;
  return { ...raw, revision: raw['revision'] as number, deaths: raw['deaths'].filter(isDeath) };
}

/** The record with one more death. The same process dies once; what an older revision did is over with a newer one. */
export function withDeath(record: PoisonRecord | undefined, revision: number, death: Death): PoisonRecord {
  if (!record || record.revision < revision) return { ...record, revision, deaths: [death] };
  const isKnown =
    death.of === 'worker' && record.deaths.some((one) => one.of === 'worker' && one.worker === death.worker);
  if (record.revision > revision || isKnown) return record;
  return { ...record, deaths: [...record.deaths, death].slice(0, DEATHS_KEPT) };
}

export function isPoisonous(record: PoisonRecord | undefined, revision: number): record is PoisonRecord {
  return record?.revision === revision && record.deaths.length >= DEADLY;
}

/** Why a revision is quarantined, for a person. */
export function poisonReason({ deaths }: PoisonRecord): string {
  const died = deaths.map(
    ({ worker, of, at, how }) => `${of === 'worker' ? worker : `a process of ${worker}`} at ${at} (${how})`,
  );
  return `it killed ${deaths.length === 2 ? 'two' : deaths.length} processes: ${died.join(', ')}; edit it, and 9volt runs it again`;
}

function isDeath(raw: unknown): raw is Death {
  if (!isPlainObject(raw)) return false;
  return (
    (raw['of'] === 'worker' || raw['of'] === 'child') &&
    ['worker', 'at', 'how'].every((name) => typeof ownOf(raw, name) === 'string')
  );
}
