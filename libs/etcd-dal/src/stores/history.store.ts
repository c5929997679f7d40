import { type HistoryPeriods, type Level, LEVELS, type Sample, type Tally } from '@9volt/contracts';
import { batches } from '../batch.js';
import type { Entry, EtcdClient, FencedWrite, Op } from '../etcd.client.js';
import type { Keyspace } from '../keyspace.js';
import { deleteKeys } from './delete-keys.js';
import { decodeNames, encodeNames } from './history.codec.js';
import { decodeMinuteResults, type TallyParts } from './history.decode.js';
import { decodeTally } from './history.decode-one.js';
import type { HistoryIndex, Period, PeriodIndex, TallyKey } from './history-index.js';
import { decodeResults } from './results.codec.js';

/** Gets of one transaction: their values together stay below the limit of an answer. */
const GETS = 32;
/** Lists of names that are remembered. They never change. */
const MAX_NAMES = 4_000;

/** Small, so that it does not delay other writes. */
const LIMITS = { items: 32, bytes: 524_288 };

/** The tallies and results of some monitors in a minute. */
export interface MinuteChunk {
  digest: string;
  names: readonly string[];
  /** Whether etcd may lack these names. */
  isNew: boolean;
  value: Buffer;
}

export interface MinuteWrite {
  /** Number of the minute. */
  n: number;
  chunks: readonly MinuteChunk[];
  /** Digests under which this worker wrote about the same minute before. */
  obsolete: readonly string[];
}

/** `.history/…`: what is kept about the past of monitors. */
export class HistoryStore {
  private readonly names = new Map<string, readonly string[]>();

  constructor(
    private readonly client: EtcdClient,
    private readonly keys: Keyspace,
    readonly periods: HistoryPeriods,
  ) {}

  /** The keys of all tallies. */
  async index(): Promise<HistoryIndex> {
    const [minute, hour, day] = await Promise.all(LEVELS.map((level) => this.indexOf(level)));
    return { minute: minute ?? new Map(), hour: hour ?? new Map(), day: day ?? new Map() };
  }

  /** The tallies of a monitor in some periods, in their order. */
  async talliesOf(
    name: string,
    index: HistoryIndex,
    periods: readonly Period[],
    parts: TallyParts = 'all',
  ): Promise<Tally[]> {
    const wanted = periods.flatMap(({ level, n }) => index[level].get(n) ?? []);
    await this.learnNames(wanted.map(({ digest }) => digest));
    const having = wanted.flatMap(({ key, digest }) => {
      const names = this.names.get(digest) ?? [];
      const position = placeOf(names, name);
      return names[position] === name ? [{ key, names: names.length, position }] : [];
    });
    const entries = await this.readAll(having.map(({ key }) => key));
    return having.flatMap(({ names, position }, at) => {
      const entry = entries[at];
      return (entry && decodeTally(entry.value, names, position, parts)) ?? [];
    });
  }

  /**
   * The stored results of some monitors, oldest first: those of the minutes that no hour contains yet, and before them the last ones of
   * rarely checked monitors.
   */
  async resultsOf(names: ReadonlySet<string>, index: HistoryIndex): Promise<Map<string, Sample[]>> {
    const minutesOfHour = Math.round(this.periods.hour / this.periods.minute);
    const recents = (await this.client.list(this.keys.historyRecents, { keysOnly: true })).entries.map(({ key }) => ({
      key,
      digest: key.slice(this.keys.historyRecents.length),
    }));
    const minutes = [...index.minute]
      .filter(([n]) => !index.hour.has(Math.floor(n / minutesOfHour)))
      .sort(([a], [b]) => a - b)
      .flatMap(([, keys]) => keys);
    await this.learnNames([...recents, ...minutes].map(({ digest }) => digest));
    const known = ({ digest }: { digest: string }): readonly string[] => this.names.get(digest) ?? [];
    const having = [...recents, ...minutes].filter((key) => [...names].some((name) => includes(known(key), name)));
    const found = new Map<string, Map<number, Sample>>();
    for (const [at, entry] of (await this.readAll(having.map(({ key }) => key))).entries()) {
      const from = having[at];
      if (!entry || !from) continue;
      const isRecent = entry.key.startsWith(this.keys.historyRecents);
      const results = isRecent
        ? decodeResults(entry.value, known(from))
        : decodeMinuteResults(entry.value, known(from));
      for (const name of names) {
        const byTime = found.get(name) ?? new Map<number, Sample>();
        for (const sample of results?.get(name) ?? []) byTime.set(sample.at, sample);
        if (byTime.size > 0) found.set(name, byTime);
      }
    }
    return new Map([...found].map(([name, all]) => [name, [...all.values()].sort((a, b) => a.at - b.at)]));
  }

  /** The names of chunks that are not known yet. */
  async learnNames(digests: Iterable<string>): Promise<void> {
    const unknown = [...new Set(digests)].filter((digest) => !this.names.has(digest));
    const entries = await this.readAll(unknown.map((digest) => this.keys.historyName(digest)));
    for (const [at, digest] of unknown.entries()) {
      const names = entries[at] && decodeNames(entries[at].value);
      if (names) this.remember(digest, names);
    }
  }

  namesOf(digest: string): readonly string[] | undefined {
    return this.names.get(digest);
  }

  /**
   * Writes what a worker knows about a minute, in place of what it wrote about it before. Without a comparison: nobody else writes
   * there. Throws etcd's error; then it may be written in part, and the next try writes all again.
   */
  async writeMinute(workerId: string, { n, chunks, obsolete }: MinuteWrite): Promise<void> {
    const share = ({ digest, names, value, isNew }: MinuteChunk): FencedWrite => {
      const results = { put: this.keys.historyMinute(n, workerId, digest), value };
      return { compare: [], then: isNew ? [this.naming(digest, names), results] : [results] };
    };
    for (const { then } of batches(chunks, share, LIMITS)) await this.client.txn({ compare: [], then });
    const gone = obsolete.map((digest) => this.keys.historyMinute(n, workerId, digest));
    await deleteKeys(this.client, gone, []);
  }

  /** The put of the names of a chunk. */
  naming(digest: string, names: readonly string[]): Op {
    return { put: this.keys.historyName(digest), value: encodeNames(names) };
  }

  /** The keys of all tallies of a level. */
  async indexOf(level: Level): Promise<PeriodIndex> {
    const found = new Map<number, TallyKey[]>();
    for await (const { entries } of this.client.pages(this.keys.historyLevelOf(level), { keysOnly: true })) {
      for (const { key, modRevision } of entries) {
        const at = this.keys.parseHistory(level, key);
        if (!at) continue;
        const known = found.get(at.n);
        if (known) known.push({ key, digest: at.digest, modRevision });
        else found.set(at.n, [{ key, digest: at.digest, modRevision }]);
      }
    }
    return found;
  }

  /** The values of some keys, in their order. */
  async readAll(keys: readonly string[]): Promise<(Entry | undefined)[]> {
    const reads: Promise<(Entry | undefined)[]>[] = [];
    for (let at = 0; at < keys.length; at += GETS) {
      const then = keys.slice(at, at + GETS).map((get) => ({ get }));
      reads.push(this.client.txn({ compare: [], then }).then((answer) => answer.reads));
    }
    return (await Promise.all(reads)).flat();
  }

  private remember(digest: string, names: readonly string[]): void {
    if (this.names.size >= MAX_NAMES) this.names.clear();
    this.names.set(digest, names);
  }
}

function includes(names: readonly string[], name: string): boolean {
  return names[placeOf(names, name)] === name;
}

/** Where a name is, if it is there: names are sorted. */
function placeOf(names: readonly string[], name: string): number {
  let [low, high] = [0, names.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((names[middle] as string) < name) low = middle + 1;
    else high = middle;
  }
  return low;
}
