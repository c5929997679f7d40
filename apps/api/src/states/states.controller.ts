import { Get, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ApiV1 } from '../common/api-v1.decorator.js';
import type { RawQuery } from '../common/list-query.js';
import { EVENT_ID, ListParams, NameParam, Route, TOTAL } from '../common/docs.js';
import { MONITOR_FILTERS } from '../settings/match-monitors.js';
import type { ShownState, StateDetail } from './state.dto.js';
import { StatesService } from './states.service.js';

@ApiV1('state', 'States')
export class StatesController {
  constructor(private readonly states: StatesService) {}

  @Route({
    id: 'listStates',
    summary: 'List the states of all monitors',
    description:
      'Includes monitors that have not run yet. `status` is the status to show; the API derives disabled, orphaned, pending, stale and quarantined.',
    answers: [{ schema: 'StateList', description: 'The states.', headers: { ...TOTAL, ...EVENT_ID } }],
    errors: [400],
  })
  @ListParams(
    [...MONITOR_FILTERS, 'config', 'uptime'],
    ['name', 'status', 'since', 'lastRun', 'latency', 'type', 'owner', 'uptime-24h', 'uptime-30d'],
  )
  @Get()
  async list(@Query() query: RawQuery, @Res({ passthrough: true }) reply: FastifyReply): Promise<ShownState[]> {
    const { total, eventId, body } = await this.states.list(query);
    void reply.headers({ 'X-Total-Count': total, 'X-Event-Id': eventId });
    return body;
  }

  @Route({
    id: 'getState',
    summary: 'Show the state of a monitor with its recent results and incidents',
    answers: [{ schema: 'StateDetail', description: 'The state.' }],
    errors: [404],
  })
  @NameParam('monitor')
  @Get(':name')
  get(@Param('name') name: string): Promise<StateDetail> {
    return this.states.get(name);
  }
}
