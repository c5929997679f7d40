import { Rules } from '@9volt/platform';
import { Body, HttpCode, Param, Post } from '@nestjs/common';
import { ApiV1 } from '../common/api-v1.decorator.js';
import { NameParam, Route } from '../common/docs.js';
import { PlainController } from '../common/plain-controller.js';
import { CONFIG_BODY_BYTES } from '../common/request-bodies.js';
import { ok, type StatusMessage } from '../common/status-message.js';
import type { ReportPreview, ShownReportEntry } from './scheduled-report.dto.js';
import { ScheduledReportsService } from './scheduled-reports.service.js';

const Routes = PlainController<ShownReportEntry>({
  what: 'report',
  one: 'a report that 9volt sends by mail',
  all: 'all reports that 9volt sends by mail',
  listed: 'The reports, by name.',
  id: 'ScheduledReport',
  listId: 'ScheduledReports',
  body: 'ReportConfig',
  shown: 'ShownScheduledReport',
  list: 'ScheduledReportList',
});

@ApiV1('scheduled-report', 'Reports')
export class ScheduledReportsController extends Routes {
  constructor(private readonly reports: ScheduledReportsService) {
    super(reports);
  }

  @Route({
    id: 'previewReport',
    summary: 'Show what a report would say now',
    description: 'Takes a configuration, which may be unsaved, and sends nothing.',
    body: 'ReportConfig',
    answers: [{ schema: 'ReportPreview', description: 'The mail.' }],
    errors: [400, 413, 415],
  })
  @Rules({ bodyBytes: CONFIG_BODY_BYTES })
  @HttpCode(200)
  @Post('preview')
  preview(@Body() body: unknown): Promise<ReportPreview> {
    return this.reports.preview(body);
  }

  @Route({
    id: 'sendScheduledReport',
    summary: 'Send a report now',
    description:
      'The leader sends it to all of its alerters within seconds, about the time until now. `pending` and `sent` of the report show what comes of it.',
    answers: [{ schema: 'StatusMessage', description: 'The leader will send it.' }],
    errors: [404, 409],
  })
  @NameParam('report')
  @HttpCode(200)
  @Post(':name/send')
  async send(@Param('name') name: string): Promise<StatusMessage> {
    return ok(await this.reports.send(name));
  }
}
