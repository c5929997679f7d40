import { Get, Query } from '@nestjs/common';
import { ApiQuery } from '@nestjs/swagger';
import { ApiV1 } from '../common/api-v1.decorator.js';
import type { RawQuery } from '../common/list-query.js';
import { Route } from '../common/docs.js';
import { type Results, ResultsService } from './results.service.js';

@ApiV1('result', 'States')
export class ResultsController {
  constructor(private readonly results: ResultsService) {}

  @Route({
    id: 'listResults',
    summary: 'Recent results of some monitors',
    description: 'For many at once and without what else there is to tell of a monitor.',
    answers: [{ schema: 'Results', description: 'A map from name to results, empty where there are none.' }],
    errors: [400],
  })
  @ApiQuery({
    name: 'monitor',
    required: true,
    schema: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 200 },
    description: 'Name of a monitor; repeated for several.',
  })
  @ApiQuery({
    name: 'limit',
    required: false,
    schema: { type: 'integer', minimum: 1, maximum: 720 },
    description: 'The most of each monitor, the newest of them; 20 unless given.',
  })
  @ApiQuery({
    name: 'since',
    required: false,
    schema: { type: 'string', format: 'date-time' },
    description: 'Leaves out what is older.',
  })
  @Get()
  list(@Query() query: RawQuery): Promise<Results> {
    return this.results.recent(query);
  }
}
