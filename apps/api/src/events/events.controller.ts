import { Get, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ApiV1 } from '../common/api-v1.decorator.js';
import type { RawQuery } from '../common/list-query.js';
import { ListParams, Route, TOTAL } from '../common/docs.js';
import { EventsService } from './events.service.js';

@ApiV1('event', 'Events')
export class EventsController {
  constructor(private readonly events: EventsService) {}

  @Route({
    id: 'listEvents',
    summary: 'List the events of the last 24 hours, newest first',
    description: 'Returns a map from id to event, or an array when you send `page`, `limit` or `sort`.',
    answers: [{ schema: 'EventList', description: 'The events.', headers: TOTAL }],
    errors: [400],
  })
  @ListParams(['type', 'monitor', 'member', 'q', 'since', 'until'], ['timestamp', 'type', 'monitor', 'member'])
  @Get()
  list(@Query() query: RawQuery, @Res({ passthrough: true }) reply: FastifyReply): unknown {
    const { total, body } = this.events.list(query);
    void reply.header('X-Total-Count', total);
    return body;
  }
}
