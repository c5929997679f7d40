import type { MonitorSettings } from '../monitor.js';
import { isGlob } from './glob.js';
import { type Matcher, matches, type Subject } from './matcher.js';

/** A silence or a maintenance window that matches a monitor, except perhaps by the status. */
export interface Matched<T> {
  /** Id of the silence, name of the window. */
  name: string;
  value: T;
}

/** What a process keeps of one monitor: the same object as long as it keeps it, with other settings after an edit. */
export interface Matchable {
  readonly name: string;
  readonly settings: Pick<MonitorSettings, 'type' | 'tags' | 'member-tag'> | undefined;
}

interface Known<T> {
  version: number;
  settings: object | undefined;
  found: readonly Matched<T>[];
}

/** A monitor catches up with so many changes; after more it is matched anew. */
const MAX_CAUGHT_UP = 64;

/**
 * Which of many silences or windows match a monitor, whatever its status. Those for a single name are found by it, others by a tag; answers are
 * cached until the monitor changes; of silences or windows that change, only those are matched again.
 */
export class MatcherIndex<T> {
  private readonly all = new Map<string, Match<T>>();
  /** By {@link roomOf}; within, by name. */
  private readonly rooms = new Map<string, Map<string, Match<T>>>();
  private readonly known = new WeakMap<Matchable, Known<T>>();
  private version = 0;
  /** Names of the latest changes, up to `version`. */
  private changed: string[] = [];

  set(name: string, match: Matcher, value: T): void {
    this.delete(name);
    const one = { match: anyStatus(match), literal: literalOf(match), matched: { name, value } };
    this.all.set(name, one);
    const key = roomOf(one.match);
    let room = this.rooms.get(key);
    if (!room) this.rooms.set(key, (room = new Map()));
    room.set(name, one);
  }

  delete(name: string): void {
    this.version++;
    this.changed = [...this.changed.slice(1 - MAX_CAUGHT_UP), name];
    const one = this.all.get(name);
    if (!one) return;
    this.all.delete(name);
    const key = roomOf(one.match);
    const room = this.rooms.get(key);
    room?.delete(name);
    if (room?.size === 0) this.rooms.delete(key);
  }

  of(monitor: Matchable): readonly Matched<T>[] {
    if (this.all.size === 0) return NONE;
    const { settings } = monitor;
    const known = this.known.get(monitor);
    if (known?.version === this.version && known.settings === settings) return known.found;
    const missed = known && known.settings === settings ? this.version - known.version : Infinity;
    const found = known && missed <= this.changed.length ? this.catchUp(known, missed, monitor) : this.search(monitor);
    this.known.set(monitor, { version: this.version, settings, found });
    return found;
  }

  private catchUp({ found }: Known<T>, missed: number, monitor: Matchable): readonly Matched<T>[] {
    const names = new Set(this.changed.slice(-missed));
    const again = [...names].flatMap((name) => {
      const one = this.all.get(name);
      return one && isAbout(one, monitor, subjectOf(monitor)) ? [one.matched] : [];
    });
    if (again.length === 0 && !found.some(({ name }) => names.has(name))) return found;
    return [...found.filter(({ name }) => !names.has(name)), ...again];
  }

  private search(monitor: Matchable): Matched<T>[] {
    const { settings } = monitor;
    const subject = subjectOf(monitor);
    const found: Matched<T>[] = [];
    const rooms = new Set([byName(monitor.name), ...(settings?.tags ?? []).map(byTag), ANY]);
    for (const key of rooms) {
      for (const one of this.rooms.get(key)?.values() ?? []) {
        if (isAbout(one, monitor, subject)) found.push(one.matched);
      }
    }
    return found;
  }
}

interface Match<T> {
  match: Matcher;
  /** A part that the name of a monitor must contain to match: looking for it is much cheaper than the glob. */
  literal: string;
  matched: Matched<T>;
}

function isAbout<T>({ match, literal }: Match<T>, { name }: Matchable, subject: Subject): boolean {
  return name.includes(literal) && matches(match, subject);
}

const NONE: readonly never[] = [];

const ANY = '';
const byName = (name: string): string => `name ${name}`;
const byTag = (tag: string): string => `tag ${tag}`;

function literalOf({ name = '' }: Matcher): string {
  return name.split(/[*?]+/).reduce((longest, part) => (part.length > longest.length ? part : longest), '');
}

/** Where all monitors look that it can be about. */
function roomOf({ name, tags }: Matcher): string {
  if (name !== undefined && !isGlob(name)) return byName(name);
  return tags?.[0] === undefined ? ANY : byTag(tags[0]);
}

/** What matchers look at, without a status. */
export function subjectOf({ name, settings }: Matchable): Subject {
  return { name, type: settings?.type ?? '', tags: settings?.tags, 'member-tag': settings?.['member-tag'] };
}

/** The status, which changes often, is checked each time: see `isAboutStatus`. */
function anyStatus(match: Matcher): Matcher {
  const rest = { ...match };
  delete rest.status;
  return rest;
}
