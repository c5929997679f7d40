import { Inject, Injectable } from '@nestjs/common';
import { type Assignment, messageOf } from '@9volt/contracts';
import { ClusterNode, decode, encode, unchanged } from '@9volt/etcd-dal';
import { AppLogger, type Logger } from '@9volt/platform';
import { StateWriter } from '../ledger/state-writer.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { OwnedMonitors } from '../owned/owned-monitors.js';

const MOST_ATTEMPTS = 3;

/**
 * What a worker that leaves tells its heirs: when each monitor ran last. Without it an heir can only guess, and would run again
 * what has just been run. An heir that is not told, since etcd did not take it, guesses as after a crash.
 */
@Injectable()
export class Farewell {
  private readonly log: Logger;

  constructor(
    @Inject(ClusterNode) private readonly node: ClusterNode,
    @Inject(OwnedMonitors) private readonly monitors: OwnedMonitors,
    @Inject(StateWriter) private readonly writer: StateWriter,
    @Inject(AppLogger) logger: AppLogger,
  ) {
    this.log = logger.child('farewell');
  }

  /** To be called when no more runs are started. Resolves when etcd has answered to all; never rejects. */
  async tell(): Promise<void> {
    if (!this.node.isMember) return;
    const told = [...this.monitors.all()].filter(hasRun).map((monitor) => this.tellOf(monitor));
    const failures = (await Promise.allSettled(told)).filter((outcome) => outcome.status === 'rejected');
    const [first] = failures;
    if (first)
      this.log.warn('not all last runs could be told', { missed: failures.length, error: messageOf(first.reason) });
  }

  private async tellOf({ key, createRevision, modRevision, assignment, lastRunAt }: OwnedMonitor): Promise<void> {
    let known = { assignment, modRevision };
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const value = encode({ ...known.assignment, lastRunAt, lastRunBy: this.node.memberId });
      const compare = [unchanged(key, known.modRevision)];
      const { outcome } = await this.writer.commitFenced({ compare, then: [{ put: key, value }] });
      if (outcome === 'accepted') return;
      // The leader may have decided something about it since this worker listens no more.
      const entry = await this.node.client.get(key);
      const now = entry && decode<Assignment>(entry.value);
      if (!now || entry.createRevision !== createRevision) return;
      known = { assignment: now, modRevision: entry.modRevision };
    }
  }
}

function hasRun({ assignment: { phase }, gone, lastRunAt }: OwnedMonitor): boolean {
  return !gone && lastRunAt !== undefined && (phase === 'run' || phase === 'retire');
}
