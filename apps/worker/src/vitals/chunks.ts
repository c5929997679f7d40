import type { VitalsIndex } from '@9volt/etcd-dal';

interface Chunk {
  names: Set<string>;
  generation: number;
  /** Whether the names differ from those of the generation. */
  changed: boolean;
}

const CHUNK_SIZE = 1_000;

/** Divides the monitors of a worker into chunks. A monitor stays in its chunk, so a change rewrites the index of few chunks. */
export class Chunks {
  private readonly chunks: Chunk[] = [];
  private readonly chunkOf = new Map<string, Chunk>();
  private generation: number;

  /** Generations are numbered from `firstGeneration`. */
  constructor(
    firstGeneration: number,
    private readonly size = CHUNK_SIZE,
  ) {
    this.generation = firstGeneration;
  }

  /** Applies the present set of monitors. Answers the numbers of the chunks whose index has changed. */
  update(names: Iterable<string>): number[] {
    const present = new Set(names);
    for (const [name, chunk] of this.chunkOf) {
      if (present.has(name)) continue;
      chunk.names.delete(name);
      chunk.changed = true;
      this.chunkOf.delete(name);
    }
    let next = 0;
    for (const name of present) {
      if (this.chunkOf.has(name)) continue;
      while ((this.chunks[next]?.names.size ?? 0) >= this.size) next++;
      const chunk = (this.chunks[next] ??= { names: new Set(), generation: 0, changed: false });
      chunk.names.add(name);
      chunk.changed = true;
      this.chunkOf.set(name, chunk);
    }
    const changed: number[] = [];
    this.chunks.forEach((chunk, number) => {
      if (!chunk.changed) return;
      chunk.changed = false;
      chunk.generation = this.generation++;
      changed.push(number);
    });
    return changed;
  }

  get count(): number {
    return this.chunks.length;
  }

  index(chunk: number): VitalsIndex {
    const { names, generation } = this.chunks[chunk] as Chunk;
    return { generation, names: [...names] };
  }
}
