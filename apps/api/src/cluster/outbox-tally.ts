import type { OutboxEntry } from '@9volt/contracts';
import type { ShownOutbox } from './cluster.dto.js';

type OutboxDepth = ShownOutbox['byAlerter'][string];

/** Counts pending notifications, and their age at `now`. */
export class OutboxTally {
  private readonly byAlerter = new Map<string, OutboxDepth>();

  constructor(private readonly now: number) {}

  add({ alerter, createdAt }: Pick<OutboxEntry, 'alerter' | 'createdAt'>): void {
    let of = this.byAlerter.get(alerter);
    if (!of) this.byAlerter.set(alerter, (of = { depth: 0, oldestAgeMs: 0 }));
    of.depth++;
    // Clocks differ: a time in the future counts as now.
    of.oldestAgeMs = Math.max(of.oldestAgeMs, this.now - Date.parse(createdAt) || 0);
  }

  shown(): ShownOutbox {
    const all = [...this.byAlerter.values()];
    return {
      depth: all.reduce((sum, { depth }) => sum + depth, 0),
      oldestAgeMs: Math.max(0, ...all.map(({ oldestAgeMs }) => oldestAgeMs)),
      byAlerter: Object.fromEntries([...this.byAlerter].sort(([a], [b]) => (a < b ? -1 : 1))),
    };
  }
}
