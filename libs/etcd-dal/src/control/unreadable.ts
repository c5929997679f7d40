import type { Entry } from '../etcd.client.js';

/** A key whose value is not whole: it was left out, or a part of it. */
export interface UnreadableKey {
  key: string;
  /** Modification revision of the key. */
  revision: number;
  bytes: number;
  /** What was expected where, and not a word of what stands there. */
  reason: string;
}

/** Of more than these only the number is kept. */
const MAX_KEPT = 1_000;

/** What this process found in etcd and left out since it is not whole: each told once for each revision of a key. */
export class Unreadable {
  private readonly found = new Map<string, UnreadableKey>();

  constructor(private readonly onFound: (found: UnreadableKey) => void = () => undefined) {}

  note({ key, modRevision: revision, value }: Entry, reason: string): void {
    const known = this.found.get(key);
    if (known && known.revision >= revision) return;
    const found = { key, revision, bytes: value.length, reason };
    if (!known && this.found.size >= MAX_KEPT) this.found.delete(this.found.keys().next().value as string);
    this.found.set(key, found);
    this.onFound(found);
  }

  /** What stands there at this revision can be read, or nothing does. Another cache may have found a fault in the same revision. */
  clear(key: string, revision: number): void {
    const known = this.found.get(key);
    if (known && known.revision < revision) this.found.delete(key);
  }

  /** By key. */
  all(): UnreadableKey[] {
    return [...this.found.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  get size(): number {
    return this.found.size;
  }
}
