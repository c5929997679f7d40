import { Body, Param, Post } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { ApiV1 } from '../common/api-v1.decorator.js';
import { NameParam, Route } from '../common/docs.js';
import type { ShownIncident } from './state.dto.js';
import { CommentsService } from './comments.service.js';

@ApiV1('state', 'States')
export class CommentsController {
  constructor(private readonly comments: CommentsService) {}

  @Route({
    id: 'commentIncident',
    summary: 'Comment on an incident',
    description:
      'Everybody who looks at the incident sees the comment. 9volt keeps the newest 50 with the incident, 256 KiB of them at most.',
    body: 'CommentRequest',
    answers: [{ status: 201, schema: 'Incident', description: 'Added.' }],
    errors: [400, 404, 409, 413, 415],
  })
  @NameParam('monitor')
  @ApiParam({
    name: 'n',
    description: 'Number of the incident.',
    schema: { type: 'integer', minimum: 1 },
    example: 7,
  })
  @Post(':name/incident/:n/comment')
  add(@Param('name') name: string, @Param('n') n: string, @Body() body: unknown): Promise<ShownIncident> {
    return this.comments.add(name, n, body);
  }
}
