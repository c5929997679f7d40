import { type ClusterEvent, type LiveState, type StateChange } from './live-types.js';

/** How many events it keeps; older ones are read in pages. */
export const EVENTS_KEPT = 200;

/** The states as read in full. Unchanged ones keep their identity, so that their components need not be drawn again. */
export function shared(
  before: ReadonlyMap<string, LiveState> | undefined,
  read: readonly LiveState[],
): ReadonlyMap<string, LiveState> {
  return new Map(
    read.map((state) => {
      const known = before?.get(state.name);
      return [state.name, known && isSame(known, state) ? known : state];
    }),
  );
}

export function withChanges(
  states: ReadonlyMap<string, LiveState> | undefined,
  changes: readonly StateChange[],
): ReadonlyMap<string, LiveState> {
  const next = new Map(states);
  for (const change of changes) {
    if ('removed' in change) next.delete(change.name);
    else next.set(change.name, change);
  }
  return next;
}

/** Ids are in the order of time; the newest come first. */
export function withEvents(
  events: readonly ClusterEvent[] | undefined,
  told: readonly ClusterEvent[],
): readonly ClusterEvent[] {
  const byId = new Map([...(events ?? []), ...told].map((event) => [event.id, event]));
  return [...byId.values()].sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, EVENTS_KEPT);
}

function isSame(a: LiveState, b: LiveState): boolean {
  return (Object.keys(b) as (keyof LiveState)[]).every(
    (key) => a[key] === b[key] || (typeof b[key] === 'object' && JSON.stringify(a[key]) === JSON.stringify(b[key])),
  );
}
