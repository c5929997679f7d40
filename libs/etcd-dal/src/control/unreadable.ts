import type { Entry } from '../etcd.client.js';

/** A key whose value is invalid: it was skipped, or a part of it. */
export interface UnreadableKey {
  key: string;
  /** Modification revision of the key. */
  revision: number;
  bytes: number;
  /** What was expected where; nothing of the value. */
  reason: string;
}

/** Beyond this number it only counts. */
const MAX_KEPT = 1_000;

/** Invalid values that this process found in etcd and skipped; reports each once for each revision of a key. */
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

  /** The value at this revision is valid, or the key is gone. Another cache may have found a fault in the same revision. */
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
