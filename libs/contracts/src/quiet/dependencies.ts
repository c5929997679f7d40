import type { MonitorSettings } from '../monitor.js';
import type { FieldError } from '../settings/errors.js';
import { unknownName } from '../settings/validate-settings.js';
import { cycleOf } from './cycle.js';

/** A monitor that somebody wants to store. */
export interface Dependent {
  name: string;
  settings: MonitorSettings;
  /** JSON pointer of the entry in what the person wrote. */
  at: string;
}

/** More names than this are not searched for the one that was meant. */
const MAX_SEARCHED = 1_000;

/**
 * The faults of `depends-on`: parents that are neither among `entries` nor `stored`, and circles, with the names on the way. `stored` answers on
 * which monitors a stored one depends; undefined when there is no such monitor.
 */
export function dependencyFaults(
  entries: readonly Dependent[],
  stored: (name: string) => readonly string[] | undefined,
): FieldError[] {
  const own = new Map(entries.map((entry) => [entry.name, entry]));
  const parentsOf = (name: string): readonly string[] | undefined =>
    own.get(name)?.settings['depends-on'] ?? (own.has(name) ? [] : stored(name));
  const faults: FieldError[] = [];
  const graph = new Map<string, readonly string[]>();
  for (const { name, settings, at } of entries) {
    for (const [n, parent] of (settings['depends-on'] ?? []).entries()) {
      if (parentsOf(parent) !== undefined) continue;
      const known = own.size <= MAX_SEARCHED ? own.keys() : [];
      faults.push(unknownName(`${at}/depends-on/${n}`, 'monitor', parent, known));
    }
    addReachable(graph, name, parentsOf);
  }
  const cycle = cycleOf(graph);
  const culprit = cycle && entries.find(({ name }) => cycle.includes(name));
  if (cycle && culprit) {
    const way = cycle.join(' -> ');
    const expected = 'monitors that do not depend on this one in turn';
    faults.push({
      path: `${culprit.at}/depends-on`,
      value: way,
      expected,
      message: `depends-on: ${way} is a circle; expected ${expected}`,
    });
  }
  return faults;
}

/** Adds a monitor and all on which it depends, however far. */
function addReachable(
  graph: Map<string, readonly string[]>,
  from: string,
  parentsOf: (name: string) => readonly string[] | undefined,
): void {
  const waiting = [from];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (graph.has(name)) continue;
    const parents = parentsOf(name) ?? [];
    graph.set(name, parents);
    waiting.push(...parents);
  }
}
