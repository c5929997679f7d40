import type { Holding } from '../caches/holding.js';

/** A planned move that its owner has not carried out by then is carried out by the leader. */
export const HAND_OVER_MS = 30_000;

/** Since when each planned move waits for its owner, as far as this process saw. The clock is monotonic. */
export class HandOvers {
  private readonly waiting = new Map<string, { to: string | undefined; since: number }>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Takes note of what a monitor's assignment says. An edit meanwhile changes nothing; another destination starts anew. */
  note(monitor: string, holding: Pick<Holding, 'phase' | 'to'> | undefined): void {
    if (holding?.phase !== 'retire') this.waiting.delete(monitor);
    else if (this.waiting.get(monitor)?.to !== holding.to) {
      this.waiting.set(monitor, { to: holding.to, since: this.now() });
    }
  }

  isOverdue(monitor: string): boolean {
    const since = this.waiting.get(monitor)?.since;
    return since !== undefined && this.now() - since > HAND_OVER_MS;
  }

  *overdue(): Generator<string> {
    for (const monitor of this.waiting.keys()) if (this.isOverdue(monitor)) yield monitor;
  }
}
