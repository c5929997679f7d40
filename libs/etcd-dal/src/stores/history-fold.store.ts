import { setImmediate as pause } from 'node:timers/promises';
import type { Level, Sample, Tally } from '@9volt/contracts';
import { batches } from '../batch.js';
import { encode } from '../codec.js';
import type { Compare, EtcdClient, Op } from '../etcd.client.js';
import type { Keyspace } from '../keyspace.js';
import { count, flag, mapOf, orAbsent, read, record } from '../shape.js';
import { deleteKeys } from './delete-keys.js';
import { chunksOf, digestOf, encodeTallies, withoutResults } from './history.codec.js';
import type { TallyKey } from './history-index.js';
import type { HistoryStore } from './history.store.js';
import { decodeResults, encodeResults } from './results.codec.js';

/** Monitors of one key of an hour or a day: small, because a question about one monitor unpacks many of them. */
const CHUNK = 400;
/** Monitors of one key of recent results. */
const RECENT_CHUNK = 1_000;
const STRIPPED_AT_ONCE = 32;

/** The levels that are made from finer ones. */
export type FoldedLevel = Exclude<Level, 'minute'>;

/** That a period is folded. */
export interface Fold {
  /** The newest revision of its sources. */
  revision: number;
  /** Its sources were removed: what comes later adds to it. */
  trimmed?: boolean;
}

const folds = mapOf(record<Fold>({ revision: count }, { trimmed: orAbsent(flag) }));

/** The writes of the leader about the past: each compares that it still leads. */
export class HistoryFoldStore {
  constructor(
    private readonly client: EtcdClient,
    private readonly keys: Keyspace,
    private readonly history: HistoryStore,
  ) {}

  /** The periods that are folded, by their number. */
  async folded(level: FoldedLevel): Promise<Map<number, Fold>> {
    const entry = await this.client.get(this.keys.historyFold(level));
    return new Map(Object.entries((entry && read(folds, entry.value)) ?? {}).map(([n, fold]) => [Number(n), fold]));
  }

  /** False if this process leads no longer. */
  async noteFolded(level: FoldedLevel, folded: ReadonlyMap<number, Fold>, fence: readonly Compare[]): Promise<boolean> {
    return (await this.client.txn({ compare: fence, then: [this.note(level, folded)] })).succeeded;
  }

  /** Whether this process still leads, by the word of etcd. */
  async stillLeads(fence: readonly Compare[]): Promise<boolean> {
    return (await this.client.txn({ compare: fence, then: [] })).succeeded;
  }

  private note(level: FoldedLevel, folded: ReadonlyMap<number, Fold>): Op {
    return { put: this.keys.historyFold(level), value: encode(Object.fromEntries(folded)) };
  }

  /**
   * Writes the tallies of a period in place of those that it has, and in the last transaction, mostly the only one, which periods are
   * folded then. Answers how many bytes it wrote; undefined if this process leads no longer.
   */
  async replace(
    { level, n }: { level: FoldedLevel; n: number },
    tallies: ReadonlyMap<string, Tally>,
    before: readonly TallyKey[],
    fence: readonly Compare[],
    folded?: ReadonlyMap<number, Fold>,
  ): Promise<number | undefined> {
    const puts: Op[][] = [];
    const digests = new Set<string>();
    const from = Math.floor(n * this.history.periods[level]);
    for (const names of chunksOf(tallies.keys(), CHUNK)) {
      const digest = digestOf(names);
      digests.add(digest);
      const value = encodeTallies({ names, tallies, from, unitMs: this.unitOf(level) });
      puts.push([this.history.naming(digest, names), { put: this.keyOf(level, n, digest), value }]);
      // A leader has other things to do meanwhile.
      await pause();
    }
    const gone = before.filter(({ digest }) => !digests.has(digest)).map(({ key }): Op[] => [{ delete: key }]);
    return this.commit([...puts, ...gone, ...(folded ? [[this.note(level, folded)]] : [])], fence);
  }

  /**
   * Removes the results of folded minutes, of which only the tallies are kept: they are most of the bytes. A minute that somebody wrote
   * again stays. Answers the revisions of these writes, or undefined if a minute stayed, or this process leads no longer.
   */
  async strip(minutes: readonly TallyKey[], fence: readonly Compare[]): Promise<ReadonlySet<number> | undefined> {
    const revisions = new Set<number>();
    for (let from = 0; from < minutes.length; from += STRIPPED_AT_ONCE) {
      const some = minutes.slice(from, from + STRIPPED_AT_ONCE);
      const entries = await this.history.readAll(some.map(({ key }) => key));
      const compare = some.map(({ key, modRevision: value }): Compare => ({ key, target: 'mod', value }));
      const then = entries.flatMap((entry): Op[] =>
        entry ? [{ put: entry.key, value: withoutResults(entry.value) }] : [],
      );
      const { succeeded, revision } = await this.client.txn({ compare: [...fence, ...compare], then });
      if (!succeeded) return undefined;
      revisions.add(revision);
    }
    return revisions;
  }

  /** The last results of rarely checked monitors. */
  async recent(): Promise<Map<string, Sample[]>> {
    const { entries } = await this.client.list(this.keys.historyRecents);
    const digests = entries.map(({ key }) => key.slice(this.keys.historyRecents.length));
    await this.history.learnNames(digests);
    const found = new Map<string, Sample[]>();
    for (const [at, digest] of digests.entries()) {
      const names = this.history.namesOf(digest);
      const results = names && decodeResults(entries[at]?.value ?? Buffer.alloc(0), names);
      for (const [name, samples] of results ?? []) found.set(name, samples);
    }
    return found;
  }

  async replaceRecent(
    results: ReadonlyMap<string, readonly Sample[]>,
    from: number,
    fence: readonly Compare[],
  ): Promise<number | undefined> {
    const { entries } = await this.client.list(this.keys.historyRecents, { keysOnly: true });
    const kept = new Set<string>();
    const changes = chunksOf(results.keys(), RECENT_CHUNK).map((names): Op[] => {
      const digest = digestOf(names);
      const put = this.keys.historyRecent(digest);
      kept.add(put);
      return [this.history.naming(digest, names), { put, value: encodeResults(names, results, from) }];
    });
    const gone = entries.filter(({ key }) => !kept.has(key)).map(({ key }): Op[] => [{ delete: key }]);
    return this.commit([...changes, ...gone], fence);
  }

  /** Deletes tallies. Answers how many, before the fence no longer held. */
  remove(keys: readonly TallyKey[], fence: readonly Compare[]): Promise<number> {
    return deleteKeys(
      this.client,
      keys.map(({ key }) => key),
      fence,
    );
  }

  /** The lists of names, by digest, with the revision of each. */
  async nameLists(): Promise<Map<string, number>> {
    const { entries } = await this.client.list(this.keys.historyNames, { keysOnly: true });
    return new Map(entries.map(({ key, modRevision }) => [key.slice(this.keys.historyNames.length), modRevision]));
  }

  async recentDigests(): Promise<string[]> {
    const { entries } = await this.client.list(this.keys.historyRecents, { keysOnly: true });
    return entries.map(({ key }) => key.slice(this.keys.historyRecents.length));
  }

  /** Deletes lists of names that nobody wrote again since they were listed. */
  async removeNames(lists: ReadonlyMap<string, number>, fence: readonly Compare[]): Promise<void> {
    for (const [digest, revision] of lists) {
      const key = this.keys.historyName(digest);
      const compare: Compare[] = [...fence, { key, target: 'mod', value: revision }];
      await this.client.txn({ compare, then: [{ delete: key }] });
    }
  }

  private async commit(shares: readonly Op[][], fence: readonly Compare[]): Promise<number | undefined> {
    let bytes = 0;
    for (const { then } of batches(shares, (ops) => ({ compare: [], then: ops }), { fence })) {
      const { succeeded } = await this.client.txn({ compare: fence, then });
      if (!succeeded) return undefined;
      for (const op of then) if ('put' in op) bytes += op.put.length + op.value.length;
    }
    return bytes;
  }

  private keyOf(level: FoldedLevel, n: number, digest: string): string {
    return level === 'hour' ? this.keys.historyHour(n, digest) : this.keys.historyDay(n, digest);
  }

  /** A tenth of a second in an hour, a second in a day. */
  private unitOf(level: FoldedLevel): number {
    const parts = level === 'hour' ? 36_000 : 86_400;
    return Math.max(1, Math.round(this.history.periods[level] / parts));
  }
}
