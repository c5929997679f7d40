import { ownOf } from '@9volt/contracts/by-name';
import type { Json } from './attributes.js';

/** An attribute in which two versions differ; undefined if one has none. */
export interface Difference {
  name: string;
  before: unknown;
  mine: unknown;
  theirs: unknown;
}

/** The differences between my version and the one that somebody else has stored meanwhile. */
export function differences(before: Json, mine: Json, theirs: Json): Difference[] {
  return [...new Set([...Object.keys(theirs), ...Object.keys(mine)])]
    .map((name) => ({ name, before: ownOf(before, name), mine: ownOf(mine, name), theirs: ownOf(theirs, name) }))
    .filter((found) => !isEqual(found.mine, found.theirs));
}

/** Whether only they changed it. */
export function isTheirs({ before, mine }: Difference): boolean {
  return isEqual(before, mine);
}

/** Theirs, with my value where I chose it. */
export function merged(theirs: Json, found: readonly Difference[], isMine: (name: string) => boolean): Json {
  const chosen = found.filter(({ name }) => isMine(name));
  const result = new Map(Object.entries(theirs));
  for (const { name, mine } of chosen) {
    if (mine === undefined) result.delete(name);
    else result.set(name, mine);
  }
  return Object.fromEntries(result);
}

export function isEqual(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, inner: unknown) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ) ?? ''
  );
}
