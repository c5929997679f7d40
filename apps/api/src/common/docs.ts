import { ownOf } from '@9volt/contracts';
import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiParam, ApiProduces, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { Rules } from '@9volt/platform';
import { CONFIG_BODY_BYTES } from './request-bodies.js';

/** A component of the document; `components.ts` contains them. */
export function ref(name: string): { $ref: string } {
  return { $ref: `#/components/schemas/${name}` };
}

interface Operation {
  id: string;
  summary: string;
  description?: string;
  deprecated?: boolean;
  /** What is sent. */
  body?: string;
  /** Default: true. */
  bodyRequired?: boolean;
  answers: readonly Answer[];
  /** Default: JSON. */
  produces?: string;
  /** In addition to those that every route may answer. */
  errors?: readonly number[];
}

interface Answer {
  status?: number;
  schema: string;
  description: string;
  headers?: Record<string, { description: string; required: boolean; schema: { type: 'string' | 'integer' } }>;
}

/** Marks an operation that needs no access token. */
export const OPEN = 'x-open';
/** Marks an operation that works without etcd. */
export const WITHOUT_ETCD = 'x-without-etcd';

/** What a route does, takes and answers. `openapi.ts` adds errors and examples. */
export function Route({
  id,
  summary,
  description,
  deprecated,
  body,
  bodyRequired = true,
  answers,
  produces,
  errors = [],
}: Operation): MethodDecorator {
  return applyDecorators(
    ApiProduces(produces ?? 'application/json'),
    ApiOperation({
      operationId: id,
      summary,
      ...(description === undefined ? {} : { description }),
      ...(deprecated === undefined ? {} : { deprecated }),
    }),
    ...(body === undefined ? [] : [ApiBody({ schema: ref(body), required: bodyRequired })]),
    ...answers.map(({ status = 200, schema, ...rest }) => ApiResponse({ status, schema: ref(schema), ...rest })),
    ...errors.map((status) => ApiResponse({ status, description: PROBLEMS[status] ?? 'Refused.' })),
  );
}

export const PROBLEMS: Readonly<Record<number, string>> = {
  400: 'The input is invalid. Each error points to its field.',
  401: 'This API needs an access token; none, or a wrong one, was sent.',
  403: 'A page of another site sent this request.',
  404: 'Nothing has this name.',
  409: 'The current state does not allow this; the detail says why.',
  412: 'Somebody else changed or created it first.',
  413: 'Too large.',
  415: 'Not JSON.',
  429: 'Too soon after the previous request.',
  500: 'Internal error of 9volt; see its log.',
  503: 'etcd or a worker is unavailable; try again later.',
  504: 'No worker answered in time.',
};

export const ETAG = {
  ETag: { description: 'Entity tag: the revision of the key.', required: true, schema: { type: 'string' } },
} as const;
/** The answers of a route that creates or replaces a configuration. */
export function storedOrCreated(schema: string): Answer[] {
  return [
    { schema, description: 'Stored.', headers: ETAG },
    { status: 201, schema, description: 'Created.', headers: ETAG },
  ];
}
/** On answers with a configuration, it is its entity tag. */
export const MAYBE_ETAG = { ETag: { ...ETAG.ETag, required: false } } as const;
export const TOTAL = {
  'X-Total-Count': {
    description: 'Total number of entries on all pages.',
    required: true,
    schema: { type: 'integer' },
  },
} as const;
/** The id from which the live stream continues after this answer. */
export const EVENT_ID = {
  'X-Event-Id': {
    description: 'Send it to the stream as `Last-Event-ID` to receive every change after this answer.',
    required: true,
    schema: { type: 'string' },
  },
} as const;

const NAMED: Readonly<Record<string, string>> = {
  monitor: 'shop-home',
  alerter: 'team-slack',
  worker: 'worker-1',
  window: 'weekly-update',
  page: 'shop',
  report: 'shop-monthly',
};
const WORDS: Readonly<Record<string, string>> = {
  window: 'Name of the maintenance window',
  page: 'Slug of the status page',
  report: 'Name of the report',
};

export type Named = 'monitor' | 'alerter' | 'worker' | 'window' | 'page' | 'report';

export function NameParam(what: Named): MethodDecorator {
  return ApiParam({
    name: 'name',
    description: `${ownOf(WORDS, what) ?? `Name of the ${what}`}.`,
    schema: { type: 'string' },
    example: NAMED[what],
  });
}

export function PreconditionHeaders(): MethodDecorator {
  return applyDecorators(
    ApiHeader({
      name: 'If-Match',
      required: false,
      description: 'Entity tag of the version you read. The API answers 412 if it changed since then.',
      schema: { type: 'string' },
    }),
    ApiHeader({
      name: 'If-None-Match',
      required: false,
      description: 'Send `*` to create only. The API answers 412 if it exists.',
      schema: { type: 'string' },
    }),
  );
}

/** A route that takes one configuration. */
export function TakesConfig(what: Named): MethodDecorator {
  return applyDecorators(NameParam(what), PreconditionHeaders(), Rules({ bodyBytes: CONFIG_BODY_BYTES }));
}

const SEVERAL =
  'Repeat the parameter for several values. A single parameter may also list values, separated by commas. To find only a value that contains a comma, repeat the parameter.';
/** Clients from when a filter was a text still work. */
const ONE_OR_SEVERAL = {
  oneOf: [{ type: 'string' as const }, { type: 'array' as const, items: { type: 'string' as const } }],
};
/** Filters with a single text. */
const SINGLE = ['q', 'config', 'uptime', 'since', 'until'];
const FILTERS: Readonly<Record<string, string>> = {
  status: 'Shown status: one of these. Repeat the parameter for each, or separate them by commas.',
  quiet: 'Reason why alarms are held: one of these. Repeat the parameter for each, or separate them by commas.',
  tags: `Tag: any of these. ${SEVERAL}`,
  type: 'Type: one of these. Repeat the parameter for each, or separate them by commas.',
  owner: `Id or name of the worker: one of these. ${SEVERAL}`,
  monitor: `Name of the monitor: one of these. ${SEVERAL}`,
  member: `Id or name of the member that wrote the event: one of these. ${SEVERAL}`,
  config: '`false` omits the configurations.',
  uptime: '`true` adds the uptime of 24 hours and of 30 days, until the last full hour.',
  since: 'Only what happened at this time or later (RFC 3339).',
  until: 'Only what happened at this time or earlier (RFC 3339).',
  q: 'Text to find in the name, target or message; upper and lower case are equal.',
};

export function filterText(name: string): string {
  return ownOf(FILTERS, name) ?? name;
}

/** Filters of a list, and its paging. */
export function ListParams(filters: readonly string[], sorts: readonly string[]): MethodDecorator {
  const sort = `Keys to sort by, separated by commas, each with \`-\` for descending: ${sorts.join(', ')}.`;
  return applyDecorators(
    ...filters.map((name) =>
      ApiQuery({
        name,
        required: false,
        schema: SINGLE.includes(name) ? { type: 'string' } : ONE_OR_SEVERAL,
        description: filterText(name),
      }),
    ),
    ApiQuery({
      name: 'page',
      required: false,
      schema: { type: 'integer', minimum: 1 },
      description: 'Number of the page; the first is 1.',
    }),
    ApiQuery({
      name: 'limit',
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: 100_000 },
      description: 'Entries per page. Default when `page` is set: 50.',
    }),
    ApiQuery({ name: 'sort', required: false, schema: { type: 'string' }, description: sort }),
  );
}
