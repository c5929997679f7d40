import type { Standstill } from '../history/history.js';

/** How often it looks. */
const EVERY_MS = 100;
/** Shorter ones make no check fail. */
const SHORTEST_MS = 1_000;

/** Records when this process stood still: its targets answered nobody then. */
export class Standstills {
  readonly seen: Standstill[] = [];
  private lookedAt = Date.now();
  private readonly timer = setInterval(() => this.look(), EVERY_MS).unref();

  stop(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    const now = Date.now();
    if (now - this.lookedAt >= SHORTEST_MS) this.seen.push({ from: this.lookedAt, to: now });
    this.lookedAt = now;
  }
}
