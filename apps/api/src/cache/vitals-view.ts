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

/**
 * The workers' dumps of results. They stay compressed: the newest of each chunk is read as it arrives, the history of one monitor
 * on request.
 */
export class VitalsView {
  private readonly chunks = new Map<string, Chunk>();
  private readonly dirty = new Set<Chunk>();

  /** `onEntry` gets the newest result of each monitor, the time of its dump by the worker's clock, and its revision of etcd. */
  constructor(
    private readonly onEntry: (workerId: string, entry: VitalsEntry, dumped: { at: number; revision: number }) => void,
  ) {}

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

  /** Call it when a revision is complete: an index and its first dump may come in one transaction. */
  flush(): void {
    for (const chunk of this.dirty) {
      const [newest] = newestFirst(chunk);
      const vitals = newest && read(chunk, newest);
      if (!vitals) continue;
      const dumped = { at: vitals.at, revision: newest.revision };
      for (const entry of vitals.entries) this.onEntry(chunk.workerId, entry, dumped);
    }
    this.dirty.clear();
  }

  /** Reads back until each monitor's last result is found; once, after the first listing. Yields between dumps. */
  async backfill(): Promise<void> {
    for (const chunk of [...this.chunks.values()]) {
      const [newest, ...older] = newestFirst(chunk);
      const vitals = newest && read(chunk, newest);
      const missing = new Map<string, VitalsEntry>();
      for (const entry of vitals?.entries ?? []) if (entry.samples.length === 0) missing.set(entry.name, entry);
      for (const dump of older) {
        if (missing.size === 0) break;
        await yieldToOthers();
        const before = read(chunk, dump);
        for (const entry of before?.entries ?? []) {
          const latest = missing.get(entry.name);
          if (!latest || entry.samples.length === 0) continue;
          missing.delete(entry.name);
          const dumped = { at: before?.at ?? 0, revision: dump.revision };
          this.onEntry(chunk.workerId, { ...latest, samples: entry.samples }, dumped);
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
      const lacking = new Map([...wanted].map((name) => [name, limit]));
      for (const dump of newestFirst(chunk)) {
        if (lacking.size === 0) break;
        const vitals = read(chunk, dump);
        if (!vitals) continue;
        if (vitals.at < since) break;
        for (const { name, samples } of vitals.entries) {
          const lacks = lacking.get(name);
          if (lacks === undefined) continue;
          for (const sample of samples) if (sample.at >= since) found.get(name)?.set(sample.at, sample);
          if (samples.length < lacks) lacking.set(name, lacks - samples.length);
          else lacking.delete(name);
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

function byTime(samples: ReadonlyMap<number, Sample>): Sample[] {
  return [...samples.values()].sort((a, b) => a.at - b.at);
}

function newestFirst(chunk: Chunk): Dump[] {
  return [...chunk.dumps.values()].sort((a, b) => b.revision - a.revision);
}

function read(chunk: Chunk, dump: Dump): Vitals | undefined {
  return decodeVitals(dump.value, chunk.indexes);
}
