import { Body, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiParam, ApiQuery } from '@nestjs/swagger';
import { ApiV1 } from '../common/api-v1.decorator.js';
import { Route } from '../common/docs.js';
import type { RawQuery } from '../common/list-query.js';
import type { ShownMatches, ShownSilence } from './quiet.dto.js';
import { SilencesService } from './silences.service.js';

const IdParam = (): MethodDecorator =>
  ApiParam({
    name: 'id',
    description: 'Id of the silence.',
    schema: { type: 'string' },
    example: '0mbd3k9x40000abcdefghijk',
  });

@ApiV1('silence', 'Silences')
export class SilencesController {
  constructor(private readonly silences: SilencesService) {}

  @Route({
    id: 'listSilences',
    summary: 'List all silences',
    description: 'Newest first. Expired ones are kept for 7 days.',
    answers: [{ schema: 'SilenceList', description: 'The silences.' }],
    errors: [400],
  })
  @ApiQuery({
    name: 'phase',
    required: false,
    schema: { type: 'string' },
    description: 'pending, active or expired: one of these. Separate several by commas.',
  })
  @Get()
  list(@Query() query: RawQuery): ShownSilence[] {
    return this.silences.list(query);
  }

  @Route({
    id: 'addSilence',
    summary: 'Silence monitors',
    description:
      'From start to end 9volt holds the alarms of all monitors that match; the checks continue. An alerter that got an alarm before still gets its recovery. When the silence ends, 9volt sends the alarms of incidents that are still open.',
    body: 'SilenceRequest',
    answers: [{ status: 201, schema: 'Silence', description: 'Added.' }],
    errors: [400, 409, 413, 415],
  })
  @Post()
  add(@Body() body: unknown): Promise<ShownSilence> {
    return this.silences.add(body);
  }

  @Route({
    id: 'previewSilence',
    summary: 'Show which monitors a silence would match',
    body: 'MatchRequest',
    answers: [{ schema: 'MatchPreview', description: 'The monitors and open incidents that match.' }],
    errors: [400, 413, 415],
  })
  @HttpCode(200)
  @Post('preview')
  preview(@Body() body: unknown): ShownMatches {
    return this.silences.preview(body);
  }

  @Route({
    id: 'getSilence',
    summary: 'Show a silence',
    answers: [{ schema: 'Silence', description: 'The silence.' }],
    errors: [404],
  })
  @IdParam()
  @Get(':id')
  get(@Param('id') id: string): ShownSilence {
    return this.silences.get(id);
  }

  @Route({
    id: 'changeSilence',
    summary: 'Change a silence',
    body: 'SilenceRequest',
    answers: [{ schema: 'Silence', description: 'Changed.' }],
    errors: [400, 404, 409, 413, 415],
  })
  @IdParam()
  @Put(':id')
  change(@Param('id') id: string, @Body() body: unknown): Promise<ShownSilence> {
    return this.silences.change(id, body);
  }

  @Route({
    id: 'expireSilence',
    summary: 'Expire a silence',
    description: 'Ends it now. It is kept for 7 days.',
    answers: [{ schema: 'Silence', description: 'Expired.' }],
    errors: [404, 409],
  })
  @IdParam()
  @Delete(':id')
  expire(@Param('id') id: string): Promise<ShownSilence> {
    return this.silences.expire(id);
  }
}
