import { Body, Delete, Get, Param, Put, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ApiV1 } from '../common/api-v1.decorator.js';
import { ETAG, NameParam, PreconditionHeaders, Route, storedOrCreated, TakesConfig } from '../common/docs.js';
import { IfMatch, type Preconditions, tagged } from '../common/etag.js';
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
    return tagged(reply, shown, revision);
  }

  @Route({
    id: 'putMaintenance',
    summary: 'Create or replace a maintenance window',
    body: 'Maintenance',
    answers: storedOrCreated('ShownMaintenance'),
    errors: [400, 409, 412, 413, 415],
  })
  @TakesConfig('window')
  @Put(':name')
  async put(
    @Param('name') name: string,
    @Body() body: unknown,
    @IfMatch() expected: Preconditions,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ShownMaintenance> {
    const { shown, revision, created } = await this.windows.put(name, body, expected);
    return tagged(reply, shown, revision, created);
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
  async remove(@Param('name') name: string, @IfMatch() expected: Preconditions): Promise<StatusMessage> {
    return ok(await this.windows.remove(name, expected));
  }
}
