import { isDeepStrictEqual } from 'node:util';
import { isPlainObject, type Origin } from '@9volt/contracts';
import type { Kind } from './entry.js';

/** The stored value of a key. */
export interface Stored {
  /** The validated value, or undefined if it is invalid. Validated on demand. */
  readonly value: object | undefined;
  /** The stored form. */
  text: string;
  modRevision: number;
  /** Part of the demo that `9volt up` loads. */
  demo: boolean;
  /** Where it comes from; undefined when nobody noted it: what an earlier version or somebody by hand made. */
  origin: Origin | undefined;
}

export interface Change {
  kind: Kind;
  name: string;
  /** Absent for a removal. */
  value?: object;
  before?: object | undefined;
  /** The set that it belonged to, if that was another one. */
  takenFrom?: string;
  /** Revision that the write compares; 0 for an absent key. */
  modRevision: number;
}

interface Named {
  kind: Kind;
  name: string;
}

export interface SyncPlan {
  added: Change[];
  changed: Change[];
  removed: Change[];
  /** `set` is another set that has it alike. */
  skipped: (Named & { set?: string })[];
  /** Entries that equal the files, and belong to their set from now on. */
  claimed: Named[];
  /** Entries without a file that stay: they belong to nobody, to the API or to other sets. */
  kept: (Named & { origin: Origin | undefined })[];
  /** Entries of other sets for which the files have another version. */
  foreign: (Named & { set: string })[];
  /** Why this needs `--force`. */
  alarming?: string;
}

export interface SyncOptions {
  /** Name of the set of files. */
  set: string;
  /** Also write equal entries. */
  replace: boolean;
  /** Keep entries of the set that no file contains any more. */
  nosync: boolean;
  /** Remove everything that no file contains, also entries from elsewhere. */
  pruneAll: boolean;
  /** Change what belongs to other sets, which makes it belong to this one. */
  takeOver: boolean;
}

export type Catalogue<V> = Record<Kind, ReadonlyMap<string, V>>;

/** Alerters before the monitors that name them, and windows before the monitors that they keep quiet. */
const IN_ORDER: readonly Kind[] = ['alerter', 'maintenance', 'monitor', 'status-page', 'report'];

/** The writes that make the stored entries of a set equal to those in its files. */
export function planSync(local: Catalogue<object>, stored: Catalogue<Stored>, options: SyncOptions): SyncPlan {
  const plan: SyncPlan = { added: [], changed: [], removed: [], skipped: [], claimed: [], kept: [], foreign: [] };
  for (const kind of IN_ORDER) {
    for (const [name, settings] of local[kind]) {
      const text = JSON.stringify(settings);
      const known = stored[kind].get(name);
      const owner = known?.origin?.from === 'files' ? known.origin.set : undefined;
      const isForeign = owner !== undefined && owner !== options.set && !options.takeOver;
      if (!known) plan.added.push({ kind, name, value: parsed(text), modRevision: 0 });
      else if ((isForeign || !options.replace) && isSame(known, text)) {
        plan.skipped.push({ kind, name, ...(isForeign ? { set: owner } : {}) });
        if (owner !== options.set && !isForeign) plan.claimed.push({ kind, name });
      } else if (isForeign) plan.foreign.push({ kind, name, set: owner });
      else {
        const { value: before, modRevision } = known;
        const from = owner === undefined || owner === options.set ? {} : { takenFrom: owner };
        plan.changed.push({ kind, name, value: parsed(text), before, modRevision, ...from });
      }
    }
    for (const [name, known] of stored[kind]) {
      if (local[kind].has(name)) continue;
      if (isLeftOver(known, options)) {
        plan.removed.push({ kind, name, before: known.value, modRevision: known.modRevision });
      } else plan.kept.push({ kind, name, origin: known.origin });
    }
  }
  const alarming = alarmOf(plan, stored, options);
  return alarming === undefined ? plan : { ...plan, alarming };
}

/** Whether a push removes a stored entry that no file contains. Any push removes the demo. */
export function isLeftOver({ origin, demo }: Pick<Stored, 'origin' | 'demo'>, options: SyncOptions): boolean {
  if (options.nosync) return false;
  return options.pruneAll || demo || (origin?.from === 'files' && origin.set === options.set);
}

const MANY = 10;

function alarmOf(plan: SyncPlan, stored: Catalogue<Stored>, options: SyncOptions): string | undefined {
  const own = [...stored.monitor].filter(([, known]) => {
    const belongs = known.origin?.from === 'files' && known.origin.set === options.set;
    return !known.demo && (options.pruneAll || belongs);
  });
  const names = new Set(own.map(([name]) => name));
  const removed = plan.removed.filter(({ kind, name }) => kind === 'monitor' && names.has(name)).length;
  if (removed <= MANY || removed <= own.length / 2) return undefined;
  return `this push would delete ${removed} of ${own.length} monitors`;
}

/** An earlier version may have stored another spelling. */
function isSame(known: Stored, text: string): boolean {
  return known.text === text || isDeepStrictEqual(known.value && parsed(JSON.stringify(known.value)), parsed(text));
}

/** The value as plain JSON: no class, no undefined attributes. */
function parsed(text: string): object {
  const value: unknown = JSON.parse(text);
  return isPlainObject(value) ? value : {};
}
