import { INCIDENT_AGE_MS } from '@9volt/contracts';
import { ClusterNode } from '@9volt/etcd-dal';
import { AppLogger, type Logger } from '@9volt/platform';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { LeadershipService } from '../leadership/leadership.service.js';
import { SchedulerCaches } from '../caches/scheduler-caches.js';
import { AbsentWorkers } from './absent-workers.js';
import { LeaderTask } from './leader-task.js';
import { SeenRevisions } from './seen-revisions.js';
import { EVENT_AGE_MS, sweepOldEvents, sweepSurplusEvents } from './sweep-events.js';
import { sweepIncidents } from './sweep-incidents.js';
import { HANDBACK_AGE_MS, REQUEST_AGE_MS, sweepRecords, sweepHandbacks, sweepRequests } from './sweep-leftovers.js';
import { announceEndings, sweepQuiet } from './sweep-quiet.js';

const MINUTE_MS = 60_000;
/** The vitals of a worker are the recent history of its monitors: ten minutes at the usual dump interval. */
const VITALS_KEPT_MS = 10 * MINUTE_MS;

/** Deletes keys that nobody needs any more. The leader does it for all. */
@Injectable()
export class SweepingService {
  private readonly log: Logger;
  private readonly absent = new AbsentWorkers();
  private readonly seen = new SeenRevisions(INCIDENT_AGE_MS);
  private readonly oldEvents: LeaderTask;
  private readonly surplusEvents: LeaderTask;
  private readonly leftovers: LeaderTask;
  private readonly incidents: LeaderTask;
  private readonly endings: LeaderTask;

  constructor(
    private readonly node: ClusterNode,
    private readonly caches: SchedulerCaches,
    private readonly leadership: LeadershipService,
    logger: AppLogger,
  ) {
    this.log = logger.child('housekeeping');
    const { event, incident, silence } = node.stores;
    const fence = (): LeadershipService['epochFence'] => leadership.epochFence;
    this.oldEvents = this.task('old events', async () =>
      this.count(await sweepOldEvents(event, fence(), this.ages(EVENT_AGE_MS))),
    );
    this.surplusEvents = this.task('surplus events', async () =>
      this.count(await sweepSurplusEvents(event, fence(), this.ages(EVENT_AGE_MS))),
    );
    this.leftovers = this.task('leftovers', () => this.sweepLeftovers());
    this.endings = this.task('endings of silences', async () => {
      const holds = (id: string): string[] => this.caches.leftovers.heldBy(id);
      await announceEndings(silence, fence(), { now: Date.now(), holds, events: node.events });
      return undefined;
    });
    this.incidents = this.task('incidents', async () =>
      this.count(
        await sweepIncidents(incident, fence(), {
          ...this.ages(INCIDENT_AGE_MS),
          isGone: (name) => this.isGone(name),
        }),
      ),
    );
  }

  /** Every scheduler does this, so that a new leader knows ages, too. */
  @Interval(MINUTE_MS)
  async noteRevision(now = performance.now()): Promise<void> {
    if (!this.node.isMember) return;
    const revision = await this.node.client.revision(this.node.keys.config).catch(() => undefined);
    if (revision !== undefined) this.seen.note(now, revision);
  }

  @Interval(MINUTE_MS)
  sweepOldEvents(): Promise<void> {
    return this.oldEvents.run();
  }

  @Interval(10 * MINUTE_MS)
  sweepSurplusEvents(): Promise<void> {
    return this.surplusEvents.run();
  }

  @Interval(2 * MINUTE_MS)
  sweepWhatIsLeft(): Promise<void> {
    return this.leftovers.run();
  }

  @Interval(60 * MINUTE_MS)
  sweepIncidents(): Promise<void> {
    return this.incidents.run();
  }

  /** Silences that end soon. */
  @Interval(MINUTE_MS / 2)
  announceEndings(): Promise<void> {
    return this.endings.run();
  }

  /** Ages as this process saw them; older keys have the age that their writers said. */
  private ages(ageMs: number): { now: number; isOld: (modRevision: number) => boolean | undefined } {
    return { now: Date.now(), isOld: (revision) => this.seen.isOlder(revision, ageMs, performance.now()) };
  }

  private async sweepLeftovers(): Promise<string | undefined> {
    const { stores } = this.node;
    const { epochFence: fence } = this.leadership;
    let count = await sweepRequests(stores.request, fence, this.ages(REQUEST_AGE_MS));
    count += await sweepRecords(stores, fence, (name) => !this.exists(name));
    count += await sweepHandbacks(stores.handback, fence, {
      ...this.ages(HANDBACK_AGE_MS),
      isGone: (name) => !this.exists(name),
    });
    count += await sweepQuiet(stores, fence, { now: Date.now(), isGone: (name) => !this.exists(name) });
    for (const id of await this.departedWorkers()) count += await stores.vitals.removeOf(id, fence);
    return this.count(count);
  }

  /** Workers that have been gone for long enough, and whose monitors have new owners. */
  private async departedWorkers(): Promise<string[]> {
    const { view } = this.caches;
    const known = await this.node.stores.vitals.workers();
    const gone = [...known].filter((id) => !view.members.has(id));
    return this.absent.note(gone, performance.now(), VITALS_KEPT_MS).filter((id) => !view.holdsAnything(id));
  }

  /** Whether nothing is left to do for a monitor of this name. */
  private isGone(name: string): boolean {
    return !this.exists(name) && !this.caches.leftovers.owed(name);
  }

  private exists(name: string): boolean {
    const { catalog, view, leftovers } = this.caches;
    return catalog.has(name) || view.holdings(name).length > 0 || leftovers.state(name) !== undefined;
  }

  private task(what: string, work: () => Promise<string | undefined>): LeaderTask {
    return new LeaderTask(what, () => this.leadership.isLeader() && this.caches.listed, this.log, work);
  }

  private count(swept: number): string | undefined {
    return swept > 0 ? `deleted ${swept} old keys` : undefined;
  }
}
