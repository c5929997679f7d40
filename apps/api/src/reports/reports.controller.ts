import { GROUPINGS, reportCsv } from '@9volt/contracts';
import { Get, Query, Res } from '@nestjs/common';
import { ApiQuery } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ApiV1 } from '../common/api-v1.decorator.js';
import { Route } from '../common/docs.js';
import type { RawQuery } from '../common/list-query.js';
import type { ShownReport } from './report.dto.js';
import { ReportsService } from './reports.service.js';

const instant = { type: 'string', format: 'date-time' } as const;
const text = { type: 'string' } as const;

@ApiV1('report', 'States')
export class ReportsController {
  constructor(private readonly reports: ReportsService) {}

  @Route({
    id: 'getReport',
    summary: 'Report uptime, incidents and error budgets of many monitors',
    description:
      'Begins and ends with whole minutes, hours or days (UTC), by the length of the time. `format=csv` answers comma-separated values, with the total as the last line.',
    answers: [{ schema: 'Report', description: 'The report.' }],
    errors: [400],
  })
  @ApiQuery({
    name: 'tag',
    required: false,
    schema: text,
    description: 'Only monitors with this tag; repeat it for any of several.',
  })
  @ApiQuery({ name: 'type', required: false, schema: text, description: 'Only monitors of this type.' })
  @ApiQuery({
    name: 'q',
    required: false,
    schema: text,
    description: 'Only monitors whose name, target or tags contain this.',
  })
  @ApiQuery({ name: 'from', required: false, schema: instant, description: 'Begin. Default: 24 hours before its end.' })
  @ApiQuery({ name: 'to', required: false, schema: instant, description: 'End. Default: now.' })
  @ApiQuery({
    name: 'group-by',
    required: false,
    schema: { type: 'string', enum: [...GROUPINGS] },
    description: 'What a row is about. A monitor with several tags counts in each of them. Default: `monitor`.',
  })
  @ApiQuery({
    name: 'format',
    required: false,
    schema: { type: 'string', enum: ['json', 'csv'] },
    description: 'Default: `json`.',
  })
  @Get()
  async get(@Query() query: RawQuery, @Res({ passthrough: true }) reply: FastifyReply): Promise<ShownReport | string> {
    const report = await this.reports.report(query);
    if (query['format'] !== 'csv') return report;
    void reply.type('text/csv; charset=utf-8').header('Content-Disposition', 'attachment; filename="9volt-report.csv"');
    return reportCsv([...report.rows, { ...report.total, name: 'total' }]);
  }
}
