import { unawaited } from '@9volt/contracts';
import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ClusterNode } from '@9volt/etcd-dal';
import { Health } from '@9volt/platform';
import { CallsView } from './calls/calls-view.js';
import { AssignmentsService } from './membership/assignments.service.js';
import { Departure } from './membership/departure.js';
import { QuietFacts } from './notification/facts/quiet-facts.js';
import { VitalsWriter } from './vitals/vitals-writer.js';

/** The order in which the worker starts and stops. Membership itself ends after everything else, with the cluster's module. */
@Injectable()
export class WorkerService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private stopping = false;
  private reportStopping!: () => void;
  private readonly whenStopping = new Promise<void>((resolve) => (this.reportStopping = resolve));
  private started: Promise<void> | undefined;

  constructor(
    private readonly node: ClusterNode,
    private readonly assignments: AssignmentsService,
    private readonly calls: CallsView,
    private readonly quiet: QuietFacts,
    private readonly vitals: VitalsWriter,
    private readonly departure: Departure,
    health: Health,
  ) {
    health.readiness('worker', () =>
      assignments.listed ? undefined : 'the worker is still loading its assignments from etcd',
    );
  }

  onApplicationBootstrap(): void {
    unawaited(
      'the start',
      this.node.joined.then(() => (this.started = this.start())),
    );
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    this.reportStopping();
    if (this.started) {
      await this.assignments.stop();
      await this.started;
      await this.departure.endRuns();
      await this.vitals.stop();
    }
    await this.departure.endSends();
  }

  private async start(): Promise<void> {
    if (this.stopping) return;
    this.vitals.start();
    // A monitor that waits for calls must not be judged before they are known, and no alarm sent before its holds are known. A stop
    // does not wait for etcd to send them.
    await Promise.race([Promise.all([this.calls.start(), this.quiet.start()]), this.whenStopping]);
    if (!this.stopping) await this.assignments.start();
  }
}
