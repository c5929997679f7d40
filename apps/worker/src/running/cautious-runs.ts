import { Injectable } from '@nestjs/common';
import { messageOf } from '@9volt/contracts';
import { GuardedTargets, type ProbeContext } from '@9volt/monitors';
import { AppLogger, type Logger, SecretReader } from '@9volt/platform';
import { Detachment } from '../ledger/detachment.js';
import { type Execution, executeCheck } from './execute-check.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { IsolatedRuns } from './isolated-runs.js';
import { PoisonLedger } from './poison-ledger.js';
import { SuspectNotes } from './suspect-notes.js';

/** A revision that killed the process that was made for it. */
interface ProcessDeath {
  revision: number;
  how: string;
  /** Whether etcd has accepted it. */
  onRecord: boolean;
}

/** The input of a check beside the way out, which is the same for all. */
export type GivenContext = Omit<ProbeContext, 'targets'>;

/**
 * Runs checks so that one that kills the process does so only once. A revision that has not completed a check here is on a note in
 * etcd meanwhile; a suspect runs in a process of its own, until it has completed a check there or killed that process, too.
 */
@Injectable()
export class CautiousRuns {
  private readonly log: Logger;
  /** The revision that has completed a check in this process. */
  private readonly proven = new WeakMap<OwnedMonitor, number>();
  /** The revision whose recorded deaths were cleared by a check in a process of its own. */
  private readonly cleared = new WeakMap<OwnedMonitor, number>();
  private readonly deaths = new WeakMap<OwnedMonitor, ProcessDeath>();

  constructor(
    private readonly notes: SuspectNotes,
    private readonly isolated: IsolatedRuns,
    private readonly ledger: PoisonLedger,
    private readonly detachment: Detachment,
    private readonly targets: GuardedTargets,
    private readonly secrets: SecretReader,
    logger: AppLogger,
  ) {
    this.log = logger.child('suspects');
  }

  /**
   * Whether a monitor has completed a check in this process, in its present revision, and no death is recorded of it. The leader may record one
   * afterwards: it treats a worker as dead whose lease has ended, even if it is back a second later.
   */
  isProven(monitor: OwnedMonitor): boolean {
    const { revision, isolate } = monitor.assignment;
    return this.proven.get(monitor) === revision && (!isolate || this.cleared.get(monitor) === revision);
  }

  /** One check; never rejects. When `signal` aborts, forget the result. */
  execute(monitor: OwnedMonitor, given: GivenContext): Promise<Execution> {
    const context = { targets: this.targets, ...given };
    if (this.isProven(monitor)) return executeCheck(monitor.settings, context, this.secrets.read);
    return this.executeSuspect(monitor, context);
  }

  private async executeSuspect(monitor: OwnedMonitor, context: ProbeContext): Promise<Execution> {
    const { settings, assignment } = monitor;
    if (assignment.isolate) return this.executeIsolated(monitor, context);
    await this.notes.note(monitor.name, assignment.revision);
    const execution = await executeCheck(settings, context, this.secrets.read);
    this.notes.clear(monitor.name);
    if (!context.signal.aborted) this.proven.set(monitor, assignment.revision);
    return execution;
  }

  private async executeIsolated(monitor: OwnedMonitor, context: ProbeContext): Promise<Execution> {
    const { settings, name } = monitor;
    const { revision } = monitor.assignment;
    const death = this.deaths.get(monitor);
    if (death?.revision === revision) {
      await this.recordDeath(monitor, death);
      return { result: { status: 'unknown', message: `Not run: ${death.how}`, latencyMs: 0 } };
    }
    const { died, ...execution } = await this.isolated.execute(settings, context, this.secrets.read);
    if (died !== undefined) {
      this.log.error(`${name}: ${died}`, { monitor: name, revision });
      await this.recordDeath(monitor, { revision, how: died, onRecord: false });
    } else if (!context.signal.aborted) await this.clearDeaths(monitor, revision);
    return execution;
  }

  /** Until etcd has accepted it, the monitor does not run again here. */
  private async recordDeath(monitor: OwnedMonitor, death: ProcessDeath): Promise<void> {
    this.deaths.set(monitor, death);
    if (death.onRecord || this.detachment.active) return;
    try {
      const reason = await this.ledger.recordDeath(monitor, death.revision, death.how);
      // After the first death the monitor runs again; after the second the leader takes it away.
      if (reason === undefined) this.deaths.delete(monitor);
      else this.deaths.set(monitor, { ...death, onRecord: true });
    } catch (error) {
      this.log.warn('could not record in etcd that this check killed its process; will retry', {
        monitor: monitor.name,
        error: messageOf(error),
      });
    }
  }

  /** Until etcd has accepted it, the monitor stays in a process of its own. */
  private async clearDeaths(monitor: OwnedMonitor, revision: number): Promise<void> {
    if (this.detachment.active) return;
    try {
      if (!(await this.ledger.clearDeaths(monitor))) return;
      this.proven.set(monitor, revision);
      this.cleared.set(monitor, revision);
    } catch (error) {
      this.log.warn('could not clear a suspicion in etcd; will retry', {
        monitor: monitor.name,
        error: messageOf(error),
      });
    }
  }
}
