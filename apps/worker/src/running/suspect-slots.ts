import { SUSPECTS_PER_NOTE } from '@9volt/contracts';

/** One note, as it is to be in etcd. */
export interface Slot {
  n: number;
  /** Monitor to revision. */
  suspects: Map<string, number>;
}

/** Which note each suspect stands on. A note that was changed is dirty until it is taken to be written. */
export class SuspectSlots {
  private readonly slots: Slot[] = [];
  private readonly slotOf = new Map<string, Slot>();
  private readonly dirty = new Set<Slot>();

  constructor(private readonly perSlot = SUSPECTS_PER_NOTE) {}

  add(monitor: string, revision: number): void {
    const slot = this.slotOf.get(monitor) ?? this.withRoom();
    slot.suspects.set(monitor, revision);
    this.slotOf.set(monitor, slot);
    this.dirty.add(slot);
  }

  /** Answers whether it stood anywhere. */
  remove(monitor: string): boolean {
    const slot = this.slotOf.get(monitor);
    if (!slot) return false;
    slot.suspects.delete(monitor);
    this.slotOf.delete(monitor);
    this.dirty.add(slot);
    return true;
  }

  clear(): void {
    for (const monitor of [...this.slotOf.keys()]) this.remove(monitor);
  }

  get isDirty(): boolean {
    return this.dirty.size > 0;
  }

  /** The notes that were changed since they were last taken. */
  takeDirty(): Slot[] {
    const taken = [...this.dirty];
    this.dirty.clear();
    return taken;
  }

  /** It could not be written. */
  markDirty(slot: Slot): void {
    this.dirty.add(slot);
  }

  private withRoom(): Slot {
    const free = this.slots.find(({ suspects }) => suspects.size < this.perSlot);
    if (free) return free;
    const slot: Slot = { n: this.slots.length, suspects: new Map() };
    this.slots.push(slot);
    return slot;
  }
}
