import { GuardedTargets } from '@9volt/monitors';
import { NodeConfig, SecretReader } from '@9volt/platform';
import { Module } from '@nestjs/common';
import { AssignmentReconciler } from './assignment/assignment.reconciler.js';
import { ConfigEventsService } from './events/config-events.service.js';
import { EtcdCareService } from './housekeeping/etcd-care.service.js';
import { ArchiveKeeper } from './history/archive-keeper.service.js';
import { HistoryKeeper } from './history/history-keeper.service.js';
import { ReportReader } from './reports/report-reader.js';
import { ReportSender } from './reports/report-sender.js';
import { ReportsKeeper } from './reports/reports-keeper.service.js';
import { SweepingService } from './housekeeping/sweeping.service.js';
import { CoverageNotices } from './coverage/coverage-notices.js';
import { CoverageService } from './coverage/coverage.service.js';
import { LeadershipService } from './leadership/leadership.service.js';
import { SchedulerCaches } from './caches/scheduler-caches.js';
import { SchedulerService } from './scheduler.service.js';

/**
 * Campaigns for leadership and, as the leader, assigns monitors to workers. Needs the cluster, the platform and the schedule
 * module.
 */
@Module({
  providers: [
    SchedulerCaches,
    LeadershipService,
    AssignmentReconciler,
    ConfigEventsService,
    SweepingService,
    EtcdCareService,
    ArchiveKeeper,
    HistoryKeeper,
    ReportReader,
    ReportSender,
    ReportsKeeper,
    {
      provide: SecretReader,
      useFactory: SecretReader.of,
      inject: [NodeConfig],
    },
    {
      provide: GuardedTargets,
      useFactory: ({ targets }: NodeConfig) => new GuardedTargets(targets),
      inject: [NodeConfig],
    },
    CoverageNotices,
    CoverageService,
    SchedulerService,
  ],
})
export class SchedulerModule {}
