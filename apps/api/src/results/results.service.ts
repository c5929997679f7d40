import { DomainError, fault, type FieldError, unknownName } from '@9volt/contracts';
import { Injectable } from '@nestjs/common';
import { ClusterCache } from '../cache/cluster-cache.js';
import { HistoryService } from '../history/history.service.js';
import type { RawQuery } from '../common/list-query.js';
import type { Results } from './results.dto.js';

const PARAMETERS = ['monitor', 'limit', 'since'];
/** As many as a screen shows; for more, ask several times. */
const MAX_MONITORS = 200;
const MAX_LIMIT = 720;
const DEFAULT_LIMIT = 20;

@Injectable()
export class ResultsService {
  constructor(
    private readonly cache: ClusterCache,
    private readonly history: HistoryService,
  ) {}

  /** Unknown monitors have no results. Throws `invalid` for an invalid query. */
  async recent(raw: RawQuery): Promise<Results> {
    const { monitors, limit, since } = readQuery(raw);
    const recent = await this.cache.recent(monitors, limit, since);
    const found = await this.history.withStored(recent, limit, since);
    return Object.fromEntries(
      [...found].map(([name, samples]) => [
        name,
        samples.map((sample) => ({ ...sample, at: new Date(sample.at).toISOString() })),
      ]),
    );
  }
}

function readQuery(raw: RawQuery): { monitors: ReadonlySet<string>; limit: number; since: number } {
  const errors: FieldError[] = [];
  for (const name of Object.keys(raw)) {
    if (!PARAMETERS.includes(name)) errors.push(unknownName(`/${name}`, 'query parameter', name, PARAMETERS));
  }
  const monitors = new Set([raw['monitor'] ?? []].flat());
  if (monitors.size === 0 || monitors.size > MAX_MONITORS) {
    errors.push(fault('/monitor', undefined, `1 to ${MAX_MONITORS} names, the parameter repeated for each`));
  }
  const limit = Number(raw['limit'] ?? DEFAULT_LIMIT);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    errors.push(fault('/limit', raw['limit'], `a whole number from 1 to ${MAX_LIMIT}`));
  }
  const since = raw['since'] === undefined ? 0 : Date.parse(String(raw['since']));
  if (Number.isNaN(since)) errors.push(fault('/since', raw['since'], 'an instant such as 2026-06-01T12:00:00Z'));
  if (errors.length === 0) return { monitors, limit, since };
  throw DomainError.invalid(errors);
}
