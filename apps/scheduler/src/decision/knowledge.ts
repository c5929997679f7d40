import { isChecked, isPoisonous, poisonReason } from '@9volt/contracts';
import type { SchedulerCaches } from '../caches/scheduler-caches.js';
import { isOff } from './decide-assignment.js';
import { type Holding, subjectOfHolding } from '../caches/holding.js';
import type { Judged, Subject } from '../caches/judge-monitor.js';
import type { OutageGrace } from './outage-grace.js';
import { isOpenTo } from './placement.js';
import { orphanReason } from '../caches/pools.js';

/** What follows from the caches about monitors and workers. */
export class Knowledge {
  constructor(
    private readonly caches: SchedulerCaches,
    private readonly grace: () => OutageGrace | undefined,
  ) {}

  /** Names of all known monitors, some of them more than once. */
  *names(): Generator<string> {
    const { catalog, view, leftovers } = this.caches;
    yield* catalog.names();
    yield* view.assigned;
    yield* leftovers.names();
  }

  /** The verdict on a monitor in etcd, and on the version that ran; undefined if there is none. */
  judged(name: string): Judged | undefined {
    const judged = this.caches.catalog.get(name);
    const poison = this.caches.view.suspicions.poison(name);
    if (judged?.verdict !== 'valid' || !isPoisonous(poison, judged.revision)) return judged;
    const { revision, createRevision } = judged;
    return { verdict: 'refused', revision, createRevision, reason: poisonReason(poison), poisonous: true };
  }

  /** The version of a monitor to run: its settings, or the last valid ones while the present ones are invalid. */
  subjectToRun(judged: Judged | undefined, holding: Holding | undefined): Subject | undefined {
    if (judged?.verdict === 'valid') return isOff(judged, Date.now()) ? undefined : judged;
    const runs = judged !== undefined && holding !== undefined && isChecked(holding.phase);
    return runs ? subjectOfHolding(holding) : undefined;
  }

  /** Why nobody may run it; undefined if somebody may. */
  orphanReason({ memberTag }: Subject): string | undefined {
    const workers = [...this.caches.view.workers.values()];
    return workers.some((worker) => isOpenTo(worker, memberTag)) ? undefined : orphanReason(memberTag, workers);
  }

  /** The notes of a dead worker must be recorded before its monitors move. */
  ownerOf({ workerId }: Holding): 'live' | 'gone' | 'unsure' {
    const is = this.workerIs(workerId);
    return is === 'gone' && this.caches.view.suspicions.hasNotesOf(workerId) ? 'unsure' : is;
  }

  workerIs(id: string): 'live' | 'gone' | 'unsure' {
    if (this.caches.view.workers.has(id)) return 'live';
    return this.grace()?.active ? 'unsure' : 'gone';
  }

  unknownAlerters(judged: Judged | undefined): string[] {
    const alerters = judged?.verdict === 'valid' ? judged.alerters : [];
    return alerters.filter((alerter) => !this.caches.hasAlerter(alerter));
  }

  /**
   * Resolves once the caches have everything that etcd has now, except those of `cluster/`. Throws if they do not get there in time:
   * then they list everything again, so that a watch without events does not stop the leader.
   */
  async catchUp(timeoutMs: number): Promise<void> {
    const { catalog, leftovers } = this.caches;
    const caches = [catalog.informer, leftovers.states, leftovers.outbox, leftovers.handbacks];
    const lacking = (await Promise.all(caches.map((cache) => cache.caughtUp(timeoutMs)))).flat();
    if (lacking.length === 0) return;
    throw new Error(`the watch missed changes of ${lacking.length} keys, such as ${lacking[0]}; loading them again`);
  }
}
