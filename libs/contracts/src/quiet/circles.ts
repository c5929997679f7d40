import { isPlainObject } from '../settings/validate-settings.js';

interface Edit {
  parents: readonly string[];
  revision: number;
}

/**
 * Circles of `depends-on` among the monitors in etcd, where anybody may write them by hand. In each circle the latest edit is refused; then the
 * others are right. It keeps only monitors with parents, and looks only upwards from the one that is asked for.
 */
export class Circles {
  private readonly edits = new Map<string, Edit>();
  /** The circles found, by the name of the latest edit. */
  private readonly found = new Map<string, readonly string[]>();

  /** The monitor has these parents since a revision. Answers the other monitors about which the verdict may change. */
  set(name: string, parents: readonly string[], revision: number): string[] {
    this.edits.delete(name);
    if (parents.length > 0) this.edits.set(name, { parents, revision });
    const doubtful = [...this.found].filter(([, circle]) => circle.includes(name)).map(([latest]) => latest);
    for (const one of doubtful) this.found.delete(one);
    return doubtful.filter((one) => one !== name);
  }

  /** The circle that the monitor closed, from its name back to its name; undefined if there is none, or somebody else closed it. */
  closedBy(name: string): readonly string[] | undefined {
    const latest = this.edits.get(name);
    if (!latest) return undefined;
    const circle = this.found.get(name) ?? this.search(name, latest);
    if (circle) this.found.set(name, circle);
    return circle;
  }

  private search(name: string, latest: Edit): string[] | undefined {
    /** By name, the one that depends on it. */
    const below = new Map<string, string>();
    const waiting = [name];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      for (const parent of this.edits.get(at)?.parents ?? []) {
        if (parent === name) return pathTo(at, below, name);
        const edit = this.edits.get(parent);
        if (!edit || below.has(parent) || isLater(parent, edit, name, latest)) continue;
        below.set(parent, at);
        waiting.push(parent);
      }
    }
    return undefined;
  }
}

/** The names in `depends-on` of a monitor's JSON, whatever else is wrong with it. */
export function parentsIn(text: string | undefined): string[] {
  if (!text?.includes('"depends-on"')) return [];
  try {
    const raw: unknown = JSON.parse(text);
    const names = isPlainObject(raw) ? raw['depends-on'] : undefined;
    return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
  } catch {
    return [];
  }
}

/** What is wrong with a monitor that closed a circle, in words. */
export function circleFault(circle: readonly string[]): string {
  return `depends-on: ${circle.join(' -> ')} is a circle; expected monitors that do not depend on this one in turn`;
}

/** Edits of one transaction have the same revision. */
function isLater(name: string, { revision }: Edit, than: string, { revision: its }: Edit): boolean {
  return revision > its || (revision === its && name > than);
}

function pathTo(last: string, below: ReadonlyMap<string, string>, name: string): string[] {
  const path = [name];
  for (let at: string | undefined = last; at !== undefined && at !== name; at = below.get(at)) path.push(at);
  return [...path, name].reverse();
}
