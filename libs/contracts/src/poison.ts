import { ownOf } from './settings/by-name.js';
import { isPlainObject } from './settings/validate-settings.js';

/**
 * The suspects of a worker: revisions that have not completed a check there: `cluster/suspects/<worker id>/<n>`. If its process
 * dies, one of them may have killed it.
 */
export interface SuspectNote {
  /** Monitor to revision. */
  suspects: Record<string, number>;
}

/** A process that died, or stopped answering, while a revision ran in it for the first time. */
export interface Death {
  /** Member id of the worker. */
  worker: string;
  /** The worker itself, or a process that it made for this check only. */
  of: 'worker' | 'child';
  /** ISO 8601. */
  at: string;
  /** What is known about it, in words. */
  how: string;
}

/**
 * The deaths that a revision of a monitor is suspected of: `cluster/poison/<monitor>`. Deleted after the first check that it
 * completes in a process of its own.
 */
export interface PoisonRecord {
  revision: number;
  deaths: Death[];
}

/** A note contains no more, so that one transaction can settle it. */
export const SUSPECTS_PER_NOTE = 100;
/** This many deaths quarantine a revision, if one of them was that of a process of its own. */
const DEADLY = 2;
/** More add no information. */
const DEATHS_KEPT = 5;

/** The suspects of a note in etcd, whoever wrote it; invalid or excessive content counts as no suspect. */
export function suspectsOf(raw: unknown): ReadonlyMap<string, number> {
  const suspects = isPlainObject(raw) && isPlainObject(raw['suspects']) ? raw['suspects'] : {};
  const known = Object.entries(suspects).filter((entry): entry is [string, number] => Number.isSafeInteger(entry[1]));
  return new Map(known.slice(0, SUSPECTS_PER_NOTE));
}

/** A record from etcd; undefined if it is invalid. Keeps attributes of a newer version. */
export function poisonRecordOf(raw: unknown): PoisonRecord | undefined {
  if (!isPlainObject(raw) || !Number.isSafeInteger(raw['revision']) || !Array.isArray(raw['deaths'])) return undefined;
  return { ...raw, revision: raw['revision'] as number, deaths: raw['deaths'].filter(isDeath) };
}

/** The record with one more death. The same process dies only once; a newer revision clears the deaths of an older one. */
export function withDeath(record: PoisonRecord | undefined, revision: number, death: Death): PoisonRecord {
  if (!record || record.revision < revision) return { ...record, revision, deaths: [death] };
  const isKnown =
    death.of === 'worker' && record.deaths.some((one) => one.of === 'worker' && one.worker === death.worker);
  if (record.revision > revision || isKnown) return record;
  return { ...record, deaths: [...record.deaths, death].slice(0, DEATHS_KEPT) };
}

/**
 * Whether a revision is quarantined. The death of a worker proves nothing by itself, however often it happens: other revisions ran there, too,
 * and a worker counts as dead that only could not reach etcd.
 */
export function isPoisonous(record: PoisonRecord | undefined, revision: number): record is PoisonRecord {
  if (record?.revision !== revision || record.deaths.length < DEADLY) return false;
  return record.deaths.some(({ of }) => of === 'child');
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
