/** The kinds of things in a stream. */
export const STREAM_TYPES = ['state', 'event', 'monitor', 'member', 'result'] as const;
export type StreamType = (typeof STREAM_TYPES)[number];

/** Which thing changed, not how: subscribers get its present content, so repeated and merged entries do no harm. */
export interface LogEntry {
  type: StreamType;
  id: string;
  /** Revision of etcd with which, or after which, it changed. */
  revision: number;
  /** Not by a change in etcd, but by time or by silence. */
  derived: boolean;
}

/** The latest changes, a limited number, from which an interrupted stream resumes. */
export class ChangeLog {
  private entries: LogEntry[] = [];
  /** The oldest revision from which nothing is missing. */
  private floor = Number.POSITIVE_INFINITY;

  constructor(private readonly capacity: number) {}

  /** Forgets everything: a stream can resume from `revision` on. */
  restart(revision: number): void {
    this.entries = [];
    this.floor = revision;
  }

  add(entry: LogEntry): void {
    this.entries.push(entry);
    // Cut in one go, so each entry costs little.
    if (this.entries.length >= 2 * this.capacity) {
      const dropped = this.entries.splice(0, this.entries.length - this.capacity);
      this.floor = Math.max(this.floor, (dropped.at(-1) as LogEntry).revision);
    }
  }

  /** All changes after `revision`, each thing once; undefined if they are no longer known. */
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
