import { createHash } from 'node:crypto';
import type { MonitorSettings } from '@9volt/contracts';
import { monitorTypes } from '@9volt/monitors';

/** The monitors that wait for calls, by token. It looks up a hash, so the time of an answer reveals nothing about a token. */
export class TokenIndex {
  private readonly names = new Map<string, Set<string>>();
  private readonly hashes = new Map<string, string>();

  /** Undefined settings: gone, or invalid. */
  put(name: string, settings: MonitorSettings | undefined): void {
    const before = this.hashes.get(name);
    const token = settings && monitorTypes.get(settings.type)?.calls?.token(settings);
    const hash = token === undefined ? undefined : hashOf(token);
    if (hash === before) return;
    if (before !== undefined) this.remove(before, name);
    if (hash === undefined) return;
    this.hashes.set(name, hash);
    this.names.set(hash, (this.names.get(hash) ?? new Set()).add(name));
  }

  named(token: string): string[] {
    return [...(this.names.get(hashOf(token)) ?? [])];
  }

  private remove(hash: string, name: string): void {
    this.hashes.delete(name);
    const names = this.names.get(hash);
    names?.delete(name);
    if (names?.size === 0) this.names.delete(hash);
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}
