import { Get, Query } from '@nestjs/common';
import { ApiQuery } from '@nestjs/swagger';
import { ApiV1 } from '../common/api-v1.decorator.js';
import type { RawQuery } from '../common/list-query.js';
import { Route } from '../common/docs.js';
import type { Results } from './results.dto.js';
import { ResultsService } from './results.service.js';

@ApiV1('result', 'States')
export class ResultsController {
  constructor(private readonly results: ResultsService) {}

  @Route({
    id: 'listResults',
    summary: 'List recent results of several monitors',
    description: 'Returns only results, for many monitors in one request.',
    answers: [
      {
        schema: 'Results',
        description: 'Returns a map from name to results; a monitor without results has an empty list.',
      },
    ],
    errors: [400],
  })
  @ApiQuery({
    name: 'monitor',
    required: true,
    schema: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 200 },
    description: 'Name of a monitor. Repeat the parameter for several.',
  })
  @ApiQuery({
    name: 'limit',
    required: false,
    schema: { type: 'integer', minimum: 1, maximum: 720 },
    description: 'Maximum number of results per monitor, newest first chosen. Default: 20.',
  })
  @ApiQuery({
    name: 'since',
    required: false,
    schema: { type: 'string', format: 'date-time' },
    description: 'Omits older results.',
  })
  @Get()
  list(@Query() query: RawQuery): Promise<Results> {
    return this.results.recent(query);
  }
}
