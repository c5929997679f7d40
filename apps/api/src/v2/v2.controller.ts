import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Rules } from '@9volt/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ClusterCache } from '../cache/cluster-cache.js';
import { NameParam, Route } from '../common/docs.js';
import type { RawQuery } from '../common/list-query.js';
import { ReadyGuard } from '../common/ready.guard.js';
import { BULK_BODY_BYTES } from '../common/request-bodies.js';
import { EventsService } from '../events/events.service.js';
import { RequestsService } from '../requests/requests.service.js';
import { AlertersService } from '../settings/alerters.service.js';
import { matchingMonitors, MONITOR_FILTERS } from '../settings/match-monitors.js';
import { MonitorsService } from '../settings/monitors.service.js';
import { shownState } from '../states/state-shape.js';
import { readBulk, runBulk } from './bulk.js';
import { type CursorPage, cursorPage, readCursorQuery } from './cursor.js';
import { CursorParams, IdempotencyHeader, PAGED } from './v2-docs.js';
import { Idempotency } from './idempotency.js';
import type { ShownBulk, ShownRun, ShownStatus } from './v2.dto.js';
import { eventOf, runOf, statusOf } from './v2-shape.js';

type Reply = FastifyReply;

/** The same services as `/api/v1` in one clean shape: docs/adr/0025-a-second-shape-of-the-api.md. */
@ApiTags('v2')
@UseGuards(ReadyGuard)
@Controller('api/v2')
export class V2Controller {
  constructor(
    private readonly cache: ClusterCache,
    private readonly monitors: MonitorsService,
    private readonly alerters: AlertersService,
    private readonly events: EventsService,
    private readonly requests: RequestsService,
    private readonly idempotency: Idempotency,
  ) {}

  @Route({
    id: 'listMonitorEntries',
    summary: 'List monitors',
    answers: [{ schema: 'MonitorEntryList', description: 'By name.', headers: PAGED }],
    errors: [400],
  })
  @CursorParams(MONITOR_FILTERS)
  @Get('monitor')
  listMonitors(
    @Query() raw: RawQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: Reply,
  ): unknown {
    const query = readCursorQuery(raw, MONITOR_FILTERS);
    const page = cursorPage(this.monitors.matching(query.filters), ({ view }) => view.name, query);
    return listed(page, request, reply).map(({ view }) => this.monitorEntry(view.name));
  }

  @Route({
    id: 'bulkMonitors',
    summary: 'Put, patch and delete up to 1,000 monitors',
    description:
      'Each operation succeeds or fails by itself. The answer is always 200, and reports the outcome of each.',
    body: 'BulkRequest',
    answers: [{ schema: 'BulkAnswer', description: 'The result of each operation.' }],
    errors: [400, 409, 413, 415],
  })
  @IdempotencyHeader()
  @Rules({ bodyBytes: BULK_BODY_BYTES })
  @HttpCode(200)
  @Post('monitor/bulk')
  bulk(@Body() body: unknown, @Headers('idempotency-key') key: string | undefined): Promise<ShownBulk> {
    const operations = readBulk(body);
    const path = '/api/v2/monitor/bulk';
    return this.idempotency.once(key, [path, body], () => runBulk(operations, this.monitors, path));
  }

  @Route({
    id: 'getMonitorEntry',
    summary: 'A monitor',
    answers: [{ schema: 'MonitorEntry', description: 'Its configuration, revision and origin.' }],
    errors: [404, 409],
  })
  @NameParam('monitor')
  @Get('monitor/:name')
  getMonitor(@Param('name') name: string): unknown {
    return this.monitorEntry(name);
  }

  @Route({
    id: 'runMonitorOnce',
    summary: 'Run a monitor now',
    answers: [{ schema: 'RunResult', description: 'The result of the check.' }],
    errors: [404, 409, 504],
  })
  @NameParam('monitor')
  @IdempotencyHeader()
  @HttpCode(200)
  @Post('monitor/:name/run')
  run(@Param('name') name: string, @Headers('idempotency-key') key: string | undefined): Promise<ShownRun> {
    return this.idempotency.once(key, ['run', name], async () => runOf(await this.requests.run(name)));
  }

  @Route({
    id: 'listMonitorStatuses',
    summary: 'List the states of all monitors',
    answers: [{ schema: 'MonitorStatusList', description: 'By name.', headers: PAGED }],
    errors: [400],
  })
  @CursorParams(MONITOR_FILTERS)
  @Get('state')
  listStates(
    @Query() raw: RawQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: Reply,
  ): ShownStatus[] {
    const query = readCursorQuery(raw, MONITOR_FILTERS);
    const page = cursorPage(matchingMonitors(this.cache, query.filters, Date.now()), ({ view }) => view.name, query);
    return listed(page, request, reply).map(({ view }) => statusOf(shownState(this.cache, view, Date.now())));
  }

  @Route({
    id: 'getMonitorStatus',
    summary: 'State of a monitor',
    answers: [{ schema: 'MonitorStatus', description: 'Its state.' }],
    errors: [404],
  })
  @NameParam('monitor')
  @Get('state/:name')
  getState(@Param('name') name: string): ShownStatus {
    const view = this.cache.monitors.get(name);
    if (!view?.exists) throw this.monitors.store.notFound(name);
    return statusOf(shownState(this.cache, view, Date.now()));
  }

  @Route({
    id: 'listAlerterEntries',
    summary: 'List alerters',
    answers: [{ schema: 'AlerterEntryList', description: 'By name.', headers: PAGED }],
    errors: [400],
  })
  @CursorParams(['type', 'q'])
  @Get('alerter')
  listAlerters(
    @Query() raw: RawQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: Reply,
  ): unknown {
    const query = readCursorQuery(raw, ['type', 'q']);
    const page = cursorPage(this.alerters.matching(query.filters), ({ name }) => name, query);
    const { alerter: origins } = this.cache.origins;
    return listed(page, request, reply).map(({ name }) => ({
      name,
      ...this.alerters.get(name),
      origin: origins.get(name) ?? null,
    }));
  }

  @Route({
    id: 'listEventEntries',
    summary: 'List events, newest first',
    answers: [{ schema: 'EventEntryList', description: 'Newest first.', headers: PAGED }],
    errors: [400],
  })
  @CursorParams(['type', 'monitor', 'member', 'q', 'since', 'until'])
  @Get('event')
  listEvents(
    @Query() raw: RawQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: Reply,
  ): unknown {
    const query = readCursorQuery(raw, ['type', 'monitor', 'member', 'q', 'since', 'until']);
    const page = cursorPage(this.events.matching(query.filters), ({ id }) => id, query, 'descending');
    return listed(page, request, reply).map(eventOf);
  }

  private monitorEntry(name: string): unknown {
    return { name, ...this.monitors.get(name), origin: this.cache.origins.monitor.get(name) ?? null };
  }
}

/** `Link` leads to the next page, with the same filters. */
function listed<T>({ items, total, cursor }: CursorPage<T>, request: FastifyRequest, reply: Reply): T[] {
  void reply.header('X-Total-Count', total);
  if (cursor !== undefined) {
    const next = new URL(request.url, 'http://x');
    next.searchParams.set('cursor', cursor);
    void reply.header('Link', `<${next.pathname}${next.search}>; rel="next"`);
  }
  return items;
}
