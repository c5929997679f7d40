import { setTimeout as sleep } from 'node:timers/promises';
import { guarded, reportDefect } from '@9volt/contracts';
import type { IWatchResponse } from 'etcd3';
import { EtcdError, toEtcdError } from '../etcd-error.js';
import { type Entry, type EtcdClient, toEntry } from '../etcd.client.js';
import type { ReportFault } from '../shape.js';
import type { ClusterGuard } from './cluster-guard.js';
import type { Unreadable } from './unreadable.js';
import { watchPrefix } from './watch-prefix.js';

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

export interface InformerOptions<T> {
  prefix: string;
  /** The prefix is a whole key, and no other is meant. */
  exact?: boolean;
  /** Answers undefined to skip the key, and calls `report` if it does so because the value is invalid. */
  decode: (entry: Entry, report: ReportFault) => T | undefined;
  /** Called for each change after the cache has it, in the order of revisions. Must not throw or block: it enqueues. */
  onChange?: (change: Change<T>) => void;
  /** Called after the last change of each revision, and after each listing. */
  onRevision?: (revision: number) => void;
  /** Called when the connection is lost (with the reason) and when it is back. */
  onConnection?: (error: EtcdError | undefined) => void;
  /** Called when everything was listed again, because the watch could not resume. */
  onRelist?: () => void;
  guard?: ClusterGuard;
  /** Collects invalid values. */
  unreadable?: Unreadable;
}

const RETRY_MIN_MS = 50;
const RETRY_MAX_MS = 1_000;

/**
 * A cache of one prefix of etcd that never goes backwards and never misses a change. It lists at one revision in pages, watches
 * from the next, and applies by modification revision. After every disconnection it resumes from the last revision that it applied
 * itself, and lists again if etcd has compacted that.
 */
export class Informer<T> {
  private readonly cache = new Map<string, Item<T>>();
  /** Modification revisions of the keys that it skips because they could not be decoded. */
  private readonly leftOut = new Map<string, number>();
  private applied = 0;
  private mustList = true;
  private stopped = false;
  private running: Promise<void> | undefined;
  /** Ends the present watch. */
  private watching: AbortController | undefined;
  /** This informer ended the watch itself, to list again. */
  private relisting = false;
  private lastError: EtcdError | undefined;
  private connectedNow = false;
  private readonly abort = new AbortController();
  private synced!: () => void;
  private readonly whenSynced = new Promise<void>((resolve) => (this.synced = resolve));
  private readonly waiters = new Set<{ revision: number; resolve: () => void }>();
  /** How often it listed everything, including the first time. */
  relists = 0;

  constructor(
    private readonly client: EtcdClient,
    private readonly options: InformerOptions<T>,
  ) {}

  /** Resolves once everything is listed for the first time; waits for etcd as long as it takes, or until stopped. */
  async start(): Promise<void> {
    this.running ??= this.run();
    await Promise.race([this.whenSynced, this.running]);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.abort.abort();
    this.watching?.abort();
    await this.running;
  }

  get items(): ReadonlyMap<string, Item<T>> {
    return this.cache;
  }

  get(key: string): Item<T> | undefined {
    return this.cache.get(key);
  }

  /** The last applied revision. */
  get revision(): number {
    return this.applied;
  }

  get connected(): boolean {
    return this.connectedNow;
  }

  /** Why it is disconnected. */
  get error(): EtcdError | undefined {
    return this.lastError;
  }

  /** Resolves true once the cache has this revision, false after `timeoutMs`. */
  async reached(revision: number, timeoutMs: number): Promise<boolean> {
    if (this.applied >= revision) return true;
    return new Promise((resolve) => {
      const waiter = { revision, resolve: () => done(true) };
      const timer = setTimeout(
        guarded('a wait for a revision', () => done(false)),
        timeoutMs,
      );
      const done = (value: boolean): void => {
        clearTimeout(timer);
        this.waiters.delete(waiter);
        resolve(value);
      };
      this.waiters.add(waiter);
    });
  }

  /** Reads what etcd has now, for a caller that cannot wait for the watch: what was written before this call is in the cache. Rejects with `EtcdError`. */
  async look(): Promise<void> {
    const { entries, revision } = await this.client.list(this.options.prefix);
    // The watch was faster, and may have told of their end.
    if (revision < this.applied) return;
    for (const entry of entries) this.put(entry);
  }

  /**
   * Compares keys and revisions with etcd's, and lists again if they differ: a second defence against lost events. Answers how many
   * keys differed.
   */
  async verify(): Promise<number> {
    const { entries, revision } = await this.client.list(this.options.prefix, { keysOnly: true, exact: this.exact });
    const listed = new Map(entries.map((entry) => [entry.key, entry.modRevision]));
    let differing = this.differing(listed, revision);
    if (differing > 0) {
      // Perhaps the watch is only late.
      await this.reached(revision, 2_000);
      differing = this.differing(listed, revision);
    }
    if (differing > 0 && !this.stopped) {
      this.mustList = true;
      this.relisting = this.watching !== undefined;
      this.watching?.abort();
    }
    return differing;
  }

  private get exact(): boolean {
    return this.options.exact ?? false;
  }

  private differing(listed: ReadonlyMap<string, number>, revision: number): number {
    let count = 0;
    for (const [key, modRevision] of listed) if ((this.modRevisionOf(key) ?? 0) < modRevision) count++;
    for (const [key, item] of this.cache) if (!listed.has(key) && item.modRevision <= revision) count++;
    return count;
  }

  private modRevisionOf(key: string): number | undefined {
    return this.cache.get(key)?.modRevision ?? this.leftOut.get(key);
  }

  private async run(): Promise<void> {
    let delayMs = RETRY_MIN_MS;
    while (!this.stopped) {
      try {
        if (this.mustList) await this.listAll();
        this.synced();
        await this.watch(() => {
          delayMs = RETRY_MIN_MS;
          this.setConnection(undefined);
        });
      } catch (error) {
        const cause = toEtcdError(error);
        if (cause.kind === 'compacted') this.mustList = true;
        if (this.relisting) {
          this.relisting = false;
          continue;
        }
        if (!this.stopped) this.setConnection(cause);
      }
      if (this.stopped) return;
      await sleep(delayMs * (0.5 + Math.random()), undefined, { signal: this.abort.signal }).catch(() => undefined);
      delayMs = Math.min(RETRY_MAX_MS, delayMs * 2);
    }
  }

  private async listAll(): Promise<void> {
    await this.options.guard?.check();
    const seen = new Set<string>();
    let revision = 0;
    for await (const page of this.client.pages(this.options.prefix, { exact: this.exact })) {
      if (this.stopped) return;
      revision = page.revision;
      for (const entry of page.entries) {
        seen.add(entry.key);
        this.put(entry);
      }
    }
    // Ask again: if somebody replaced etcd meanwhile, missing keys are not deleted.
    if (this.relists > 0) await this.options.guard?.check();
    if (revision < this.applied)
      throw new EtcdError('other-data', `etcd went back from revision ${this.applied} to ${revision}`);
    for (const [key, item] of this.cache) {
      if (!seen.has(key) && item.modRevision <= revision) this.remove(key, revision);
    }
    for (const key of this.leftOut.keys()) {
      if (seen.has(key)) continue;
      this.leftOut.delete(key);
      this.options.unreadable?.clear(key, revision);
    }
    this.mustList = false;
    this.relists++;
    this.finish(revision);
    if (this.relists === 1) return;
    this.client.relists++;
    this.safely('a listing', () => this.options.onRelist?.());
  }

  /** Rejects when the watch ends. */
  private async watch(onOpen: () => void): Promise<void> {
    if (this.stopped) return;
    const watching = new AbortController();
    this.watching = watching;
    try {
      await watchPrefix(this.client, {
        prefix: this.options.prefix,
        exact: this.exact,
        fromRevision: this.applied + 1,
        ...(this.options.guard ? { guard: this.options.guard } : {}),
        onOpen,
        onAnswer: (answer) => this.applyAnswer(answer),
        signal: watching.signal,
      });
    } finally {
      this.watching = undefined;
    }
  }

  private applyAnswer(answer: IWatchResponse): void {
    // Without events it says how far etcd is, so a quiet prefix can resume after a compaction.
    let current = this.applied;
    for (const event of answer.events) {
      const revision = Number(event.kv.mod_revision);
      if (revision <= this.applied) continue;
      if (revision !== current && current > this.applied) this.finish(current);
      current = revision;
      if (event.type === 'Put') this.put(toEntry(event.kv));
      else this.remove(event.kv.key.toString(), revision);
    }
    if (answer.events.length === 0) current = Math.max(current, Number(answer.header.revision));
    // The rest of a revision that etcd sent in pieces is yet to come. The informer reports the revision, and resumes from it, as a
    // whole.
    if (current > this.applied && !answer.fragment) this.finish(current);
  }

  private put(entry: Entry): void {
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
    this.safely(key, () =>
      this.options.onChange?.({ key, ...(before ? { before } : {}), after, revision: modRevision }),
    );
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

  /** An exception of a handler is a defect of ours about one key: the watch continues. */
  private safely(where: string, call: () => void): void {
    try {
      call();
    } catch (error) {
      reportDefect(where, error);
    }
  }

  private remove(key: string, revision: number): void {
    this.options.unreadable?.clear(key, revision);
    if ((this.leftOut.get(key) ?? revision) < revision) this.leftOut.delete(key);
    const before = this.cache.get(key);
    if (!before || before.modRevision > revision) return;
    this.cache.delete(key);
    this.safely(key, () => this.options.onChange?.({ key, before, revision }));
  }

  private finish(revision: number): void {
    this.applied = Math.max(this.applied, revision);
    this.options.guard?.sawRevision(this.applied);
    this.safely(`revision ${this.applied}`, () => this.options.onRevision?.(this.applied));
    for (const waiter of [...this.waiters]) if (this.applied >= waiter.revision) waiter.resolve();
  }

  private setConnection(error: EtcdError | undefined): void {
    const changed = this.connectedNow !== (error === undefined) || error?.kind !== this.lastError?.kind;
    this.connectedNow = error === undefined;
    this.lastError = error;
    if (changed) this.safely('the connection', () => this.options.onConnection?.(error));
  }
}
