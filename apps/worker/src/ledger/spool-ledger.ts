import { Injectable } from '@nestjs/common';
import { ClusterNode } from '@9volt/etcd-dal';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { EtcdLedger } from './etcd-ledger.js';
import { Evaluations } from './evaluations.js';
import { Handbacks } from './handbacks.js';
import type { Ledger, Readiness, Recorded } from './ledger.js';
import { Spools } from './spools.js';
import { changeOf, NOTHING_HANDED, type StateChange } from './state-change.js';
import { reportChange } from './report-change.js';
import { WorkerFacts } from './worker-facts.js';

/** The ledger of a worker that continues without etcd: keeps in memory what etcd would contain. */
@Injectable()
export class SpoolLedger implements Ledger {
  constructor(
    private readonly node: ClusterNode,
    private readonly spools: Spools,
    private readonly evaluations: Evaluations,
    private readonly etcd: EtcdLedger,
    private readonly handbacks: Handbacks,
    private readonly facts: WorkerFacts,
  ) {}

  readiness(): Readiness {
    return 'ready';
  }

  changeOf(monitor: OwnedMonitor): StateChange | undefined {
    const spool = this.spools.of(monitor);
    const stored = spool ? { state: spool.state, modRevision: 0 } : this.evaluations.storedOf(monitor);
    // Notes can wait until etcd is back, and so can warnings about error budgets.
    const facts = { ...this.facts.now(), notesFor: undefined, burnOf: undefined };
    const evaluated = this.evaluations.currentOf(monitor);
    // The spool begins with what was handed back before; later handbacks are merged once etcd is back.
    const handed = spool || !evaluated ? NOTHING_HANDED : this.handbacks.of(monitor);
    return changeOf(monitor, { stored, evaluated, handed }, facts);
  }

  record(monitor: OwnedMonitor, { next, owed, stored, handed }: StateChange): Promise<Recorded> {
    if (next) {
      const spool = this.spools.open(monitor);
      spool.beginWith(handed);
      spool.take({ next, owed }, this.facts.now().now, this.etcd.unanswered(monitor));
      reportChange(this.node.events, monitor, stored.state, next);
      this.spools.emitOwed(monitor.name);
    }
    return Promise.resolve('done');
  }
}
