/**
 * A record whose keys are names that somebody chose: of alerters, tags, headers. It has no prototype, so that `__proto__`, `constructor` and `toString` are
 * names like any other. For what is written as JSON; elsewhere a Map does as well.
 */
export interface ByName<T> {
  [name: string]: T;
}

export function byName<T>(entries: Readonly<Record<string, T>> = {}): ByName<T> {
  return Object.assign(Object.create(null) as ByName<T>, entries);
}

/** What a record has under a name itself: nothing of what every object has. */
export function ownOf<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
