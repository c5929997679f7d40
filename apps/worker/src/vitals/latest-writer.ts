import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { messageOf, unawaited } from '@9volt/contracts';
import { type Change, ClusterNode, type Item, type Look, Watched } from '@9volt/etcd-dal';
import { AppLogger, type Logger, Metrics } from '@9volt/platform';
import { Detachment } from '../ledger/detachment.js';
import { fenceOf, OwnedMonitors } from '../owned/owned-monitors.js';
import { Clock } from '../time/clock.js';
import { VitalsSource } from './vitals-source.js';

/** Between two writes about one monitor; the newest result wins. */
const PAUSE_MS = 500;
/** Monitors about which it writes within a pause. The page of another one shows what the dumps bring. */
const MAX_AT_ONCE = 50;

/** While somebody looks at a monitor, writes its results at once, in addition to the dumps. */
@Injectable()
export class LatestWriter implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log: Logger;
  private readonly informer: Watched<Look>;
  /** By monitor, its looks by key, the newest last. */
  private readonly looks = new Map<string, Map<string, Item<Look>>>();
  /** Monitors with a write in progress or the pause after it, and whether a newer result came meanwhile. */
  private readonly writing = new Map<string, { again: boolean }>();
  private readonly stopped = new AbortController();

  constructor(
    private readonly node: ClusterNode,
    private readonly clock: Clock,
    private readonly monitors: OwnedMonitors,
    private readonly source: VitalsSource,
    private readonly detachment: Detachment,
    logger: AppLogger,
    metrics: Metrics,
  ) {
    this.log = logger.child('latest');
    this.informer = new Watched(node, node.stores.look.watched, { onChange: (change) => this.apply(change) });
    metrics.gauge('ninevolt_looked_at_monitors', 'Monitors of this worker that people look at now', [], (gauge) =>
      gauge.set([...this.looks.keys()].filter((name) => monitors.owns(name)).length),
    );
  }

  /** Does not wait for etcd. */
  onApplicationBootstrap(): void {
    this.source.onResult((monitor) => this.write(monitor));
    unawaited('the looks at monitors', this.informer.start());
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped.abort();
    await this.informer.stop();
  }

  private apply({ key, before, after }: Change<Look>): void {
    const monitor = (after ?? before)?.value.monitor;
    if (monitor === undefined) return;
    const looks = this.looks.get(monitor) ?? new Map<string, Item<Look>>();
    looks.delete(key);
    if (after) this.looks.set(monitor, looks.set(key, after));
    else if (looks.size === 0) this.looks.delete(monitor);
    // Whoever begins to look has seen the last dump.
    if (after) this.write(monitor);
  }

  private write(monitor: string): void {
    if (!this.looks.has(monitor) || this.stopped.signal.aborted) return;
    const writing = this.writing.get(monitor);
    if (writing) writing.again = true;
    else if (this.writing.size < MAX_AT_ONCE) unawaited('the latest results', this.writeInTurn(monitor));
  }

  private async writeInTurn(monitor: string): Promise<void> {
    const turn = { again: true };
    this.writing.set(monitor, turn);
    while (turn.again && !this.stopped.signal.aborted) {
      // The result is evaluated, and its next check planned, by then.
      await nextTurn();
      turn.again = false;
      await this.writeOnce(monitor).catch((error: unknown) => {
        this.log.debug(`could not write the latest result of "${monitor}": ${messageOf(error)}`);
      });
      await sleep(PAUSE_MS, undefined, { signal: this.stopped.signal }).catch(() => undefined);
    }
    this.writing.delete(monitor);
  }

  private async writeOnce(name: string): Promise<void> {
    const { node } = this;
    const monitor = this.monitors.get(name);
    const look = [...(this.looks.get(name)?.values() ?? [])].at(-1);
    if (!monitor || !look || !node.isMember || this.detachment.active) return;
    const at = this.clock.now();
    const entry = this.source.newest(name, at);
    if (!entry) return;
    // Refused: the look has ended, or another worker owns the monitor.
    await node.stores.look.tell(look, { monitor: name, workerId: node.memberId, at, entry }, [
      fenceOf(monitor),
      node.session.fence,
    ]);
  }
}
