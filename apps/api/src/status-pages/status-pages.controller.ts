import { Body, Delete, Get, Param, Put, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ApiV1 } from '../common/api-v1.decorator.js';
import { ETAG, NameParam, PreconditionHeaders, Route, storedOrCreated, TakesConfig } from '../common/docs.js';
import { IfMatch, type Preconditions, tagged } from '../common/etag.js';
import { ok, type StatusMessage } from '../common/status-message.js';
import { StatusPagesService } from './status-pages.service.js';
import type { ShownStatusPage } from './status-page.dto.js';

@ApiV1('status-page', 'Status pages')
export class StatusPagesController {
  constructor(private readonly pages: StatusPagesService) {}

  @Route({
    id: 'listStatusPages',
    summary: 'List all status pages',
    answers: [{ schema: 'StatusPageList', description: 'The pages, by slug.' }],
  })
  @Get()
  list(): ShownStatusPage[] {
    return this.pages.list();
  }

  @Route({
    id: 'getStatusPage',
    summary: 'Show a status page',
    answers: [{ schema: 'ShownStatusPage', description: 'The page.', headers: ETAG }],
    errors: [404],
  })
  @NameParam('page')
  @Get(':name')
  get(@Param('name') name: string, @Res({ passthrough: true }) reply: FastifyReply): ShownStatusPage {
    const { shown, revision } = this.pages.get(name);
    return tagged(reply, shown, revision);
  }

  @Route({
    id: 'putStatusPage',
    summary: 'Create or replace a status page',
    body: 'StatusPage',
    answers: storedOrCreated('ShownStatusPage'),
    errors: [400, 409, 412, 413, 415],
  })
  @TakesConfig('page')
  @Put(':name')
  async put(
    @Param('name') name: string,
    @Body() body: unknown,
    @IfMatch() expected: Preconditions,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ShownStatusPage> {
    const { shown, revision, created } = await this.pages.put(name, body, expected);
    return tagged(reply, shown, revision, created);
  }

  @Route({
    id: 'deleteStatusPage',
    summary: 'Delete a status page',
    answers: [{ schema: 'StatusMessage', description: 'Removed.' }],
    errors: [404, 409, 412],
  })
  @NameParam('page')
  @PreconditionHeaders()
  @Delete(':name')
  async remove(@Param('name') name: string, @IfMatch() expected: Preconditions): Promise<StatusMessage> {
    return ok(await this.pages.remove(name, expected));
  }
}
