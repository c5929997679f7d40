import { isDeepStrictEqual } from 'node:util';
import { isPlainObject } from '@9volt/contracts';
import type { Kind } from './entry.js';

/** What is stored under a key. `value` is what the validation makes of it, or undefined when it is not valid. */
export interface Stored {
  value: object | undefined;
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
  /** Revision that the write compares; 0 for what was absent. */
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
  /** Write also what does not differ. */
  replace: boolean;
  /** Keep what is stored and in no file. */
  nosync: boolean;
}

export type Catalogue<V> = Record<Kind, ReadonlyMap<string, V>>;

/** Alerters before the monitors that name them. */
const IN_ORDER: readonly Kind[] = ['alerter', 'monitor'];

/** Which writes make what is stored equal to what the files say. */
export function planSync(local: Catalogue<object>, stored: Catalogue<Stored>, options: SyncOptions): SyncPlan {
  const plan: SyncPlan = { added: [], changed: [], removed: [], skipped: [] };
  for (const kind of IN_ORDER) {
    for (const [name, settings] of local[kind]) {
      const value = plain(settings);
      const known = stored[kind].get(name);
      if (!known) plan.added.push({ kind, name, value, modRevision: 0 });
      else if (options.replace || !isDeepStrictEqual(known.value && plain(known.value), value)) {
        plan.changed.push({ kind, name, value, before: known.value, modRevision: known.modRevision });
      } else plan.skipped.push({ kind, name });
    }
    if (options.nosync) continue;
    for (const [name, { value, modRevision }] of stored[kind]) {
      if (!local[kind].has(name)) plan.removed.push({ kind, name, before: value, modRevision });
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

/** The value as its JSON has it: no class, no undefined attributes. */
function plain(value: object): object {
  const json: unknown = JSON.parse(JSON.stringify(value));
  return isPlainObject(json) ? json : {};
}
