import { Body, Delete, Get, HttpCode, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import { ApiConsumes } from '@nestjs/swagger';
import { Rules } from '@9volt/platform';
import type { FastifyReply } from 'fastify';
import { ApiV1 } from '../common/api-v1.decorator.js';
import { IfMatch, type Preconditions, tagged } from '../common/etag.js';
import type { RawQuery } from '../common/list-query.js';
import { BULK_BODY_BYTES, CONFIG_BODY_BYTES } from '../common/request-bodies.js';
import { ok, type StatusMessage } from '../common/status-message.js';
import {
  ETAG,
  ListParams,
  NameParam,
  PreconditionHeaders,
  Route,
  storedOrCreated,
  TakesConfig,
  TOTAL,
} from '../common/docs.js';
import type { Delivery } from '../requests/request.dto.js';
import { RequestsService } from '../requests/requests.service.js';
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
    summary: 'List the configurations of all alerters',
    description:
      'Returns a map from key to configuration, or an array when you send `page`, `limit` or `sort`. Secrets are masked.',
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
    summary: 'Store several alerters',
    description: 'If one entry is invalid, nothing is stored. Unchanged entries are skipped.',
    body: 'AlerterMap',
    answers: [{ schema: 'StatusMessage', description: 'Number of stored and skipped entries.' }],
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
    summary: 'Send a test notification through an unsaved configuration',
    body: 'AlerterTrial',
    answers: [{ schema: 'Delivery', description: 'The answer of the provider.' }],
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
    description: 'Secrets are masked. Answers 409 if the entry in etcd is invalid.',
    answers: [{ schema: 'Alerter', description: 'The configuration.', headers: ETAG }],
    errors: [404, 409],
  })
  @NameParam('alerter')
  @Get(':name')
  get(@Param('name') name: string, @Res({ passthrough: true }) reply: FastifyReply): unknown {
    const { config, revision } = this.alerters.get(name);
    return tagged(reply, config, revision);
  }

  @Route({
    id: 'putAlerter',
    summary: 'Create or replace an alerter',
    description:
      'Idempotent: an unchanged configuration is not written. A masked secret keeps the stored value, unless its destination changes.',
    body: 'Alerter',
    answers: storedOrCreated('Alerter'),
    errors: [400, 409, 412, 413, 415],
  })
  @TakesConfig('alerter')
  @Put(':name')
  async put(
    @Param('name') name: string,
    @Body() body: unknown,
    @IfMatch() expected: Preconditions,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const { config, revision, outcome } = await this.alerters.put(name, body, expected);
    return tagged(reply, config, revision, outcome === 'created');
  }

  @Route({
    id: 'patchAlerter',
    summary: 'Change attributes of an alerter',
    description: 'A JSON merge patch (RFC 7396): null removes an attribute.',
    body: 'MergePatch',
    answers: [{ schema: 'Alerter', description: 'Stored.', headers: ETAG }],
    errors: [400, 404, 409, 412, 413, 415],
  })
  @ApiConsumes('application/merge-patch+json', 'application/json')
  @TakesConfig('alerter')
  @Patch(':name')
  async patch(
    @Param('name') name: string,
    @Body() body: unknown,
    @IfMatch() expected: Preconditions,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const { config, revision } = await this.alerters.patch(name, body, expected);
    return tagged(reply, config, revision);
  }

  @Route({
    id: 'deleteAlerter',
    summary: 'Delete an alerter',
    description: 'Answers 409 while a monitor uses it.',
    answers: [{ schema: 'StatusMessage', description: 'Removed.' }],
    errors: [404, 409, 412],
  })
  @NameParam('alerter')
  @PreconditionHeaders()
  @Delete(':name')
  async remove(@Param('name') name: string, @IfMatch() expected: Preconditions): Promise<StatusMessage> {
    return ok(await this.alerters.remove(name, expected));
  }

  @Route({
    id: 'testStoredAlerter',
    summary: 'Send a test notification through a stored alerter',
    answers: [{ schema: 'Delivery', description: 'The answer of the provider.' }],
    errors: [404, 409, 504],
  })
  @NameParam('alerter')
  @HttpCode(200)
  @Post(':name/test')
  testStored(@Param('name') name: string): Promise<Delivery> {
    return this.requests.testStoredAlerter(name);
  }
}
