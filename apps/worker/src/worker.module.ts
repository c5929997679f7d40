import { Module } from '@nestjs/common';
import { ClusterNode, ClusterTime } from '@9volt/etcd-dal';
import { GuardedTargets } from '@9volt/monitors';
import { AppLogger, NodeConfig, SecretReader } from '@9volt/platform';
import { Programs } from '@9volt/process';
import { BurnLogs } from './burn/burn-logs.js';
import { BurnRounds } from './burn/burn-rounds.js';
import { BurnFacts } from './ledger/burn-facts.js';
import { Detachment } from './ledger/detachment.js';
import { EtcdLedger } from './ledger/etcd-ledger.js';
import { Evaluations } from './ledger/evaluations.js';
import { FencedWrites } from './ledger/fenced-writes.js';
import { SpoolKeeper } from './ledger/spool-keeper.js';
import { SpoolLedger } from './ledger/spool-ledger.js';
import { WorkerFacts } from './ledger/worker-facts.js';
import { LastRuns } from './measure/last-runs.js';
import { Probing } from './execution/probing.js';
import { Results } from './execution/results.js';
import { Departure } from './membership/departure.js';
import { Transfer } from './membership/transfer.js';
import { Handbacks } from './ledger/handbacks.js';
import { ReturnService } from './membership/return.service.js';
import { Spools } from './ledger/spools.js';
import { CallsTrigger } from './execution/calls-trigger.js';
import { ChildrenChecks } from './execution/children-checks.js';
import { RestEnds } from './execution/rest-ends.js';
import { CallsView } from './calls/calls-view.js';
import { CheckMetrics } from './measure/check-metrics.js';
import { CheckRunner } from './execution/check-runner.js';
import { Clock, SystemClock } from './time/clock.js';
import { MonitorMetrics } from './measure/monitor-metrics.js';
import { PerformanceMetrics } from './measure/performance-metrics.js';
import { AssignmentsService } from './membership/assignments.service.js';
import { LastRunNotes } from './membership/last-run-notes.js';
import { HandOver } from './membership/hand-over.js';
import { OwnedMonitors } from './owned/owned-monitors.js';
import { Removal } from './membership/removal.js';
import { StateLoader } from './membership/state-loader.js';
import { StoredStates } from './membership/stored-states.js';
import { TakeOver } from './membership/take-over.js';
import { notificationProviders } from './notification/notification.providers.js';
import { requestProviders } from './requests/request.providers.js';
import { StateWriter } from './ledger/state-writer.js';
import { CautiousRuns } from './running/cautious-runs.js';
import { CheckPermits } from './running/check-permits.js';
import { CheckTurns } from './running/check-turns.js';
import { Hindrances } from './running/hindrances.js';
import { JudgedRuns } from './running/judged-runs.js';
import { Overload } from './running/overload.js';
import { Standstills } from './time/standstills.js';
import { IsolatedEntry } from './running/isolated-process.js';
import { IsolatedRuns } from './running/isolated-runs.js';
import { PoisonLedger } from './running/poison-ledger.js';
import { SuspectNotes } from './running/suspect-notes.js';
import { HistoryLog } from './measure/history-log.js';
import { RemoteWriteService } from './remote-write/remote-write.service.js';
import { Recorder } from './measure/recorder.js';
import { HistoryWriter } from './history/history-writer.js';
import { VitalsBuffer } from './measure/vitals-buffer.js';
import { LatestWriter } from './vitals/latest-writer.js';
import { VitalsSource } from './vitals/vitals-source.js';
import { VitalsWriter } from './vitals/vitals-writer.js';
import { WorkerService } from './worker.service.js';

/** A usual limit; a worker with a thousand monitors needs that many. */
const FEW_FILES = 1_024;

/** Runs the monitors of this process, evaluates, and delivers. Needs the modules of the cluster, the platform and the schedule. */
@Module({
  providers: [
    { provide: Clock, useClass: SystemClock },
    {
      provide: ClusterTime,
      useFactory: (node: ClusterNode, clock: Clock) => new ClusterTime(node, () => clock.now()),
      inject: [ClusterNode, Clock],
    },
    {
      provide: SecretReader,
      useFactory: SecretReader.of,
      inject: [NodeConfig],
    },
    OwnedMonitors,
    Detachment,
    FencedWrites,
    Evaluations,
    WorkerFacts,
    Spools,
    Handbacks,
    EtcdLedger,
    SpoolLedger,
    SpoolKeeper,
    StateWriter,
    ReturnService,
    CheckMetrics,
    LastRuns,
    {
      provide: Programs,
      useFactory: ({ programs: { rules, atOnce } }: NodeConfig) => new Programs(rules, atOnce),
      inject: [NodeConfig],
    },
    {
      provide: GuardedTargets,
      useFactory: ({ targets }: NodeConfig) => new GuardedTargets(targets),
      inject: [NodeConfig],
    },
    PerformanceMetrics,
    MonitorMetrics,
    VitalsBuffer,
    HistoryLog,
    BurnLogs,
    { provide: BurnFacts, useExisting: BurnLogs },
    BurnRounds,
    RemoteWriteService,
    Recorder,
    CallsView,
    SuspectNotes,
    IsolatedEntry,
    IsolatedRuns,
    PoisonLedger,
    CautiousRuns,
    { provide: Standstills, useFactory: () => new Standstills() },
    { provide: CheckPermits, useFactory: checkPermits, inject: [AppLogger] },
    Hindrances,
    Overload,
    CheckTurns,
    JudgedRuns,
    Probing,
    Results,
    CheckRunner,
    CallsTrigger,
    RestEnds,
    ChildrenChecks,
    StateLoader,
    StoredStates,
    TakeOver,
    Transfer,
    HandOver,
    LastRunNotes,
    Departure,
    Removal,
    AssignmentsService,
    HistoryWriter,
    VitalsSource,
    VitalsWriter,
    LatestWriter,
    WorkerService,
    ...notificationProviders,
    ...requestProviders,
  ],
})
export class WorkerModule {}

function checkPermits(logger: AppLogger): CheckPermits {
  const permits = new CheckPermits();
  if (permits.files < FEW_FILES) {
    const facts = { files: permits.files, checksAtOnce: permits.max };
    logger
      .child('check')
      .warn('the limit of open files is low, so few checks run at once; raise it (ulimit -n)', facts);
  }
  return permits;
}
