import { reportDefect } from '@9volt/contracts';
import type { Entry } from '../etcd.client.js';
import type { ReportFault } from '../shape.js';
import type { Unreadable } from './unreadable.js';

/** A key in the cache of an informer: the entry without its bytes, and its decoded value. */
export interface Item<T> {
  key: string;
  value: T;
  createRevision: number;
  modRevision: number;
}

/** `after` is absent for a deletion, `before` for an addition. */
export interface Change<T> {
  key: string;
  before?: Item<T>;
  after?: Item<T>;
  /** Revision of etcd at which this happened. For a deletion that a listing found: the revision at which it was noticed. */
  revision: number;
}

export interface KeyCacheOptions<T> {
  /** Answers undefined to skip the key, and calls `report` if it does so because the value is invalid. */
  decode: (entry: Entry, report: ReportFault) => T | undefined;
  /** Called for each change after the cache has it, in the order of revisions. Must not throw or block: it enqueues. */
  onChange?: (change: Change<T>) => void;
  /** Collects invalid values. */
  unreadable?: Unreadable;
}

/** The decoded keys of a prefix. Applies each modification of a key once, and never an older one after a newer one. */
export class KeyCache<T> {
  private readonly cache = new Map<string, Item<T>>();
  /** Modification revisions of the keys that it skips because they could not be decoded. */
  private readonly leftOut = new Map<string, number>();

  constructor(private readonly options: KeyCacheOptions<T>) {}

  get items(): ReadonlyMap<string, Item<T>> {
    return this.cache;
  }

  put(entry: Entry): void {
    const { key, createRevision, modRevision } = entry;
    if ((this.modRevisionOf(key) ?? 0) >= modRevision) return;
    const value = this.decoded(entry);
    if (value === undefined) {
      this.remove(key, modRevision);
      this.leftOut.set(key, modRevision);
      return;
    }
    this.leftOut.delete(key);
    const before = this.cache.get(key);
    const after: Item<T> = { key, value, createRevision, modRevision };
    this.cache.set(key, after);
    this.emit({ key, ...(before ? { before } : {}), after, revision: modRevision });
  }

  /** If a decoder throws, skip its key and keep the watch: it would throw at every replay. */
  private decoded(entry: Entry): T | undefined {
    const { unreadable } = this.options;
    let fault: string | undefined;
    let value: T | undefined;
    try {
      value = this.options.decode(entry, (told) => (fault ??= told));
    } catch (error) {
      fault = '9volt cannot read it';
      reportDefect(entry.key, error);
    }
    if (fault === undefined) unreadable?.clear(entry.key, entry.modRevision);
    else unreadable?.note(entry, fault);
    return value;
  }

  remove(key: string, revision: number): void {
    this.options.unreadable?.clear(key, revision);
    if ((this.leftOut.get(key) ?? revision) < revision) this.leftOut.delete(key);
    const before = this.cache.get(key);
    if (!before || before.modRevision > revision) return;
    this.cache.delete(key);
    this.emit({ key, before, revision });
  }

  /** Removes what a listing at this revision did not have. */
  keep(listed: ReadonlySet<string>, revision: number): void {
    for (const [key, item] of this.cache) {
      if (!listed.has(key) && item.modRevision <= revision) this.remove(key, revision);
    }
    for (const key of this.leftOut.keys()) {
      if (listed.has(key)) continue;
      this.leftOut.delete(key);
      this.options.unreadable?.clear(key, revision);
    }
  }

  /** The keys that differ from those that etcd listed at a revision, each with the revision that etcd has; 0 if it has none. */
  differing(listed: ReadonlyMap<string, number>, revision: number): Map<string, number> {
    const found = new Map<string, number>();
    for (const [key, modRevision] of listed) {
      if ((this.modRevisionOf(key) ?? 0) < modRevision) found.set(key, modRevision);
    }
    for (const [key, item] of this.cache) if (!listed.has(key) && item.modRevision <= revision) found.set(key, 0);
    return found;
  }

  private modRevisionOf(key: string): number | undefined {
    return this.cache.get(key)?.modRevision ?? this.leftOut.get(key);
  }

  /** An exception of a handler is a defect of ours about one key: the others continue. */
  private emit(change: Change<T>): void {
    try {
      this.options.onChange?.(change);
    } catch (error) {
      reportDefect(change.key, error);
    }
  }
}
