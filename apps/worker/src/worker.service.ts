import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { messageOf } from '@9volt/contracts';
import { ClusterNode } from '@9volt/etcd-dal';
import { limitTargets } from '@9volt/monitors';
import { AppLogger, Health, type Logger, NodeConfig } from '@9volt/platform';
import { CallsView } from './calls/calls-view.js';
import { CheckRunner } from './execution/check-runner.js';
import { AssignmentsService } from './membership/assignments.service.js';
import { Farewell } from './membership/farewell.js';
import { OwnedMonitors } from './owned/owned-monitors.js';
import { DeliveryService } from './notification/delivery.service.js';
import { StateWriter } from './ledger/state-writer.js';
import { SuspectNotes } from './running/suspect-notes.js';
import { VitalsWriter } from './vitals/vitals-writer.js';

/** The longest a stop waits for runs in flight. All of it, the last sends included, ends within 30 s. */
const PATIENCE_MS = 17_000;
/** Then for etcd to take what they led to, and when they were. */
const FLUSH_MS = 3_000;
/** Then for that to be sent; what is not begun by then is left to the heirs. */
const SEND_MS = 2_000;

/** The order in which the worker starts and stops. Membership itself ends after everything else, with the cluster's module. */
@Injectable()
export class WorkerService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log: Logger;
  private stopping = false;
  private tellStopping!: () => void;
  private readonly whenStopping = new Promise<void>((resolve) => (this.tellStopping = resolve));
  private started: Promise<void> | undefined;

  constructor(
    @Inject(ClusterNode) private readonly node: ClusterNode,
    @Inject(AssignmentsService) private readonly assignments: AssignmentsService,
    @Inject(OwnedMonitors) private readonly monitors: OwnedMonitors,
    @Inject(CheckRunner) private readonly runner: CheckRunner,
    @Inject(Farewell) private readonly farewell: Farewell,
    @Inject(StateWriter) private readonly writer: StateWriter,
    @Inject(SuspectNotes) private readonly suspects: SuspectNotes,
    @Inject(DeliveryService) private readonly deliveries: DeliveryService,
    @Inject(VitalsWriter) private readonly vitals: VitalsWriter,
    @Inject(CallsView) private readonly calls: CallsView,
    @Inject(NodeConfig) { targets }: NodeConfig,
    @Inject(Health) health: Health,
    @Inject(AppLogger) logger: AppLogger,
  ) {
    this.log = logger.child('worker');
    limitTargets(targets);
    health.readiness('worker', () => (assignments.listed ? undefined : 'the assignments are not read yet'));
  }

  onApplicationBootstrap(): void {
    void this.node.joined.then(() => (this.started = this.start()));
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    this.tellStopping();
    if (this.started) await this.endRuns();
    // Up to now notifications were sent as ever.
    await this.deliveries.stop();
  }

  private async endRuns(): Promise<void> {
    await this.assignments.stop();
    await this.started;
    await this.runner.stop(PATIENCE_MS);
    const flushed = Promise.all([...this.monitors.all()].map((monitor) => this.writer.flush(monitor)));
    const told = Promise.all([flushed.then(() => this.farewell.tell()), this.suspects.stop()]);
    await Promise.race([told, new Promise((resolve) => setTimeout(resolve, FLUSH_MS).unref())]);
    await this.deliveries.finish(this.writer.owedAt, SEND_MS);
    await this.vitals.stop();
    this.log.info('stopped: no run is in flight, states are stored', { monitors: this.monitors.size });
  }

  private async start(): Promise<void> {
    if (this.stopping) return;
    this.vitals.start();
    try {
      // A monitor that awaits calls must not be judged before they are known. A stop does not wait for etcd to tell them.
      await Promise.race([this.calls.start(), this.whenStopping]);
      if (this.stopping) return;
      await this.assignments.start();
      this.log.info('took up the assignments', { monitors: this.monitors.size });
    } catch (error) {
      this.log.error('the assignments cannot be taken up', { error: messageOf(error) });
    }
  }
}
