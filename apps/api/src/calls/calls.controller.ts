import { applyDecorators, Body, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiExtension, ApiParam, ApiQuery } from '@nestjs/swagger';
import { Rules } from '@9volt/platform';
import { ApiV1 } from '../common/api-v1.decorator.js';
import { ok, type StatusMessage } from '../common/status-message.js';
import { OPEN, ref, Route } from '../common/docs.js';
import type { SentBody } from '../common/request-bodies.js';
import { CallsService } from './calls.service.js';
import { readWords } from './read-words.js';

/** The address is the credential: a client with the token may call, and do nothing else. */
@ApiV1('push', 'Push')
export class CallsController {
  constructor(private readonly calls: CallsService) {}

  @CallRoute('callMonitor', 'Report that a job ran (push monitor)')
  @ApiConsumes('application/json', 'application/x-www-form-urlencoded')
  @ApiBody({ schema: ref('CallWords'), required: false })
  @HttpCode(200)
  @Post(':token')
  async call(
    @Param('token') token: string,
    @Query() query: unknown,
    @Body() body: SentBody | undefined,
  ): Promise<StatusMessage> {
    return this.receive(token, query, body);
  }

  @CallRoute('callMonitorByGet', 'Report that a job ran, by GET')
  @Get(':token')
  async callByGet(@Param('token') token: string, @Query() query: unknown): Promise<StatusMessage> {
    return this.receive(token, query, undefined);
  }

  private async receive(token: string, query: unknown, body: SentBody | undefined): Promise<StatusMessage> {
    const words = await readWords(query, body);
    await this.calls.receive(token, words);
    return ok(['Received', ...words.odd].join('; '));
  }
}

/** The common part of both routes of a call. */
function CallRoute(id: string, summary: string): MethodDecorator {
  return applyDecorators(
    Rules({ open: true, anyBody: true }),
    Route({
      id,
      summary,
      description:
        'Needs no access token: the address contains the token of the monitor. Send status, message and latency in the query, or in the body as JSON, as a ' +
        'form, or as plain text (the message). The API cuts or ignores invalid parts and says so in its answer; the call still counts. It accepts at most one call per second.',
      answers: [{ schema: 'StatusMessage', description: 'Accepted. The message names the ignored parts.' }],
      errors: [404, 429],
    }),
    ApiExtension(OPEN, true),
    ApiParam({
      name: 'token',
      description: 'Token of the monitor.',
      schema: { type: 'string' },
      example: 'a-token-of-a-job',
    }),
    CallQuery('status', 'ok, warning or critical. Default: ok.'),
    CallQuery('message', 'Message of the job.'),
    CallQuery('latency', 'Duration of the job, such as 12.5s.'),
  );
}

function CallQuery(name: string, description: string): MethodDecorator {
  return ApiQuery({ name, required: false, schema: { type: 'string' }, description });
}
