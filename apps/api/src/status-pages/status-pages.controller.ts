import { Body, Delete, Get, Headers, Param, Put, Res } from '@nestjs/common';
import { Rules } from '@9volt/platform';
import type { FastifyReply } from 'fastify';
import { ApiV1 } from '../common/api-v1.decorator.js';
import { ETAG, NameParam, PreconditionHeaders, Route } from '../common/docs.js';
import { etagOf, preconditionsOf } from '../common/etag.js';
import { CONFIG_BODY_BYTES } from '../common/request-bodies.js';
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
    void reply.header('ETag', etagOf(revision));
    return shown;
  }

  @Route({
    id: 'putStatusPage',
    summary: 'Create or replace a status page',
    body: 'StatusPage',
    answers: [
      { schema: 'ShownStatusPage', description: 'Stored.', headers: ETAG },
      { status: 201, schema: 'ShownStatusPage', description: 'Created.', headers: ETAG },
    ],
    errors: [400, 409, 412, 413, 415],
  })
  @NameParam('page')
  @PreconditionHeaders()
  @Rules({ bodyBytes: CONFIG_BODY_BYTES })
  @Put(':name')
  async put(
    @Param('name') name: string,
    @Body() body: unknown,
    @Headers() headers: Record<string, string>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ShownStatusPage> {
    const { shown, revision, created } = await this.pages.put(name, body, preconditionsOf(headers));
    void reply.status(created ? 201 : 200).header('ETag', etagOf(revision));
    return shown;
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
  async remove(@Param('name') name: string, @Headers() headers: Record<string, string>): Promise<StatusMessage> {
    return ok(await this.pages.remove(name, preconditionsOf(headers)));
  }
}
