import { SUSPECTS_PER_NOTE } from '@9volt/contracts';

/** The content of one note for etcd. */
export interface DraftNote {
  n: number;
  /** Monitor to revision. */
  suspects: Map<string, number>;
}

/** Which note each suspect is on. A changed note is dirty until it is taken for writing. */
export class DraftNotes {
  private readonly notes: DraftNote[] = [];
  private readonly noteOf = new Map<string, DraftNote>();
  private readonly dirty = new Set<DraftNote>();

  constructor(private readonly perNote = SUSPECTS_PER_NOTE) {}

  add(monitor: string, revision: number): void {
    const note = this.noteOf.get(monitor) ?? this.withRoom();
    note.suspects.set(monitor, revision);
    this.noteOf.set(monitor, note);
    this.dirty.add(note);
  }

  /** Answers whether it was on any note. */
  remove(monitor: string): boolean {
    const note = this.noteOf.get(monitor);
    if (!note) return false;
    note.suspects.delete(monitor);
    this.noteOf.delete(monitor);
    this.dirty.add(note);
    return true;
  }

  clear(): void {
    for (const monitor of [...this.noteOf.keys()]) this.remove(monitor);
  }

  get isDirty(): boolean {
    return this.dirty.size > 0;
  }

  /** The notes that changed since they were last taken. */
  takeDirty(): DraftNote[] {
    const taken = [...this.dirty];
    this.dirty.clear();
    return taken;
  }

  /** Writing it failed. */
  markDirty(note: DraftNote): void {
    this.dirty.add(note);
  }

  private withRoom(): DraftNote {
    const free = this.notes.find(({ suspects }) => suspects.size < this.perNote);
    if (free) return free;
    const note: DraftNote = { n: this.notes.length, suspects: new Map() };
    this.notes.push(note);
    return note;
  }
}
