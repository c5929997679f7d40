import type { ClusterNode, Compare } from '@9volt/etcd-dal';
import type { SchedulerCaches } from '../caches/scheduler-caches.js';
import type { Knowledge } from '../decision/knowledge.js';
import { planSettlement } from './plan-settlement.js';

const BARRIER_MS = 5_000;
const NAMES_REPORTED = 20;

/**
 * Records the deaths from the notes of dead workers before their monitors move: so a new owner learns of them with the assignment.
 */
export class DeathSettlement {
  constructor(
    private readonly node: ClusterNode,
    private readonly caches: SchedulerCaches,
    private readonly knowledge: Knowledge,
  ) {}

  /** Answers the last revision that was written, and whether etcd refused something. Throws if etcd cannot be asked. */
  async settle(fence: readonly Compare[], mayWrite: () => boolean): Promise<{ revision: number; refused: boolean }> {
    const { catalog, view } = this.caches;
    const { stores } = this.node;
    const suspected = new Map<string, string[]>();
    let revision = 0;
    let refused = false;
    for (const note of [...view.suspicions.notes()]) {
      if (this.knowledge.workerIs(note.workerId) !== 'gone') continue;
      if (!mayWrite()) break;
      const { suspects, ...settlement } = planSettlement(stores.suspect, note, {
        at: new Date().toISOString(),
        isGone: (monitor) => !catalog.has(monitor),
        known: (monitor) => view.suspicions.known(monitor),
      });
      const committed = await stores.commit({ compare: fence, then: [] }, settlement);
      refused = committed.outcome === 'refused';
      if (committed.outcome === 'refused') break;
      revision = committed.revision;
      suspected.set(note.workerId, [...(suspected.get(note.workerId) ?? []), ...suspects]);
      // The next note may contain the same monitor.
      if (!(await view.reached(revision, BARRIER_MS))) throw new Error('the watch of the cluster is behind');
    }
    for (const [worker, monitors] of suspected) this.emit(worker, monitors);
    return { revision, refused };
  }

  private emit(worker: string, monitors: readonly string[]): void {
    if (monitors.length === 0) return;
    const rest = monitors.length - NAMES_REPORTED;
    const names = `${monitors.slice(0, NAMES_REPORTED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
    this.node.events.emit(
      'warning',
      `${worker} died or hung while it ran these monitors for the first time: ${names}. Each now runs in a separate process until one check completes`,
      { details: { worker, monitors: monitors.slice(0, NAMES_REPORTED), count: monitors.length } },
    );
  }
}
