import { setTimeout as sleep } from 'node:timers/promises';
import { guarded, reportDefect, unawaited } from '@9volt/contracts';
import type { IWatchResponse } from 'etcd3';
import { EtcdError, toEtcdError } from '../etcd-error.js';
import type { EtcdClient } from '../etcd.client.js';
import { toEntry } from '../wire.js';
import type { ClusterGuard } from './cluster-guard.js';
import { type Item, KeyCache, type KeyCacheOptions } from './key-cache.js';
import { watchPrefix } from './watch-prefix.js';

export interface InformerOptions<T> extends KeyCacheOptions<T> {
  prefix: string;
  /** The prefix is a whole key, and no other is meant. */
  exact?: boolean;
  /** Called after the last change of each revision, and after each listing. */
  onRevision?: (revision: number) => void;
  /** Called when the connection is lost (with the reason) and when it is back. */
  onConnection?: (error: EtcdError | undefined) => void;
  /** Called with the keys of changes that a resumed watch has lost; everything is listed again. */
  onLost?: (keys: readonly string[]) => void;
  /** Called when everything was listed again, because the watch could not resume. */
  onRelist?: () => void;
  guard?: ClusterGuard;
}

const RETRY_MIN_MS = 50;
const RETRY_MAX_MS = 1_000;
/** A resumed watch is compared with etcd after this time, or up to twice as much. */
const VERIFY_AFTER_MS = 5_000;
/** How long `verify` waits for a watch that may only be late. */
const LATE_MS = 2_000;
const RECHECK_MS = 20;

/**
 * A cache of one prefix of etcd that never goes backwards and never misses a change. It lists at one revision in pages, watches
 * from the next, and applies by modification revision. After every disconnection it resumes from the last revision that it applied
 * itself, and lists again if etcd has compacted that. Some seconds later it makes sure that nothing was lost on the way.
 */
export class Informer<T> {
  private readonly cache: KeyCache<T>;
  private applied = 0;
  private mustList = true;
  private stopped = false;
  private running: Promise<void> | undefined;
  private verifying: NodeJS.Timeout | undefined;
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
  ) {
    this.cache = new KeyCache(options);
  }

  /** Resolves once everything is listed for the first time; waits for etcd as long as it takes, or until stopped. */
  async start(): Promise<void> {
    this.running ??= this.run();
    await Promise.race([this.whenSynced, this.running]);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.verifying);
    this.abort.abort();
    this.watching?.abort();
    await this.running;
  }

  get items(): ReadonlyMap<string, Item<T>> {
    return this.cache.items;
  }

  get(key: string): Item<T> | undefined {
    return this.cache.items.get(key);
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
    // The watch was faster, and may have reported their end.
    if (revision < this.applied) return;
    for (const entry of entries) this.cache.put(entry);
  }

  /**
   * Compares keys and revisions with etcd's, and lists again if they differ: a second defence against lost events. Answers the keys
   * that differed.
   */
  async verify(): Promise<string[]> {
    const first = await this.differing();
    if (first.lost.size === 0) return [];
    // Perhaps the watch is only late, or a key changed again meanwhile: a lost change is missing twice.
    await this.reached(first.revision, LATE_MS);
    const { lost } = await this.differing();
    const keys = [...lost].flatMap(([key, revision]) => (first.lost.get(key) === revision ? [key] : []));
    if (keys.length > 0 && !this.stopped) {
      this.mustList = true;
      this.relisting = this.watching !== undefined;
      this.watching?.abort();
    }
    return keys;
  }

  /**
   * Resolves once the cache has everything that etcd has at the time of the call. A quiet prefix reports no revisions to its
   * watchers, so it compares keys and revisions. If the cache does not get there in time it lists everything again. Answers the keys
   * that it lacked then.
   */
  async caughtUp(timeoutMs: number): Promise<string[]> {
    const until = performance.now() + timeoutMs;
    const { listed, revision } = await this.list();
    while (this.applied < revision && this.cache.differing(listed, revision).size > 0) {
      if (performance.now() > until) return this.verify();
      await sleep(RECHECK_MS);
    }
    return [];
  }

  private verifyLater(): void {
    clearTimeout(this.verifying);
    const verify = guarded('a comparison with etcd', () => {
      const compared = this.verify().then((keys) => {
        if (keys.length > 0) this.safely('lost changes', () => this.options.onLost?.(keys));
      });
      // Without an answer the watch ends, too; then it is resumed, and compared, again.
      unawaited(
        'a comparison with etcd',
        compared.catch(() => undefined),
      );
    });
    this.verifying = setTimeout(verify, VERIFY_AFTER_MS * (1 + Math.random())).unref();
  }

  private async differing(): Promise<{ lost: Map<string, number>; revision: number }> {
    const { listed, revision } = await this.list();
    return { lost: this.cache.differing(listed, revision), revision };
  }

  private async list(): Promise<{ listed: Map<string, number>; revision: number }> {
    const { entries, revision } = await this.client.list(this.options.prefix, { keysOnly: true, exact: this.exact });
    return { listed: new Map(entries.map((entry) => [entry.key, entry.modRevision])), revision };
  }

  private get exact(): boolean {
    return this.options.exact ?? false;
  }

  private async run(): Promise<void> {
    let delayMs = RETRY_MIN_MS;
    while (!this.stopped) {
      try {
        if (this.mustList) await this.listAll();
        this.synced();
        await this.watch(() => {
          delayMs = RETRY_MIN_MS;
          if (this.lastError) this.verifyLater();
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
        this.cache.put(entry);
      }
    }
    // Ask again: if somebody replaced etcd meanwhile, missing keys are not deleted.
    if (this.relists > 0) await this.options.guard?.check();
    if (revision < this.applied)
      throw new EtcdError('other-data', `etcd went back from revision ${this.applied} to ${revision}`);
    this.cache.keep(seen, revision);
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
      if (event.type === 'Put') this.cache.put(toEntry(event.kv));
      else this.cache.remove(event.kv.key.toString(), revision);
    }
    if (answer.events.length === 0) current = Math.max(current, Number(answer.header.revision));
    // The rest of a revision that etcd sent in pieces is yet to come. The informer reports the revision, and resumes from it, as a
    // whole.
    if (current > this.applied && !answer.fragment) this.finish(current);
  }

  /** An exception of a handler is a defect of ours about one key: the watch continues. */
  private safely(where: string, call: () => void): void {
    try {
      call();
    } catch (error) {
      reportDefect(where, error);
    }
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
