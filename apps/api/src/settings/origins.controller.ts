import { Get } from '@nestjs/common';
import type { Origin } from '@9volt/contracts';
import { ClusterCache } from '../cache/cluster-cache.js';
import { ApiV1 } from '../common/api-v1.decorator.js';
import { Route } from '../common/docs.js';

const DESCRIPTION =
  'Returns a map from name to origin, without those that nobody noted. The next push of its files overwrites what is changed elsewhere.';

@ApiV1('origin', 'Origins')
export class OriginsController {
  constructor(private readonly cache: ClusterCache) {}

  @Route({
    id: 'getMonitorOrigins',
    summary: 'Show where monitors come from',
    description: DESCRIPTION,
    answers: [{ schema: 'Origins', description: 'The origins.' }],
  })
  @Get('monitor')
  monitors(): Record<string, Origin> {
    return present(this.cache.origins.monitor, this.cache.monitors);
  }

  @Route({
    id: 'getAlerterOrigins',
    summary: 'Show where alerters come from',
    description: DESCRIPTION,
    answers: [{ schema: 'Origins', description: 'The origins.' }],
  })
  @Get('alerter')
  alerters(): Record<string, Origin> {
    return present(this.cache.origins.alerter, this.cache.alerters);
  }
}

/** An older version deletes an entry without its origin, which then means nothing. */
function present(origins: ReadonlyMap<string, Origin>, entries: ReadonlyMap<string, unknown>): Record<string, Origin> {
  return Object.fromEntries([...origins].filter(([name]) => entries.has(name)));
}
