import { messageOf } from '@9volt/contracts';
import { ClusterNode } from '@9volt/etcd-dal';
import { AppLogger, Health, type Logger } from '@9volt/platform';
import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { AssignmentReconciler } from './assignment/assignment.reconciler.js';
import { ConfigEventsService } from './events/config-events.service.js';
import { LeadershipService } from './leadership/leadership.service.js';
import { SchedulerCaches } from './caches/scheduler-caches.js';

/** Starts the scheduler once the process is a member, and stops it so that a successor need not wait. */
@Injectable()
export class SchedulerService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger: Logger;
  private ready = false;
  private stopped = false;

  constructor(
    private readonly node: ClusterNode,
    private readonly caches: SchedulerCaches,
    private readonly leadership: LeadershipService,
    private readonly reconciler: AssignmentReconciler,
    private readonly configEvents: ConfigEventsService,
    logger: AppLogger,
    health: Health,
  ) {
    this.logger = logger.child('scheduler');
    health.readiness('scheduler', () => (this.ready ? undefined : 'the scheduler waits for etcd'));
  }

  onApplicationBootstrap(): void {
    this.node.joined
      .then(() => this.start())
      .catch((error: unknown) => this.logger.error(`could not start the scheduler: ${messageOf(error)}`));
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    await this.leadership.resign();
    await Promise.all([this.reconciler.stop(), this.configEvents.stop()]);
    await this.caches.stop();
  }

  /** A candidate has warm caches: a leader that must read everything first would leave the cluster without one meanwhile. */
  private async start(): Promise<void> {
    if (this.stopped) return;
    await this.caches.start();
    if (this.stopped) return;
    this.reconciler.start();
    this.configEvents.start();
    await this.leadership.start();
    this.ready = true;
  }
}
