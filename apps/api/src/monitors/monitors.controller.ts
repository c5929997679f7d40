import { Body, Delete, Get, Headers, HttpCode, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import { ApiConsumes, ApiHeader, ApiQuery } from '@nestjs/swagger';
import { type CheckResult, DomainError } from '@9volt/contracts';
import { NodeConfig, Rules } from '@9volt/platform';
import type { FastifyReply } from 'fastify';
import { BULK_BODY_BYTES, CONFIG_BODY_BYTES } from '../common/request-bodies.js';
import { ok, type StatusMessage } from '../common/status-message.js';
import { ApiV1 } from '../common/api-v1.decorator.js';
import { etagOf, preconditionsOf } from '../common/etag.js';
import type { RawQuery } from '../common/list-query.js';
import { ETAG, ListParams, MAYBE_ETAG, NameParam, PreconditionHeaders, Route, TOTAL } from '../common/docs.js';
import { PlacementService, type ShownPlacement } from '../placement/placement.service.js';
import { RequestsService } from '../requests/requests.service.js';
import { readTrial } from '../requests/trial.js';
import { MONITOR_FILTERS } from '../settings/match-monitors.js';
import { MonitorsService } from '../settings/monitors.service.js';

@ApiV1('monitor', 'Monitors')
export class MonitorsController {
  constructor(
    private readonly monitors: MonitorsService,
    private readonly requests: RequestsService,
    private readonly placement: PlacementService,
    private readonly config: NodeConfig,
  ) {}

  @Route({
    id: 'listMonitors',
    summary: 'Configurations of all monitors',
    description: 'A map from key to configuration; with `page`, `limit` or `sort` an array. Secrets are masked.',
    answers: [{ schema: 'MonitorList', description: 'The configurations.', headers: TOTAL }],
    errors: [400],
  })
  @ListParams(MONITOR_FILTERS, ['name', 'type', 'status'])
  @Get()
  list(@Query() query: RawQuery, @Res({ passthrough: true }) reply: FastifyReply): unknown {
    const { total, body } = this.monitors.list(query);
    void reply.header('X-Total-Count', total);
    return body;
  }

  @Route({
    id: 'pushMonitors',
    summary: 'Stores several monitors',
    description: 'All or nothing is valid. What is unchanged is skipped.',
    body: 'MonitorMap',
    answers: [{ schema: 'StatusMessage', description: 'How many were stored.' }],
    errors: [400, 409, 413, 415],
  })
  @Rules({ bodyBytes: BULK_BODY_BYTES })
  @HttpCode(200)
  @Post()
  async push(@Body() body: unknown): Promise<StatusMessage> {
    return ok(await this.monitors.push(body));
  }

  @Route({
    id: 'testMonitor',
    summary: 'Runs a configuration once, storing nothing',
    body: 'MonitorTrial',
    answers: [{ schema: 'CheckResult', description: 'What the check found.' }],
    errors: [400, 413, 415, 504],
  })
  @Rules({ bodyBytes: CONFIG_BODY_BYTES })
  @HttpCode(200)
  @Post('test')
  test(@Body() body: unknown): Promise<CheckResult> {
    return this.requests.testMonitor(readTrial(body, ['config', 'name', 'member-tag']));
  }

  @Route({
    id: 'getMonitor',
    summary: 'Configuration of a monitor',
    description: 'Secrets are masked. 409 when what stands in etcd is not valid.',
    answers: [
      {
        schema: 'MonitorOrMessage',
        description: 'The configuration; with `disable`, what was done.',
        headers: MAYBE_ETAG,
      },
    ],
    errors: [400, 404, 409],
  })
  @NameParam('monitor')
  @ApiQuery({
    name: 'disable',
    required: false,
    deprecated: true,
    schema: { type: 'string' },
    description:
      'Sets `disable` instead of answering the configuration, as the original did. Needs an access token or the header X-Requested-With. PATCH does it better.',
  })
  @ApiHeader({
    name: 'X-Requested-With',
    required: false,
    schema: { type: 'string' },
    description: 'Anything; needed with `disable` where there are no access tokens.',
  })
  @Get(':name')
  async get(
    @Param('name') name: string,
    @Query('disable') disable: string | string[] | undefined,
    @Headers() headers: Record<string, string>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    if (disable !== undefined) this.assertMeant(headers);
    if (disable !== undefined) return ok(await this.monitors.setDisabled(name, disable));
    const { config, revision } = this.monitors.get(name);
    void reply.header('ETag', etagOf(revision));
    return config;
  }

  /** A picture in a page of another site is asked for by GET, too, but comes without a token and without headers of its own. */
  private assertMeant(headers: Record<string, string>): void {
    if (this.config.accessTokens.length > 0 || headers['x-requested-with'] !== undefined) return;
    throw new DomainError(
      'forbidden',
      'A GET that changes something needs an access token or, where there are none, the header X-Requested-With; PATCH needs neither',
    );
  }

  @Route({
    id: 'putMonitor',
    summary: 'Creates or replaces a monitor',
    description: 'Idempotent: what is unchanged is not written. A masked secret keeps the stored one.',
    body: 'Monitor',
    answers: [
      { schema: 'Monitor', description: 'Stored.', headers: ETAG },
      { status: 201, schema: 'Monitor', description: 'Created.', headers: ETAG },
    ],
    errors: [400, 409, 412, 413, 415],
  })
  @NameParam('monitor')
  @PreconditionHeaders()
  @Rules({ bodyBytes: CONFIG_BODY_BYTES })
  @Put(':name')
  async put(
    @Param('name') name: string,
    @Body() body: unknown,
    @Headers() headers: Record<string, string>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const { config, revision, outcome } = await this.monitors.put(name, body, preconditionsOf(headers));
    void reply.status(outcome === 'created' ? 201 : 200).header('ETag', etagOf(revision));
    return config;
  }

  @Route({
    id: 'patchMonitor',
    summary: 'Changes attributes of a monitor',
    description: 'A JSON merge patch (RFC 7396): null removes an attribute.',
    body: 'MergePatch',
    answers: [{ schema: 'Monitor', description: 'Stored.', headers: ETAG }],
    errors: [400, 404, 409, 412, 413, 415],
  })
  @ApiConsumes('application/merge-patch+json', 'application/json')
  @NameParam('monitor')
  @PreconditionHeaders()
  @Rules({ bodyBytes: CONFIG_BODY_BYTES })
  @Patch(':name')
  async patch(
    @Param('name') name: string,
    @Body() body: unknown,
    @Headers() headers: Record<string, string>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const { config, revision } = await this.monitors.patch(name, body, preconditionsOf(headers));
    void reply.header('ETag', etagOf(revision));
    return config;
  }

  @Route({
    id: 'deleteMonitor',
    summary: 'Removes a monitor',
    description: 'An open incident is closed, and whoever was told of it is told so.',
    answers: [{ schema: 'StatusMessage', description: 'Removed.' }],
    errors: [404, 409, 412],
  })
  @NameParam('monitor')
  @PreconditionHeaders()
  @Delete(':name')
  async remove(@Param('name') name: string, @Headers() headers: Record<string, string>): Promise<StatusMessage> {
    return ok(await this.monitors.remove(name, preconditionsOf(headers)));
  }

  @Route({
    id: 'explainMonitor',
    summary: 'Where a monitor runs and why there, or why nowhere',
    answers: [{ schema: 'Placement', description: 'Its place, and the workers that were to choose from.' }],
    errors: [404],
  })
  @NameParam('monitor')
  @Get(':name/why')
  why(@Param('name') name: string): ShownPlacement {
    return this.placement.why(name);
  }

  @Route({
    id: 'runMonitor',
    summary: 'Runs a monitor now',
    description: 'Its owner runs it; the result counts as any other.',
    answers: [{ schema: 'CheckResult', description: 'What the check found.' }],
    errors: [404, 409, 504],
  })
  @NameParam('monitor')
  @HttpCode(200)
  @Post(':name/run')
  run(@Param('name') name: string): Promise<CheckResult> {
    return this.requests.run(name);
  }
}
