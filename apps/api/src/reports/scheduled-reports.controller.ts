import { Body, Delete, Get, HttpCode, Param, Post, Put, Res } from '@nestjs/common';
import { Rules } from '@9volt/platform';
import type { FastifyReply } from 'fastify';
import { ApiV1 } from '../common/api-v1.decorator.js';
import { ETAG, NameParam, PreconditionHeaders, Route, storedOrCreated, TakesConfig } from '../common/docs.js';
import { IfMatch, type Preconditions, tagged } from '../common/etag.js';
import { CONFIG_BODY_BYTES } from '../common/request-bodies.js';
import { ok, type StatusMessage } from '../common/status-message.js';
import type { ReportPreview, ShownReportEntry } from './scheduled-report.dto.js';
import { ScheduledReportsService } from './scheduled-reports.service.js';

@ApiV1('scheduled-report', 'Reports')
export class ScheduledReportsController {
  constructor(private readonly reports: ScheduledReportsService) {}

  @Route({
    id: 'listScheduledReports',
    summary: 'List all reports that 9volt sends by mail',
    answers: [{ schema: 'ScheduledReportList', description: 'The reports, by name.' }],
  })
  @Get()
  list(): ShownReportEntry[] {
    return this.reports.list();
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
    id: 'getScheduledReport',
    summary: 'Show a report that 9volt sends by mail',
    answers: [{ schema: 'ShownScheduledReport', description: 'The report.', headers: ETAG }],
    errors: [404],
  })
  @NameParam('report')
  @Get(':name')
  get(@Param('name') name: string, @Res({ passthrough: true }) reply: FastifyReply): ShownReportEntry {
    const { shown, revision } = this.reports.get(name);
    return tagged(reply, shown, revision);
  }

  @Route({
    id: 'putScheduledReport',
    summary: 'Create or replace a report that 9volt sends by mail',
    body: 'ReportConfig',
    answers: storedOrCreated('ShownScheduledReport'),
    errors: [400, 409, 412, 413, 415],
  })
  @TakesConfig('report')
  @Put(':name')
  async put(
    @Param('name') name: string,
    @Body() body: unknown,
    @IfMatch() expected: Preconditions,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ShownReportEntry> {
    const { shown, revision, created } = await this.reports.put(name, body, expected);
    return tagged(reply, shown, revision, created);
  }

  @Route({
    id: 'deleteScheduledReport',
    summary: 'Delete a report that 9volt sends by mail',
    answers: [{ schema: 'StatusMessage', description: 'Removed.' }],
    errors: [404, 409, 412],
  })
  @NameParam('report')
  @PreconditionHeaders()
  @Delete(':name')
  async remove(@Param('name') name: string, @IfMatch() expected: Preconditions): Promise<StatusMessage> {
    return ok(await this.reports.remove(name, expected));
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
