/** What of the cluster a stream tells of. */
export const STREAM_TYPES = ['state', 'event', 'monitor', 'member'] as const;
export type StreamType = (typeof STREAM_TYPES)[number];

/** What changed, not how: whoever is told reads what it is now, so that repeated and merged entries do no harm. */
export interface LogEntry {
  type: StreamType;
  id: string;
  /** Revision of etcd with which, or after which, it changed. */
  revision: number;
  /** Not by a change in etcd, but by time or by silence. */
  derived: boolean;
}

/** The changes of the last while, bounded, from which a stream that was cut off resumes. */
export class ChangeLog {
  private entries: LogEntry[] = [];
  /** The oldest revision from which nothing is missing. */
  private floor = Number.POSITIVE_INFINITY;

  constructor(private readonly capacity: number) {}

  /** Forgets everything: resuming is possible from `revision` on. */
  restart(revision: number): void {
    this.entries = [];
    this.floor = revision;
  }

  add(entry: LogEntry): void {
    this.entries.push(entry);
    // Cut in one go, so that each entry costs little.
    if (this.entries.length >= 2 * this.capacity) {
      const dropped = this.entries.splice(0, this.entries.length - this.capacity);
      this.floor = Math.max(this.floor, (dropped.at(-1) as LogEntry).revision);
    }
  }

  /** What changed after `revision` was told in full, each thing once; undefined when that is not known any more. */
  since(revision: number): LogEntry[] | undefined {
    if (revision < this.floor) return undefined;
    const found = new Map<string, LogEntry>();
    for (const entry of this.entries) {
      if (entry.revision > revision || (entry.derived && entry.revision === revision)) {
        found.delete(`${entry.type}/${entry.id}`);
        found.set(`${entry.type}/${entry.id}`, entry);
      }
    }
    return [...found.values()];
  }
}
