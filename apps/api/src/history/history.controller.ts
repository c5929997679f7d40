import { Get, Param, Query } from '@nestjs/common';
import { ApiQuery } from '@nestjs/swagger';
import type { ByName, MonitorHistory, MonitorTimeline } from '@9volt/contracts';
import { ApiV1 } from '../common/api-v1.decorator.js';
import { NameParam, Route } from '../common/docs.js';
import type { RawQuery } from '../common/list-query.js';
import { HistoryService } from './history.service.js';
import type { ColumnUptime } from './uptime-table.js';

const instant = { type: 'string', format: 'date-time' } as const;
const From = ApiQuery({
  name: 'from',
  required: false,
  schema: instant,
  description: 'Begin of the time. Default: 24 hours before its end.',
});
const To = ApiQuery({ name: 'to', required: false, schema: instant, description: 'End of the time. Default: now.' });

@ApiV1('history', 'States')
export class HistoryController {
  constructor(private readonly history: HistoryService) {}

  @Route({
    id: 'getHistory',
    summary: 'Show uptime and latency of a monitor over time',
    description:
      'Uptime counts time, not checks, and has two bounds between which the truth lies. Days begin at 00:00 UTC. The history of a removed monitor stays for 7 days.',
    answers: [{ schema: 'History', description: 'The history.' }],
    errors: [400, 404],
  })
  @NameParam('monitor')
  @From
  @To
  @ApiQuery({
    name: 'step',
    required: false,
    schema: { type: 'string' },
    description: 'Length of a bucket, such as `1m`, `1h` or `1d`. Default: about 100 buckets.',
  })
  @ApiQuery({
    name: 'maintenance',
    required: false,
    schema: { type: 'string', enum: ['omit', 'unwatched'] },
    description:
      '`omit` leaves maintenance out of the uptime; `unwatched` counts it as time that nobody watched. Default: `omit`.',
  })
  @Get(':name')
  get(@Param('name') name: string, @Query() query: RawQuery): Promise<MonitorHistory> {
    return this.history.of(name, query);
  }
}

@ApiV1('timeline', 'States')
export class TimelineController {
  constructor(private readonly history: HistoryService) {}

  @Route({
    id: 'getTimeline',
    summary: 'Show when a monitor had which status',
    description: 'One line without gaps: a time that no check covers is `unwatched`.',
    answers: [{ schema: 'Timeline', description: 'The timeline.' }],
    errors: [400, 404],
  })
  @NameParam('monitor')
  @From
  @To
  @Get(':name')
  get(@Param('name') name: string, @Query() query: RawQuery): Promise<MonitorTimeline> {
    return this.history.timeline(name, query);
  }
}

@ApiV1('uptime', 'States')
export class UptimesController {
  constructor(private readonly history: HistoryService) {}

  @Route({
    id: 'listUptimes',
    summary: 'List the uptime of all monitors',
    description: 'Of 24 hours and of 30 days until the last full hour; 9volt computes them once an hour.',
    answers: [{ schema: 'Uptimes', description: 'Returns a map from name to uptimes.' }],
  })
  @Get()
  list(): Promise<ByName<ColumnUptime>> {
    return this.history.uptimesByName();
  }
}
