/**
 * A record whose keys are names that somebody chose: of alerters, tags, headers. It has no prototype, so `__proto__`, `constructor`
 * and `toString` are names like any other. For records that are written as JSON; elsewhere use a Map.
 */
export interface ByName<T> {
  [name: string]: T;
}

export function byName<T>(entries: Readonly<Record<string, T>> = {}): ByName<T> {
  return Object.assign(Object.create(null) as ByName<T>, entries);
}

/** A record's own value under a name: nothing that every object has. */
export function ownOf<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
