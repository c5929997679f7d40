import { Body, Delete, Get, Headers, HttpCode, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import { ApiConsumes } from '@nestjs/swagger';
import { Rules } from '@9volt/platform';
import type { FastifyReply } from 'fastify';
import { ApiV1 } from '../common/api-v1.decorator.js';
import { etagOf, preconditionsOf } from '../common/etag.js';
import type { RawQuery } from '../common/list-query.js';
import { BULK_BODY_BYTES, CONFIG_BODY_BYTES } from '../common/request-bodies.js';
import { ok, type StatusMessage } from '../common/status-message.js';
import { ETAG, ListParams, NameParam, PreconditionHeaders, Route, TOTAL } from '../common/docs.js';
import { type Delivery, RequestsService } from '../requests/requests.service.js';
import { readTrial } from '../requests/trial.js';
import { AlertersService } from '../settings/alerters.service.js';

@ApiV1('alerter', 'Alerters')
export class AlertersController {
  constructor(
    private readonly alerters: AlertersService,
    private readonly requests: RequestsService,
  ) {}

  @Route({
    id: 'listAlerters',
    summary: 'Configurations of all alerters',
    description: 'A map from key to configuration; with `page`, `limit` or `sort` an array. Secrets are masked.',
    answers: [{ schema: 'AlerterList', description: 'The configurations.', headers: TOTAL }],
    errors: [400],
  })
  @ListParams(['type', 'q'], ['name', 'type'])
  @Get()
  list(@Query() query: RawQuery, @Res({ passthrough: true }) reply: FastifyReply): unknown {
    const { total, body } = this.alerters.list(query);
    void reply.header('X-Total-Count', total);
    return body;
  }

  @Route({
    id: 'pushAlerters',
    summary: 'Stores several alerters',
    description: 'All or nothing is valid. What is unchanged is skipped.',
    body: 'AlerterMap',
    answers: [{ schema: 'StatusMessage', description: 'How many were stored.' }],
    errors: [400, 409, 413, 415],
  })
  @Rules({ bodyBytes: BULK_BODY_BYTES })
  @HttpCode(200)
  @Post()
  async push(@Body() body: unknown): Promise<StatusMessage> {
    return ok(await this.alerters.push(body));
  }

  @Route({
    id: 'testAlerter',
    summary: 'Sends a test notification through a configuration, storing nothing',
    body: 'AlerterTrial',
    answers: [{ schema: 'Delivery', description: 'What the provider answered.' }],
    errors: [400, 413, 415, 504],
  })
  @Rules({ bodyBytes: CONFIG_BODY_BYTES })
  @HttpCode(200)
  @Post('test')
  test(@Body() body: unknown): Promise<Delivery> {
    return this.requests.testAlerter(readTrial(body, ['config', 'name']));
  }

  @Route({
    id: 'getAlerter',
    summary: 'Configuration of an alerter',
    description: 'Secrets are masked. 409 when what stands in etcd is not valid.',
    answers: [{ schema: 'Alerter', description: 'The configuration.', headers: ETAG }],
    errors: [404, 409],
  })
  @NameParam('alerter')
  @Get(':name')
  get(@Param('name') name: string, @Res({ passthrough: true }) reply: FastifyReply): unknown {
    const { config, revision } = this.alerters.get(name);
    void reply.header('ETag', etagOf(revision));
    return config;
  }

  @Route({
    id: 'putAlerter',
    summary: 'Creates or replaces an alerter',
    description:
      'Idempotent: what is unchanged is not written. A masked secret keeps the stored one, unless where it is sent changes.',
    body: 'Alerter',
    answers: [
      { schema: 'Alerter', description: 'Stored.', headers: ETAG },
      { status: 201, schema: 'Alerter', description: 'Created.', headers: ETAG },
    ],
    errors: [400, 409, 412, 413, 415],
  })
  @NameParam('alerter')
  @PreconditionHeaders()
  @Rules({ bodyBytes: CONFIG_BODY_BYTES })
  @Put(':name')
  async put(
    @Param('name') name: string,
    @Body() body: unknown,
    @Headers() headers: Record<string, string>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const { config, revision, outcome } = await this.alerters.put(name, body, preconditionsOf(headers));
    void reply.status(outcome === 'created' ? 201 : 200).header('ETag', etagOf(revision));
    return config;
  }

  @Route({
    id: 'patchAlerter',
    summary: 'Changes attributes of an alerter',
    description: 'A JSON merge patch (RFC 7396): null removes an attribute.',
    body: 'MergePatch',
    answers: [{ schema: 'Alerter', description: 'Stored.', headers: ETAG }],
    errors: [400, 404, 409, 412, 413, 415],
  })
  @ApiConsumes('application/merge-patch+json', 'application/json')
  @NameParam('alerter')
  @PreconditionHeaders()
  @Rules({ bodyBytes: CONFIG_BODY_BYTES })
  @Patch(':name')
  async patch(
    @Param('name') name: string,
    @Body() body: unknown,
    @Headers() headers: Record<string, string>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const { config, revision } = await this.alerters.patch(name, body, preconditionsOf(headers));
    void reply.header('ETag', etagOf(revision));
    return config;
  }

  @Route({
    id: 'deleteAlerter',
    summary: 'Removes an alerter',
    description: 'Refused with 409 while a monitor names it.',
    answers: [{ schema: 'StatusMessage', description: 'Removed.' }],
    errors: [404, 409, 412],
  })
  @NameParam('alerter')
  @PreconditionHeaders()
  @Delete(':name')
  async remove(@Param('name') name: string, @Headers() headers: Record<string, string>): Promise<StatusMessage> {
    return ok(await this.alerters.remove(name, preconditionsOf(headers)));
  }

  @Route({
    id: 'testStoredAlerter',
    summary: 'Sends a test notification through a stored alerter',
    answers: [{ schema: 'Delivery', description: 'What the provider answered.' }],
    errors: [404, 409, 504],
  })
  @NameParam('alerter')
  @HttpCode(200)
  @Post(':name/test')
  testStored(@Param('name') name: string): Promise<Delivery> {
    return this.requests.testStoredAlerter(name);
  }
}
