import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { messageOf, unawaited } from '@9volt/contracts';
import { ClusterNode } from '@9volt/etcd-dal';
import { AppLogger, type Logger, NodeConfig } from '@9volt/platform';
import { Handbacks, type DetachedRecord } from './handbacks.js';
import { SpoolFile } from './spool-file.js';
import { Spools } from './spools.js';

const RETRY_MS = 1_000;

/**
 * Keeps this worker's notifications without etcd in a file, from its stop to its next start; then hands them back. The owners of
 * that time merge them, as after any worker that was alone.
 */
@Injectable()
export class SpoolKeeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly log: Logger;
  private readonly file: SpoolFile | undefined;
  private readonly stopping = new AbortController();
  /** From an earlier process, not handed back yet. */
  private inherited: DetachedRecord[] = [];
  private handingBack: Promise<void> | undefined;

  constructor(
    private readonly node: ClusterNode,
    private readonly spools: Spools,
    private readonly handbacks: Handbacks,
    @Inject(NodeConfig) { dataDir, memberName }: Pick<NodeConfig, 'dataDir' | 'memberName'>,
    logger: AppLogger,
  ) {
    this.log = logger.child('spool');
    this.file = dataDir === undefined ? undefined : new SpoolFile(dataDir, memberName);
  }

  /** Does not wait for etcd. */
  onApplicationBootstrap(): void {
    unawaited(
      'what was told without etcd',
      this.node.joined.then(() => (this.handingBack = this.handBackFile())),
    );
  }

  onApplicationShutdown(): void {
    this.stopping.abort();
  }

  /** Call it when nothing is being sent any more. Never rejects: a stop must end. */
  async keep(): Promise<void> {
    this.stopping.abort();
    await this.handingBack;
    const told = this.spools.all().flatMap(([monitor, spool]) => this.handbacks.recordOf(monitor, spool) ?? []);
    if (told.length === 0) return;
    const facts = { monitors: told.length };
    if (!this.file) {
      this.log.warn(
        'stops without etcd and without --data-dir: the record of the notifications that it sent meanwhile is lost',
        facts,
      );
      return;
    }
    try {
      const content = { cluster: this.node.guard.id, at: new Date().toISOString(), told: [...this.inherited, ...told] };
      await this.file.write(content);
      this.log.info(
        'stops without etcd: keeps the record of the notifications that it sent meanwhile for its next start',
        facts,
      );
    } catch (error) {
      this.log.error('could not write the record of the notifications that it sent without etcd; it is lost', {
        ...facts,
        error: messageOf(error),
      });
    }
  }

  /** Never rejects. */
  private async handBackFile(): Promise<void> {
    try {
      const content = await this.file?.read();
      if (!content) return;
      if (content.cluster !== this.node.guard.id) {
        const aside = await this.file?.putAside();
        throw new Error(`it belongs to another cluster, ${content.cluster}, and is put aside as ${String(aside)}`);
      }
      this.inherited = content.told;
      while (this.inherited.length > 0 && !this.stopping.signal.aborted) await this.giveAll();
      if (this.inherited.length === 0) await this.file?.remove();
    } catch (error) {
      this.log.error('could not hand back the notifications that were sent before the last stop', {
        error: messageOf(error),
      });
      this.node.events.emit('error', `${this.node.options.name}: the spool of its last stop: ${messageOf(error)}`);
    }
  }

  private async giveAll(): Promise<void> {
    const left: DetachedRecord[] = [];
    for (const told of this.inherited) {
      const isGiven = await this.handbacks.give(told, 'alone').catch((error: unknown) => {
        this.log.warn('could not hand back the notifications that were sent before the last stop; will retry', {
          error: messageOf(error),
        });
        return false;
      });
      if (!isGiven) left.push(told);
    }
    this.inherited = left;
    if (left.length > 0) await sleep(RETRY_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}
