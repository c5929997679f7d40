import { Body, Delete, Get, Param, Put, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ETAG, NameParam, type Named, PreconditionHeaders, Route, storedOrCreated, TakesConfig } from './docs.js';
import { IfMatch, type Preconditions, tagged } from './etag.js';
import type { PlainSettings } from './plain-settings.js';
import { ok, type StatusMessage } from './status-message.js';

interface PlainWords {
  what: Named;
  one: string;
  all: string;
  listed: string;
  /** Ends of the operations' ids, and the names of the schemas. */
  id: string;
  listId: string;
  body: string;
  shown: string;
  list: string;
}

/** The routes of a kind of plain settings: list, show, create or replace, delete. */
export function PlainController<Shown extends { name: string }>(words: PlainWords) {
  const { what, one, all, listed, id, listId, body, shown, list } = words;
  abstract class Routes {
    constructor(readonly settings: PlainSettings<Shown>) {}

    @Route({ id: `list${listId}`, summary: `List ${all}`, answers: [{ schema: list, description: listed }] })
    @Get()
    list(): Shown[] {
      return this.settings.list();
    }

    @Route({
      id: `get${id}`,
      summary: `Show ${one}`,
      answers: [{ schema: shown, description: `The ${what}.`, headers: ETAG }],
      errors: [404],
    })
    @NameParam(what)
    @Get(':name')
    get(@Param('name') name: string, @Res({ passthrough: true }) reply: FastifyReply): Shown {
      const found = this.settings.get(name);
      return tagged(reply, found.shown, found.revision);
    }

    @Route({
      id: `put${id}`,
      summary: `Create or replace ${one}`,
      body,
      answers: storedOrCreated(shown),
      errors: [400, 409, 412, 413, 415],
    })
    @TakesConfig(what)
    @Put(':name')
    async put(
      @Param('name') name: string,
      @Body() config: unknown,
      @IfMatch() expected: Preconditions,
      @Res({ passthrough: true }) reply: FastifyReply,
    ): Promise<Shown> {
      const stored = await this.settings.put(name, config, expected);
      return tagged(reply, stored.shown, stored.revision, stored.created);
    }

    @Route({
      id: `delete${id}`,
      summary: `Delete ${one}`,
      answers: [{ schema: 'StatusMessage', description: 'Removed.' }],
      errors: [404, 409, 412],
    })
    @NameParam(what)
    @PreconditionHeaders()
    @Delete(':name')
    async remove(@Param('name') name: string, @IfMatch() expected: Preconditions): Promise<StatusMessage> {
      return ok(await this.settings.remove(name, expected));
    }
  }
  return Routes;
}
