import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { Sample, VitalsEntry } from '@9volt/contracts';
import { decodeVitals, type Vitals, type VitalsIndex } from '@9volt/etcd-dal';

interface Dump {
  dump: number;
  revision: number;
  value: Buffer;
}

interface Chunk {
  workerId: string;
  /** Newest first: older dumps can only be read with the names of their time. */
  indexes: VitalsIndex[];
  dumps: Map<number, Dump>;
}

const KEPT_INDEXES = 8;

/** The dump that an entry is from: its time by the worker's clock, its revision of etcd, and whether it was written just now. */
export interface DumpOrigin {
  at: number;
  revision: number;
  isNews: boolean;
}

/**
 * The workers' dumps of results. They stay compressed: the newest of each chunk is read as it arrives, the history of one monitor
 * on request.
 */
export class VitalsView {
  private readonly chunks = new Map<string, Chunk>();
  private readonly dirty = new Set<Chunk>();

  /** `onEntry` gets the newest result of each monitor. */
  constructor(private readonly onEntry: (workerId: string, entry: VitalsEntry, dumped: DumpOrigin) => void) {}

  putIndex(workerId: string, chunk: number, index: VitalsIndex): void {
    const found = this.chunk(workerId, chunk);
    found.indexes = [index, ...found.indexes.filter((known) => known.generation !== index.generation)];
    found.indexes.length = Math.min(found.indexes.length, KEPT_INDEXES);
    this.dirty.add(found);
  }

  putDump(workerId: string, chunk: number, dump: number, value: Buffer, revision: number): void {
    const found = this.chunk(workerId, chunk);
    found.dumps.set(dump, { dump, revision, value });
    this.dirty.add(found);
  }

  remove(workerId: string, chunk: number, dump: number | 'index'): void {
    const id = `${workerId}/${chunk}`;
    const found = this.chunks.get(id);
    if (!found) return;
    if (dump === 'index') found.indexes = [];
    else found.dumps.delete(dump);
    if (found.dumps.size > 0) return;
    this.chunks.delete(id);
    this.dirty.delete(found);
  }

  /**
   * Call it when a revision is complete: an index and its first dump may come in one transaction. A listing (`isNews` is false) is
   * read by `backfill`.
   */
  flush(isNews: boolean): void {
    for (const chunk of isNews ? this.dirty : []) {
      const [newest] = newestFirst(chunk);
      const vitals = newest && read(chunk, newest);
      if (!vitals) continue;
      const dumped = { at: vitals.at, revision: newest.revision, isNews };
      for (const entry of vitals.entries) this.onEntry(chunk.workerId, entry, dumped);
    }
    this.dirty.clear();
  }

  /** When each worker last dumped, by its clock. */
  dumpedAt(): Map<string, number> {
    const times = new Map<string, number>();
    for (const chunk of this.chunks.values()) {
      const [newest] = newestFirst(chunk);
      const at = newest && read(chunk, newest)?.at;
      if (at !== undefined) times.set(chunk.workerId, Math.max(times.get(chunk.workerId) ?? 0, at));
    }
    return times;
  }

  /**
   * Reads the dumps of a listing, newest first, until the last result of each monitor is found; yields between dumps. `behindMs`
   * says by how much a worker's clock is behind.
   */
  async backfill(behindMs: (workerId: string) => number): Promise<void> {
    for (const chunk of [...this.chunks.values()]) {
      const { workerId } = chunk;
      const missing = new Set(chunk.indexes[0]?.names);
      for (const dump of newestFirst(chunk)) {
        if (missing.size === 0) break;
        await yieldToOthers();
        const vitals = read(chunk, dump);
        if (!vitals) continue;
        const lateMs = behindMs(workerId);
        const dumped = { at: vitals.at + lateMs, revision: dump.revision, isNews: false };
        for (const entry of vitals.entries) {
          if (entry.samples.length > 0 && missing.delete(entry.name))
            this.onEntry(workerId, shifted(entry, lateMs), dumped);
        }
      }
    }
  }

  /** The kept results of one monitor, oldest first. */
  history(monitor: string): Sample[] {
    const samples = new Map<number, Sample>();
    for (const chunk of this.chunks.values()) {
      if (!chunk.indexes.some((index) => index.names.includes(monitor))) continue;
      for (const dump of chunk.dumps.values()) {
        const entry = read(chunk, dump)?.entries.find(({ name }) => name === monitor);
        for (const sample of entry?.samples ?? []) samples.set(sample.at, sample);
      }
    }
    return byTime(samples);
  }

  /**
   * The newest results of some monitors, oldest first, at most `limit` of each, without those before `since`. Reads a dump once for
   * all of them, and yields between two dumps.
   */
  async recent(monitors: ReadonlySet<string>, limit: number, since = 0): Promise<Map<string, Sample[]>> {
    const found = new Map([...monitors].map((name) => [name, new Map<number, Sample>()]));
    for (const chunk of [...this.chunks.values()]) {
      const wanted = new Set(chunk.indexes.flatMap(({ names }) => names.filter((name) => monitors.has(name))));
      for (const dump of newestFirst(chunk)) {
        if (wanted.size === 0) break;
        const vitals = read(chunk, dump);
        if (!vitals) continue;
        if (vitals.at < since) break;
        for (const { name, samples } of vitals.entries) {
          const of = wanted.has(name) ? found.get(name) : undefined;
          if (!of) continue;
          for (const sample of samples) if (sample.at >= since) of.set(sample.at, sample);
          if (of.size >= limit) wanted.delete(name);
        }
        await yieldToOthers();
      }
    }
    return new Map([...found].map(([name, samples]) => [name, byTime(samples).slice(-limit)]));
  }

  private chunk(workerId: string, chunk: number): Chunk {
    const id = `${workerId}/${chunk}`;
    let found = this.chunks.get(id);
    if (!found) this.chunks.set(id, (found = { workerId, indexes: [], dumps: new Map() }));
    return found;
  }
}

function shifted(entry: VitalsEntry, byMs: number): VitalsEntry {
  if (byMs === 0) return entry;
  const samples = entry.samples.map((sample) => ({ ...sample, at: sample.at + byMs }));
  return { ...entry, samples, nextDueAt: entry.nextDueAt + byMs };
}

function byTime(samples: ReadonlyMap<number, Sample>): Sample[] {
  return [...samples.values()].sort((a, b) => a.at - b.at);
}

function newestFirst(chunk: Chunk): Dump[] {
  return [...chunk.dumps.values()].sort((a, b) => b.revision - a.revision);
}

function read(chunk: Chunk, dump: Dump): Vitals | undefined {
  return decodeVitals(dump.value, chunk.indexes);
}
