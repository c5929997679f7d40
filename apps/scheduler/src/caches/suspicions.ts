import type { PoisonRecord } from '@9volt/contracts';
import type { ClusterNode, Entry, Item, ReportFault } from '@9volt/etcd-dal';

export interface KnownNote {
  key: string;
  workerId: string;
  modRevision: number;
  /** Monitor to revision. */
  suspects: ReadonlyMap<string, number>;
}

export interface KnownPoison {
  modRevision: number;
  /** Absent if the value is invalid: then it says nothing. */
  record: PoisonRecord | undefined;
}

export type SuspicionRecord =
  | { kind: 'note'; workerId: string; suspects: ReadonlyMap<string, number> }
  | { kind: 'poison'; monitor: string; record: PoisonRecord | undefined };

/** A decoder for the keys of suspicions; undefined for other keys. Never throws. */
export function suspicionOf(
  { keys, stores }: Pick<ClusterNode, 'keys' | 'stores'>,
  entry: Entry,
  report: ReportFault,
): SuspicionRecord | undefined {
  const monitor = keys.under(keys.poison, entry.key);
  if (monitor !== undefined) return { kind: 'poison', monitor, record: stores.suspect.poison(entry, report) };
  const place = keys.parseSuspectNote(entry.key);
  return place && { kind: 'note', workerId: place.workerId, suspects: stores.suspect.suspects(entry, report) };
}

/** Monitors on their first check, and the suspects of process deaths. */
export class Suspicions {
  private readonly notesByKey = new Map<string, KnownNote>();
  private readonly byMonitor = new Map<string, KnownPoison>();

  apply(key: string, record: SuspicionRecord, after: Item<unknown> | undefined): void {
    if (record.kind === 'note') {
      const { workerId, suspects } = record;
      if (after) this.notesByKey.set(key, { key, workerId, suspects, modRevision: after.modRevision });
      else this.notesByKey.delete(key);
    } else if (after) this.byMonitor.set(record.monitor, { modRevision: after.modRevision, record: record.record });
    else this.byMonitor.delete(record.monitor);
  }

  notes(): Iterable<KnownNote> {
    return this.notesByKey.values();
  }

  /** Whether a worker left notes behind: these are handled before anything else of it. */
  hasNotesOf(workerId: string): boolean {
    for (const note of this.notesByKey.values()) if (note.workerId === workerId) return true;
    return false;
  }

  known(monitor: string): KnownPoison | undefined {
    return this.byMonitor.get(monitor);
  }

  poison(monitor: string): PoisonRecord | undefined {
    return this.byMonitor.get(monitor)?.record;
  }
}
