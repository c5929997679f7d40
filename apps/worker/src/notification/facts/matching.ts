import { isGlob, type Matcher, matches, type Subject } from '@9volt/contracts';
import type { OwnedMonitor } from '../../owned/owned-monitor.js';
import type { Matched } from '../pipeline/facts.js';

interface Known<T> {
  version: number;
  settings: object;
  found: readonly Matched<T>[];
}

/**
 * Which of many silences or windows match a monitor, whatever its status. Those for a single name are found by it; answers are
 * cached until one of them changes, or the monitor does.
 */
export class Matching<T> {
  private readonly all = new Map<string, { match: Matcher; matched: Matched<T> }>();
  private readonly byMonitor = new Map<string, Map<string, { match: Matcher; matched: Matched<T> }>>();
  private readonly others = new Map<string, { match: Matcher; matched: Matched<T> }>();
  private readonly known = new WeakMap<OwnedMonitor, Known<T>>();
  private version = 0;

  set(name: string, match: Matcher, value: T): void {
    this.delete(name);
    const one = { match: anyStatus(match), matched: { name, value } };
    this.all.set(name, one);
    this.roomOf(match).set(name, one);
  }

  delete(name: string): void {
    this.version++;
    const one = this.all.get(name);
    if (!one) return;
    this.all.delete(name);
    this.roomOf(one.match).delete(name);
    const { name: monitor } = one.match;
    if (monitor !== undefined && this.byMonitor.get(monitor)?.size === 0) this.byMonitor.delete(monitor);
  }

  /** All that it has. */
  values(): Matched<T>[] {
    return [...this.all.values()].map(({ matched }) => matched);
  }

  of(monitor: OwnedMonitor): readonly Matched<T>[] {
    const { settings } = monitor;
    const known = this.known.get(monitor);
    if (known?.version === this.version && known.settings === settings) return known.found;
    const subject = subjectOf(monitor);
    const found: Matched<T>[] = [];
    for (const candidates of [this.byMonitor.get(monitor.name), this.others]) {
      for (const { match, matched } of candidates?.values() ?? []) if (matches(match, subject)) found.push(matched);
    }
    this.known.set(monitor, { version: this.version, settings, found });
    return found;
  }

  private roomOf({ name }: Matcher): Map<string, { match: Matcher; matched: Matched<T> }> {
    if (name === undefined || isGlob(name)) return this.others;
    let room = this.byMonitor.get(name);
    if (!room) this.byMonitor.set(name, (room = new Map()));
    return room;
  }
}

export function subjectOf({ name, settings }: OwnedMonitor): Subject {
  return { name, type: settings.type, tags: settings.tags, 'member-tag': settings['member-tag'] };
}

/** The status is checked with each alarm. */
function anyStatus(match: Matcher): Matcher {
  const rest = { ...match };
  delete rest.status;
  return rest;
}
