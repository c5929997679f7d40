import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { AlertersController } from './alerters/alerters.controller.js';
import { AlertersService } from './settings/alerters.service.js';
import { CallsController } from './calls/calls.controller.js';
import { CallsService } from './calls/calls.service.js';
import { ClusterCache } from './cache/cluster-cache.js';
import { ClusterController } from './cluster/cluster.controller.js';
import { ClusterSettingsService } from './cluster/cluster-settings.service.js';
import { ClusterService } from './cluster/cluster.service.js';
import { DrainsService } from './cluster/drains.service.js';
import { ProblemFilter } from './common/problem.filter.js';
import { ProblemWriter } from './common/problem-writer.js';
import { EventsController } from './events/events.controller.js';
import { EventsService } from './events/events.service.js';
import { HistoryController, TimelineController, UptimesController } from './history/history.controller.js';
import { HistoryService } from './history/history.service.js';
import { Past } from './history/past.js';
import { HttpSetup } from './http-setup.js';
import { MonitorsController } from './monitors/monitors.controller.js';
import { MonitorsService } from './settings/monitors.service.js';
import { OriginsController } from './settings/origins.controller.js';
import { PlacementService } from './placement/placement.service.js';
import { RequestsService } from './requests/requests.service.js';
import { AcksController, PausesController } from './quiet/acks.controller.js';
import { AcksService } from './quiet/acks.service.js';
import { MaintenanceController } from './quiet/maintenance.controller.js';
import { MaintenanceService } from './quiet/maintenance.service.js';
import { SilencesController } from './quiet/silences.controller.js';
import { SilencesService } from './quiet/silences.service.js';
import { ReportsController } from './reports/reports.controller.js';
import { ReportsService } from './reports/reports.service.js';
import { ScheduledReportsController } from './reports/scheduled-reports.controller.js';
import { ScheduledReportsService } from './reports/scheduled-reports.service.js';
import { ResultsController } from './results/results.controller.js';
import { ResultsService } from './results/results.service.js';
import { SchemasController } from './schemas/schemas.controller.js';
import { CommentsController } from './states/comments.controller.js';
import { CommentsService } from './states/comments.service.js';
import { LooksService } from './states/looks.service.js';
import { SessionController } from './session/session.controller.js';
import { StatesController } from './states/states.controller.js';
import { StatesService } from './states/states.service.js';
import { StatusPagesController } from './status-pages/status-pages.controller.js';
import { StatusPagesService } from './status-pages/status-pages.service.js';
import { Idempotency } from './v2/idempotency.js';
import { V2Controller } from './v2/v2.controller.js';
import { MessageWriter } from './stream/message-writer.js';
import { StreamController } from './stream/stream.controller.js';
import { StreamHub } from './stream/stream.hub.js';

/**
 * REST, live stream and dashboard. Needs the global modules of cluster, platform and schedule; call {@link setUpApi} for the
 * documentation.
 */
@Module({
  controllers: [
    MonitorsController,
    CallsController,
    AlertersController,
    OriginsController,
    StatesController,
    CommentsController,
    AcksController,
    PausesController,
    SilencesController,
    MaintenanceController,
    StatusPagesController,
    ResultsController,
    ReportsController,
    ScheduledReportsController,
    HistoryController,
    TimelineController,
    UptimesController,
    EventsController,
    ClusterController,
    SchemasController,
    V2Controller,
    SessionController,
    StreamController,
  ],
  providers: [
    { provide: APP_FILTER, useClass: ProblemFilter },
    ProblemWriter,
    HttpSetup,
    ClusterCache,
    MonitorsService,
    CallsService,
    AlertersService,
    StatesService,
    LooksService,
    CommentsService,
    AcksService,
    SilencesService,
    MaintenanceService,
    StatusPagesService,
    ResultsService,
    ReportsService,
    ScheduledReportsService,
    HistoryService,
    Past,
    EventsService,
    ClusterService,
    DrainsService,
    ClusterSettingsService,
    PlacementService,
    RequestsService,
    Idempotency,
    MessageWriter,
    StreamHub,
  ],
})
export class ApiModule {}
