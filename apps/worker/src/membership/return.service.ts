import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type Handback, type HandedIncident, messageOf } from '@9volt/contracts';
import { ClusterNode, commit, decode, encode, unchanged } from '@9volt/etcd-dal';
import { AppLogger, type Logger } from '@9volt/platform';
import { CheckRunner } from '../execution/check-runner.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { OwnedMonitors } from '../owned/owned-monitors.js';
import { InFlight } from '../outbox/in-flight.js';
import { StateWriter } from '../ledger/state-writer.js';
import { Detachment } from '../ledger/detachment.js';
import { combinedByIncident, Handbacks } from '../ledger/handbacks.js';
import type { Spool } from '../ledger/spool.js';
import { Spools } from '../ledger/spools.js';

const RETRY_MS = 250;

/**
 * Goes on from memory when this worker is detached, and brings what it told to etcd once it is back: into the state of a monitor that still
 * is ours, or as a handback to its owner. No send is under way then, so that what is told is final.
 */
@Injectable()
export class ReturnService implements OnApplicationBootstrap {
  private readonly log: Logger;
  private timer: NodeJS.Timeout | undefined;
  private running = false;

  constructor(
    @Inject(ClusterNode) private readonly node: ClusterNode,
    @Inject(Detachment) private readonly detachment: Detachment,
    @Inject(Spools) private readonly spools: Spools,
    @Inject(Handbacks) private readonly handbacks: Handbacks,
    @Inject(OwnedMonitors) private readonly monitors: OwnedMonitors,
    @Inject(CheckRunner) private readonly runner: CheckRunner,
    @Inject(StateWriter) private readonly writer: StateWriter,
    @Inject(InFlight) private readonly inFlight: InFlight,
    @Inject(AppLogger) logger: AppLogger,
  ) {
    this.log = logger.child('detachment');
  }

  onApplicationBootstrap(): void {
    this.detachment.onChange((active) => (active ? this.goOn() : this.goBack()));
    this.handbacks.onHanded((name) => {
      const monitor = this.monitors.get(name);
      if (monitor) this.writer.submit(monitor);
    });
  }

  private goOn(): void {
    for (const monitor of this.monitors.all()) this.writer.submit(monitor);
  }

  private goBack(): void {
    this.runner.resume();
    this.writer.resume();
    void this.settleAll();
  }

  private async settleAll(): Promise<void> {
    if (this.running) return;
    this.running = true;
    clearTimeout(this.timer);
    try {
      await Promise.all(this.spools.all().map(([monitor, spool]) => this.settle(monitor, spool)));
    } finally {
      this.running = false;
    }
    const left = this.spools.all().length;
    if (left > 0 && !this.detachment.active) this.timer = setTimeout(() => void this.settleAll(), RETRY_MS).unref();
  }

  /** Never rejects; what was not settled is tried again. */
  private async settle(monitor: OwnedMonitor, spool: Spool): Promise<void> {
    if (this.detachment.active || this.inFlight.sending(monitor.name)) return;
    try {
      if (!monitor.gone && isEnding(monitor)) return; // That is settled with the end of the monitor.
      if (!monitor.gone) await this.writer.flush(monitor);
      if (monitor.gone) await this.handBack(monitor, spool);
    } catch (error) {
      this.log.warn('what was told without etcd could not be handed back; it is tried again', {
        monitor: monitor.name,
        error: messageOf(error),
      });
    }
  }

  private async handBack(monitor: OwnedMonitor, spool: Spool): Promise<void> {
    const told = spool.handed('another').filter(isNews);
    const delivered = spool.deliveredAlarms;
    if (told.length > 0 || delivered.length > 0) {
      const { client, keys, session, memberId } = this.node;
      const key = keys.handback(monitor.name, memberId);
      const found = await client.get(key);
      const earlier = (found && decode<Handback>(found.value)?.incidents) ?? [];
      const incidents = combinedByIncident([...earlier, ...told]);
      const handback: Handback = { worker: this.node.options.name, at: new Date().toISOString(), incidents };
      const { outcome } = await commit(client, {
        compare: [session.fence, unchanged(key, found?.modRevision ?? 0)],
        then: [
          ...(incidents.length > 0 ? [{ put: key, value: encode(handback) }] : []),
          ...delivered.map((owed) => ({ delete: owed })),
        ],
      });
      if (outcome === 'refused') return;
      this.log.info('handed back what was told without etcd', { monitor: monitor.name, incidents: told.length });
    }
    this.spools.close(monitor);
  }
}

function isEnding({ assignment: { phase } }: OwnedMonitor): boolean {
  return phase === 'remove' || phase === 'deliver';
}

function isNews({ told, notifications }: HandedIncident): boolean {
  return Object.keys(told).length > 0 || notifications.length > 0;
}
