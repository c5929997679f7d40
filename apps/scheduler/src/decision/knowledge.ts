import { isChecked, isPoisonous, poisonReason } from '@9volt/contracts';
import type { ClusterNode } from '@9volt/etcd-dal';
import type { SchedulerCaches } from '../caches/scheduler-caches.js';
import { caughtUp } from './caught-up.js';
import { isOff } from './decide-assignment.js';
import { type Holding, subjectOfHolding } from '../caches/holding.js';
import type { Judged, Subject } from '../caches/judge-monitor.js';
import type { OutageGrace } from './outage-grace.js';
import { isOpenTo } from './placement.js';
import { orphanReason } from '../caches/pools.js';

/** What follows from the caches about monitors and workers. */
export class Knowledge {
  constructor(
    private readonly node: ClusterNode,
    private readonly caches: SchedulerCaches,
    private readonly grace: () => OutageGrace | undefined,
  ) {}

  /** Names of all monitors of which anything is known, some of them more than once. */
  *names(): Generator<string> {
    const { catalog, view, leftovers } = this.caches;
    yield* catalog.names();
    yield* view.assigned;
    yield* leftovers.names();
  }

  /** What is to be thought of a monitor as it stands in etcd, and as it ran; undefined when there is none. */
  judged(name: string): Judged | undefined {
    const judged = this.caches.catalog.get(name);
    const poison = this.caches.view.suspicions.poison(name);
    if (judged?.verdict !== 'valid' || !isPoisonous(poison, judged.revision)) return judged;
    const { revision, createRevision } = judged;
    return { verdict: 'refused', revision, createRevision, reason: poisonReason(poison), poisonous: true };
  }

  /** What of a monitor is to run: its settings, or the last good ones while the present ones are refused. */
  subjectToRun(judged: Judged | undefined, holding: Holding | undefined): Subject | undefined {
    if (judged?.verdict === 'valid') return isOff(judged, Date.now()) ? undefined : judged;
    const runs = judged !== undefined && holding !== undefined && isChecked(holding.phase);
    return runs ? subjectOfHolding(holding) : undefined;
  }

  /** Why nobody may run it; undefined when somebody may. */
  orphanReason({ memberTag }: Subject): string | undefined {
    const workers = [...this.caches.view.workers.values()];
    return workers.some((worker) => isOpenTo(worker, memberTag)) ? undefined : orphanReason(memberTag, workers);
  }

  /** What a worker that is gone had on its conscience must be recorded before its monitors go to others. */
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

  /** Resolves once the caches have what etcd holds now, those of `cluster/` aside; throws when they do not get there in time. */
  async catchUp(timeoutMs: number): Promise<void> {
    const { client, keys } = this.node;
    const { catalog, leftovers } = this.caches;
    const all = await Promise.all([
      caughtUp(client, keys.monitors, catalog.informer, timeoutMs),
      caughtUp(client, keys.states, leftovers.states, timeoutMs),
      caughtUp(client, keys.outbox, leftovers.outbox, timeoutMs),
      caughtUp(client, keys.handbacks, leftovers.handbacks, timeoutMs),
    ]);
    if (!all.every(Boolean)) throw new Error('the caches are behind');
  }
}
