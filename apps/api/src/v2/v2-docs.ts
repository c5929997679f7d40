import { DERIVED_STATUSES, EVENT_TYPES, ownOf, QUIET_REASONS } from '@9volt/contracts';
import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiQuery } from '@nestjs/swagger';
import { filterText, TOTAL } from '../common/docs.js';

export const PAGED = {
  ...TOTAL,
  Link: {
    description: 'The next page, with `rel="next"`; absent on the last.',
    required: false,
    schema: { type: 'string' },
  },
} as const;

/** Filters that are words. */
const WORDS: Readonly<Record<string, readonly string[]>> = { status: DERIVED_STATUSES, quiet: QUIET_REASONS };

/** Filters of a list, and its paging. */
export function CursorParams(filters: readonly string[]): MethodDecorator {
  const isOfEvents = filters.includes('member');
  return applyDecorators(
    ...filters.map((name) => {
      const words = name === 'type' && isOfEvents ? EVENT_TYPES : ownOf(WORDS, name);
      const items = { type: 'string' as const, ...(words ? { enum: [...words] } : {}) };
      const isSingle = ['q', 'since', 'until'].includes(name);
      const schema = isSingle ? items : { type: 'array' as const, items };
      return ApiQuery({ name, required: false, schema, description: filterText(name) });
    }),
    ApiQuery({ name: 'limit', required: false, schema: { type: 'integer', minimum: 1, maximum: 1_000, default: 100 } }),
    ApiQuery({
      name: 'cursor',
      required: false,
      schema: { type: 'string' },
      description: 'Of the `Link` of the page before.',
    }),
  );
}

export function IdempotencyHeader(): MethodDecorator {
  return ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    schema: { type: 'string', maxLength: 200 },
    description:
      'A request with the same key and content gets the same answer from this node for 10 minutes, and nothing happens twice.',
  });
}
