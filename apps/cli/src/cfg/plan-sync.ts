import { isDeepStrictEqual } from 'node:util';
import { isPlainObject } from '@9volt/contracts';
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
}

export interface Change {
  kind: Kind;
  name: string;
  /** Absent for a removal. */
  value?: object;
  before?: object | undefined;
  /** Revision that the write compares; 0 for an absent key. */
  modRevision: number;
}

export interface SyncPlan {
  added: Change[];
  changed: Change[];
  removed: Change[];
  skipped: { kind: Kind; name: string }[];
  /** Why this needs `--force`. */
  alarming?: string;
}

export interface SyncOptions {
  /** Also write equal entries. */
  replace: boolean;
  /** Keep stored entries that no file contains. */
  nosync: boolean;
}

export type Catalogue<V> = Record<Kind, ReadonlyMap<string, V>>;

/** Alerters before the monitors that name them, and windows before the monitors that they keep quiet. */
const IN_ORDER: readonly Kind[] = ['alerter', 'maintenance', 'monitor'];

/** The writes that make the stored entries equal to those in the files. */
export function planSync(local: Catalogue<object>, stored: Catalogue<Stored>, options: SyncOptions): SyncPlan {
  const plan: SyncPlan = { added: [], changed: [], removed: [], skipped: [] };
  for (const kind of IN_ORDER) {
    for (const [name, settings] of local[kind]) {
      const text = JSON.stringify(settings);
      const known = stored[kind].get(name);
      if (!known) plan.added.push({ kind, name, value: parsed(text), modRevision: 0 });
      else if (options.replace || !isSame(known, text)) {
        plan.changed.push({ kind, name, value: parsed(text), before: known.value, modRevision: known.modRevision });
      } else plan.skipped.push({ kind, name });
    }
    if (options.nosync) continue;
    for (const [name, known] of stored[kind]) {
      if (local[kind].has(name)) continue;
      plan.removed.push({ kind, name, before: known.value, modRevision: known.modRevision });
    }
  }
  const alarming = alarmOf(plan, stored);
  return alarming === undefined ? plan : { ...plan, alarming };
}

const MANY = 10;

function alarmOf(plan: SyncPlan, stored: Catalogue<Stored>): string | undefined {
  const own = [...stored.monitor].filter(([, { demo }]) => !demo).map(([name]) => name);
  const names = new Set(own);
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
