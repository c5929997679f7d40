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
    summary: 'Stream changes (server-sent events)',
    description: [
      'Events `state`, `event`, `monitor` and `member` contain the new value as JSON. `result` is a result of a monitor that somebody looks at',
      '(PUT /api/v1/state/{name}/look). `ready` comes at the start. `reset` means that earlier',
      'messages are out of date: read everything again. Ids are `<cluster id>.<revision>`, sent with the last message of a',
      'revision. To resume, send the last id, or the `X-Event-Id` of a list of states, as `Last-Event-ID`. A comment every 15 s shows that the connection works.',
    ].join(' '),
    answers: [{ schema: 'Stream', description: 'The stream. It does not end.' }],
    produces: 'text/event-stream',
    errors: [400, 429],
  })
  @ApiQuery({
    name: 'types',
    required: false,
    schema: { type: 'string' },
    description: 'Kinds of events to send, separated by commas: state, event, monitor, member, result. Default: all.',
  })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    schema: { type: 'string' },
    description: 'Id of the last event you received.',
  })
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
