import { Body, Delete, Get, Headers, HttpCode, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import { ApiConsumes, ApiHeader, ApiQuery } from '@nestjs/swagger';
import { type CheckResult, DomainError } from '@9volt/contracts';
import { NodeConfig, Rules } from '@9volt/platform';
import type { FastifyReply } from 'fastify';
import { BULK_BODY_BYTES, CONFIG_BODY_BYTES } from '../common/request-bodies.js';
import { ok, type StatusMessage } from '../common/status-message.js';
import { ApiV1 } from '../common/api-v1.decorator.js';
import { IfMatch, type Preconditions, tagged } from '../common/etag.js';
import type { RawQuery } from '../common/list-query.js';
import {
  ETAG,
  ListParams,
  MAYBE_ETAG,
  NameParam,
  PreconditionHeaders,
  Route,
  storedOrCreated,
  TakesConfig,
  TOTAL,
} from '../common/docs.js';
import type { ShownPlacement } from '../placement/placement.dto.js';
import { PlacementService } from '../placement/placement.service.js';
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
    summary: 'List the configurations of all monitors',
    description:
      'Returns a map from key to configuration, or an array when you send `page`, `limit` or `sort`. Secrets are masked.',
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
    summary: 'Store several monitors',
    description: 'If one entry is invalid, nothing is stored. Unchanged entries are skipped.',
    body: 'MonitorMap',
    answers: [{ schema: 'StatusMessage', description: 'Number of stored and skipped entries.' }],
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
    summary: 'Run an unsaved configuration once',
    body: 'MonitorTrial',
    answers: [{ schema: 'CheckResult', description: 'The result of the check.' }],
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
    description: 'Secrets are masked. Answers 409 if the entry in etcd is invalid.',
    answers: [
      {
        schema: 'MonitorOrMessage',
        description: 'The configuration; with `disable`, a confirmation.',
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
      'Sets `disable` instead of returning the configuration, for clients of the original 9volt. Needs an access token or the header X-Requested-With. Prefer PATCH.',
  })
  @ApiHeader({
    name: 'X-Requested-With',
    required: false,
    schema: { type: 'string' },
    description: 'Any value. Required with `disable` unless an access token is sent.',
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
    return tagged(reply, config, revision);
  }

  /** A picture on a page of another site is requested by GET, too, but without a token and without headers of its own. */
  private assertMeant(headers: Record<string, string>): void {
    // A session is a cookie, which the browser adds to the request for a picture.
    const hasToken = headers['x-access-token'] !== undefined || headers['authorization'] !== undefined;
    if ((this.config.accessTokens.length > 0 && hasToken) || headers['x-requested-with'] !== undefined) return;
    throw new DomainError(
      'forbidden',
      'A GET with `disable` needs an access token or the header X-Requested-With; use PATCH instead',
    );
  }

  @Route({
    id: 'putMonitor',
    summary: 'Create or replace a monitor',
    description: 'Idempotent: an unchanged configuration is not written. A masked secret keeps the stored value.',
    body: 'Monitor',
    answers: storedOrCreated('Monitor'),
    errors: [400, 409, 412, 413, 415],
  })
  @TakesConfig('monitor')
  @Put(':name')
  async put(
    @Param('name') name: string,
    @Body() body: unknown,
    @IfMatch() expected: Preconditions,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const { config, revision, outcome } = await this.monitors.put(name, body, expected);
    return tagged(reply, config, revision, outcome === 'created');
  }

  @Route({
    id: 'patchMonitor',
    summary: 'Change attributes of a monitor',
    description: 'A JSON merge patch (RFC 7396): null removes an attribute.',
    body: 'MergePatch',
    answers: [{ schema: 'Monitor', description: 'Stored.', headers: ETAG }],
    errors: [400, 404, 409, 412, 413, 415],
  })
  @ApiConsumes('application/merge-patch+json', 'application/json')
  @TakesConfig('monitor')
  @Patch(':name')
  async patch(
    @Param('name') name: string,
    @Body() body: unknown,
    @IfMatch() expected: Preconditions,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const { config, revision } = await this.monitors.patch(name, body, expected);
    return tagged(reply, config, revision);
  }

  @Route({
    id: 'deleteMonitor',
    summary: 'Delete a monitor',
    description: 'Closes an open incident and notifies the alerters that were notified of it.',
    answers: [{ schema: 'StatusMessage', description: 'Removed.' }],
    errors: [404, 409, 412],
  })
  @NameParam('monitor')
  @PreconditionHeaders()
  @Delete(':name')
  async remove(@Param('name') name: string, @IfMatch() expected: Preconditions): Promise<StatusMessage> {
    return ok(await this.monitors.remove(name, expected));
  }

  @Route({
    id: 'explainMonitor',
    summary: 'Explain the placement of a monitor',
    answers: [
      { schema: 'Placement', description: 'The worker of the monitor, the reason, and the workers considered.' },
    ],
    errors: [404],
  })
  @NameParam('monitor')
  @Get(':name/why')
  why(@Param('name') name: string): ShownPlacement {
    return this.placement.why(name);
  }

  @Route({
    id: 'runMonitor',
    summary: 'Run a monitor now',
    description: 'The owner runs it. The result counts like any other result.',
    answers: [{ schema: 'CheckResult', description: 'The result of the check.' }],
    errors: [404, 409, 504],
  })
  @NameParam('monitor')
  @HttpCode(200)
  @Post(':name/run')
  run(@Param('name') name: string): Promise<CheckResult> {
    return this.requests.run(name);
  }
}
