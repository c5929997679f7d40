import { Injectable } from '@nestjs/common';
import { messageOf } from '@9volt/contracts';
import { ClusterNode, encode } from '@9volt/etcd-dal';
import { AppLogger, type Logger } from '@9volt/platform';
import { FencedWrites } from '../ledger/fenced-writes.js';
import { LastRuns } from '../measure/last-runs.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { OwnedMonitors } from '../owned/owned-monitors.js';

const MAX_ATTEMPTS = 3;

/**
 * A worker that stops notes in its assignments when each monitor ran last. Without the note the new owner has to guess, and would
 * repeat a check that has just run. If etcd does not accept the note, the new owner guesses as after a crash.
 */
@Injectable()
export class LastRunNotes {
  private readonly log: Logger;

  constructor(
    private readonly node: ClusterNode,
    private readonly monitors: OwnedMonitors,
    private readonly lastRuns: LastRuns,
    private readonly writes: FencedWrites,
    logger: AppLogger,
  ) {
    this.log = logger.child('last-run-notes');
  }

  /** Call it when no more checks start. Resolves when etcd has answered all writes; never rejects. */
  async write(): Promise<void> {
    if (!this.node.isMember) return;
    const writes = [...this.monitors.all()].map((monitor) => this.writeNote(monitor));
    const failures = (await Promise.allSettled(writes)).filter((outcome) => outcome.status === 'rejected');
    const [first] = failures;
    if (first)
      this.log.warn('could not store the times of all last checks; their new owners may repeat a check', {
        missed: failures.length,
        error: messageOf(first.reason),
      });
  }

  private async writeNote(monitor: OwnedMonitor): Promise<void> {
    const { key, createRevision, modRevision, assignment } = monitor;
    const lastRunAt = this.lastRuns.doneUntil(monitor);
    if (monitor.gone || lastRunAt === undefined || !monitor.isChecked) return;
    const { stores } = this.node;
    let known = { assignment, modRevision };
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const value = encode({ ...known.assignment, lastRunAt, lastRunBy: this.node.memberId });
      const { outcome } = await this.writes.write(stores.assignment.replacing({ key, ...known }, value));
      if (outcome === 'accepted') return;
      // The leader may have changed it since this worker stopped listening.
      const now = await stores.assignment.read(key);
      if (now?.createRevision !== createRevision) return;
      known = now;
    }
  }
}
