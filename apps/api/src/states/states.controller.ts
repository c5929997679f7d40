import { Get, Param, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ApiV1 } from '../common/api-v1.decorator.js';
import type { RawQuery } from '../common/list-query.js';
import { EVENT_ID, ListParams, NameParam, Route, TOTAL } from '../common/docs.js';
import { MONITOR_FILTERS } from '../settings/match-monitors.js';
import { LooksService } from './looks.service.js';
import type { ShownLook, ShownState, StateDetail } from './state.dto.js';
import { StatesService } from './states.service.js';

@ApiV1('state', 'States')
export class StatesController {
  constructor(
    private readonly states: StatesService,
    private readonly looks: LooksService,
  ) {}

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

  @Route({
    id: 'lookAtMonitor',
    summary: 'Have the results of a monitor streamed at once',
    description: [
      'Without this, results come with the dumps of the workers, every 10 s. Until the answered time the owner of the monitor sends each result,',
      'at most two a second, and the stream has an event `result` for it. Ask again before, as long as somebody looks.',
    ].join(' '),
    answers: [{ schema: 'Look', description: 'Results are streamed until then.' }],
    errors: [404],
  })
  @NameParam('monitor')
  @Put(':name/look')
  look(@Param('name') name: string): Promise<ShownLook> {
    return this.looks.look(name);
  }
}
