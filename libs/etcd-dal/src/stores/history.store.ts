import { type HistoryPeriods, historyPeriods, type Level, LEVELS, type Tally } from '@9volt/contracts';
import type { Entry, EtcdClient, FencedWrite } from '../etcd.client.js';
import type { Keyspace } from '../keyspace.js';
import { decodeNames, decodeTallies, encodeNames } from './history.codec.js';
import type { HistoryIndex, Period, TallyKey } from './history-index.js';

/** In the place of a digest: the note that a period is folded. */
const FOLDED = 'folded';
/** Gets of one transaction: their values together stay below the limit of an answer. */
const GETS = 32;
/** Lists of names that are remembered. They never change. */
const MAX_NAMES = 4_000;

/** `.history/…`: what is kept about the past of monitors. */
export class HistoryStore {
  private readonly names = new Map<string, readonly string[]>();

  constructor(
    private readonly client: EtcdClient,
    private readonly keys: Keyspace,
    readonly periods: HistoryPeriods = historyPeriods(),
  ) {}

  /** The keys of all tallies. */
  async index(): Promise<HistoryIndex> {
    const [minute, hour, day] = await Promise.all(LEVELS.map((level) => this.keysOf(level)));
    return { minute: minute ?? new Map(), hour: hour ?? new Map(), day: day ?? new Map() };
  }

  /** The tallies of a monitor in some periods, in their order. */
  async talliesOf(name: string, index: HistoryIndex, periods: readonly Period[]): Promise<Tally[]> {
    const wanted = periods.flatMap(({ level, n }) => index[level].get(n) ?? []);
    await this.learnNames(wanted.map(({ digest }) => digest));
    const having = wanted.filter(({ digest }) => includes(this.names.get(digest) ?? [], name));
    const entries = await this.readAll(having.map(({ key }) => key));
    return having.flatMap(({ digest }, at) => {
      const entry = entries[at];
      return (entry && decodeTallies(entry.value, this.names.get(digest) ?? [], 'all', name)?.get(name)) ?? [];
    });
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

  /** The write of the names of a chunk. */
  naming(digest: string, names: readonly string[]): FencedWrite {
    return { compare: [], then: [{ put: this.keys.historyName(digest), value: encodeNames(names) }] };
  }

  private async keysOf(level: Level): Promise<Map<number, TallyKey[]>> {
    const found = new Map<number, TallyKey[]>();
    for await (const { entries } of this.client.pages(this.keys.historyLevelOf(level), { keysOnly: true })) {
      for (const { key, modRevision } of entries) {
        const at = this.keys.parseHistory(level, key);
        if (!at || at.digest === FOLDED) continue;
        const known = found.get(at.n);
        if (known) known.push({ key, digest: at.digest, modRevision });
        else found.set(at.n, [{ key, digest: at.digest, modRevision }]);
      }
    }
    return found;
  }

  private async readAll(keys: readonly string[]): Promise<(Entry | undefined)[]> {
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

/** Names are sorted. */
function includes(names: readonly string[], name: string): boolean {
  let [low, high] = [0, names.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((names[middle] as string) < name) low = middle + 1;
    else high = middle;
  }
  return names[low] === name;
}
