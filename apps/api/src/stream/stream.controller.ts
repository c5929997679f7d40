import { Get, Headers, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiQuery } from '@nestjs/swagger';
import { DEFAULT_HEADERS } from '@9volt/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiV1 } from '../common/api-v1.decorator.js';
import { Route } from '../common/docs.js';
import { StreamHub } from './stream.hub.js';

@ApiV1('stream', 'Stream')
export class StreamController {
  constructor(private readonly hub: StreamHub) {}

  @Route({
    id: 'getStream',
    summary: 'Changes as they happen (server-sent events)',
    description: [
      'Events `state`, `event`, `monitor` and `member`, each with what it is now as JSON; `ready` at the start; `reset` when what',
      'was told before is out of date and all must be read again. Ids are `<cluster id>.<revision>`, sent with the last message of a',
      'revision: give the last, or the `X-Event-Id` of a list of states, as `Last-Event-ID` to resume. A comment every 15 s shows that the stream lives.',
    ].join(' '),
    answers: [{ schema: 'Stream', description: 'The stream, without end.' }],
    produces: 'text/event-stream',
    errors: [400, 429],
  })
  @ApiQuery({
    name: 'types',
    required: false,
    schema: { type: 'string' },
    description: 'Only these, separated by commas: state, event, monitor, member.',
  })
  @ApiHeader({ name: 'Last-Event-ID', required: false, schema: { type: 'string' }, description: 'Id to resume after.' })
  @Get()
  stream(
    @Query('types') types: string | string[] | undefined,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): void {
    const filter = this.hub.filterOf(types);
    this.hub.assertRoomFor(request.ip);
    reply.hijack();
    request.raw.socket.setNoDelay(true);
    reply.raw.writeHead(200, {
      ...DEFAULT_HEADERS,
      'Content-Type': 'text/event-stream; charset=utf-8',
      'X-Accel-Buffering': 'no',
    });
    this.hub.subscribe({ response: reply.raw, filter, address: request.ip }, lastEventId);
  }
}
