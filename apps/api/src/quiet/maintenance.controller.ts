import { Body, Delete, Get, Headers, Param, Put, Res } from '@nestjs/common';
import { Rules } from '@9volt/platform';
import type { FastifyReply } from 'fastify';
import { ApiV1 } from '../common/api-v1.decorator.js';
import { ETAG, NameParam, PreconditionHeaders, Route } from '../common/docs.js';
import { etagOf, preconditionsOf } from '../common/etag.js';
import { CONFIG_BODY_BYTES } from '../common/request-bodies.js';
import { ok, type StatusMessage } from '../common/status-message.js';
import { MaintenanceService } from './maintenance.service.js';
import type { ShownMaintenance } from './quiet.dto.js';

@ApiV1('maintenance', 'Maintenance')
export class MaintenanceController {
  constructor(private readonly windows: MaintenanceService) {}

  @Route({
    id: 'listMaintenance',
    summary: 'List all maintenance windows',
    answers: [{ schema: 'MaintenanceList', description: 'The windows, by name.' }],
  })
  @Get()
  list(): ShownMaintenance[] {
    return this.windows.list();
  }

  @Route({
    id: 'getMaintenance',
    summary: 'Show a maintenance window',
    answers: [{ schema: 'ShownMaintenance', description: 'The window.', headers: ETAG }],
    errors: [404],
  })
  @NameParam('window')
  @Get(':name')
  get(@Param('name') name: string, @Res({ passthrough: true }) reply: FastifyReply): ShownMaintenance {
    const { shown, revision } = this.windows.get(name);
    void reply.header('ETag', etagOf(revision));
    return shown;
  }

  @Route({
    id: 'putMaintenance',
    summary: 'Create or replace a maintenance window',
    body: 'Maintenance',
    answers: [
      { schema: 'ShownMaintenance', description: 'Stored.', headers: ETAG },
      { status: 201, schema: 'ShownMaintenance', description: 'Created.', headers: ETAG },
    ],
    errors: [400, 409, 412, 413, 415],
  })
  @NameParam('window')
  @PreconditionHeaders()
  @Rules({ bodyBytes: CONFIG_BODY_BYTES })
  @Put(':name')
  async put(
    @Param('name') name: string,
    @Body() body: unknown,
    @Headers() headers: Record<string, string>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ShownMaintenance> {
    const { shown, revision, created } = await this.windows.put(name, body, preconditionsOf(headers));
    void reply.status(created ? 201 : 200).header('ETag', etagOf(revision));
    return shown;
  }

  @Route({
    id: 'deleteMaintenance',
    summary: 'Delete a maintenance window',
    answers: [{ schema: 'StatusMessage', description: 'Removed.' }],
    errors: [404, 409, 412],
  })
  @NameParam('window')
  @PreconditionHeaders()
  @Delete(':name')
  async remove(@Param('name') name: string, @Headers() headers: Record<string, string>): Promise<StatusMessage> {
    return ok(await this.windows.remove(name, preconditionsOf(headers)));
  }
}
