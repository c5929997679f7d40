import type { Holding } from '../caches/holding.js';

/** If the owner has not carried out a planned move by then, the leader does. */
export const HAND_OVER_MS = 30_000;

/** How long each planned move has waited for its owner, as far as this process saw. The clock is monotonic. */
export class HandOvers {
  /** In the order of `since`. */
  private readonly waiting = new Map<string, { to: string | undefined; since: number }>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Records a monitor's assignment. An edit meanwhile changes nothing; another destination starts from zero. */
  note(monitor: string, holding: Pick<Holding, 'phase' | 'to'> | undefined): void {
    const known = this.waiting.get(monitor);
    if (holding?.phase === 'retire' && known?.to === holding.to) return;
    if (known) this.waiting.delete(monitor);
    if (holding?.phase === 'retire') this.waiting.set(monitor, { to: holding.to, since: this.now() });
  }

  isOverdue(monitor: string): boolean {
    const since = this.waiting.get(monitor)?.since;
    return since !== undefined && this.now() - since > HAND_OVER_MS;
  }

  *overdue(): Generator<string> {
    for (const monitor of this.waiting.keys()) {
      if (!this.isOverdue(monitor)) return;
      yield monitor;
    }
  }
}
