import { Body, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiExtension, ApiParam, ApiQuery } from '@nestjs/swagger';
import { Public } from '@9volt/platform';
import { ApiV1 } from '../common/api-v1.decorator.js';
import { ok, type StatusMessage } from '../common/status-message.js';
import { OPEN, Route } from '../common/docs.js';
import { CallsService } from './calls.service.js';
import { readWords } from './read-words.js';

/** The address is the credential: whoever has the token may call, and do nothing else. */
@Public()
@ApiV1('push', 'Push')
export class CallsController {
  constructor(private readonly calls: CallsService) {}

  @Route({
    id: 'callMonitor',
    summary: 'A job calls the monitor that awaits it',
    description:
      'Needs no access token: the token of the monitor stands in the address. What the job has to say stands in the body, or in the query. At most one ' +
      'call a second is taken.',
    body: 'CallWords',
    bodyRequired: false,
    answers: [{ schema: 'StatusMessage', description: 'Received.' }],
    errors: [400, 404, 413, 415, 429],
  })
  @ApiExtension(OPEN, true)
  @ApiParam({
    name: 'token',
    description: 'Token of the monitor.',
    schema: { type: 'string' },
    example: 'a-token-of-a-job',
  })
  @ApiQuery({
    name: 'status',
    required: false,
    schema: { type: 'string' },
    description: 'ok, warning or critical; ok unless said here.',
  })
  @ApiQuery({ name: 'message', required: false, schema: { type: 'string' }, description: 'What the job has to say.' })
  @ApiQuery({
    name: 'latency',
    required: false,
    schema: { type: 'string' },
    description: 'How long the job took, such as 12.5s.',
  })
  @HttpCode(200)
  @Post(':token')
  async call(@Param('token') token: string, @Query() query: unknown, @Body() body: unknown): Promise<StatusMessage> {
    await this.calls.receive(token, readWords(query, body));
    return ok('Received');
  }
}
