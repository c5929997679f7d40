import { byName, ownOf } from '@9volt/contracts';
import { DocumentBuilder, type OpenAPIObject } from '@nestjs/swagger';
import type { JsonSchema } from '@9volt/contracts';
import { V2_DTOS } from '../v2/v2.dto.js';
import { components } from './components.js';
import { OPEN, PROBLEMS, WITHOUT_ETCD } from '../common/docs.js';
import { answerExamples, examples } from './examples.js';
import { PLATFORM_ROUTES, type PlatformRoute } from './platform-routes.js';
import { problemExample } from './problem-examples.js';

/** The description of the API as a whole. */
export function documentBase(): Omit<OpenAPIObject, 'paths'> {
  return new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('9volt')
    .setDescription(
      'Distributed monitoring on etcd. Errors are problem details (RFC 9457). Every answer masks secrets; if you send a masked value back, the stored secret stays.',
    )
    .setVersion('1')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/')
    .addTag('Monitors', 'Monitors: targets and how 9volt checks them.')
    .addTag('Alerters', 'Alerters: where 9volt sends notifications.')
    .addTag('States', 'States, results and events of monitors.')
    .addTag('Push', 'Calls of jobs to push monitors.')
    .addTag('Events', 'What happened.')
    .addTag('Cluster', 'Members of the cluster and their settings.')
    .addTag('Stream', 'Live stream of changes.')
    .addTag('Schemas', 'JSON Schema of each type.')
    .addTag('Session', 'Sign-in of browsers.')
    .addTag('Health', 'Health and metrics of this process.')
    .addApiKey(
      {
        type: 'apiKey',
        in: 'header',
        name: 'X-Access-Token',
        description: 'Required if access tokens are configured.',
      },
      'token',
    )
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'The same token, as a bearer token.' }, 'bearer')
    .build();
}

interface Media {
  schema?: JsonSchema;
  example?: unknown;
}
interface Answer {
  description: string;
  content?: Record<string, Media>;
}
interface Operation {
  operationId?: string;
  summary?: string;
  tags?: string[];
  security?: Record<string, string[]>[];
  [OPEN]?: boolean;
  [WITHOUT_ETCD]?: boolean;
  parameters?: { name: string; in: string }[];
  requestBody?: { content?: Record<string, Media> };
  responses?: Record<string, Answer>;
}

const V2 = '/api/v2/';
const METHODS = ['get', 'put', 'post', 'patch', 'delete'] as const;
/** Every route of the API may answer these. */
const ALWAYS = [401, 403, 500, 503];
/** And these, if it accepts a body, whether it reads it or not. */
const OF_BODIES = [400, 413, 415];
/** Without configured tokens none is required. */
const GUARDED: Record<string, string[]>[] = [{ token: [] }, { bearer: [] }, {}];

/** Completes the scanned document: schemas, examples, errors, security, and the routes of the platform. */
export function completed(scanned: OpenAPIObject): OpenAPIObject {
  const document = structuredClone(scanned);
  document.paths = pathsOf(document, (path) => !path.startsWith(V2));
  const schemas = components();
  const shown = examples(schemas);
  document.components = { ...document.components, schemas: schemas as never };
  for (const [path, item] of Object.entries(document.paths)) {
    const platform = ownOf(PLATFORM_ROUTES, path);
    for (const method of METHODS) {
      const operation = item[method] as Operation | undefined;
      if (!operation) continue;
      if (platform) describePlatform(operation, platform);
      else addProblems(operation, method !== 'get');
      exemplify(path, operation, shown);
    }
  }
  return document;
}

/** The document of `/api/v2` alone, in which each error is one response that all operations share. */
export function completedV2(scanned: OpenAPIObject): OpenAPIObject {
  const document = structuredClone(scanned);
  document.info = { ...document.info, version: '2' };
  document.paths = pathsOf(document, (path) => path.startsWith(V2));
  const schemas = { ...components(), ...Object.fromEntries(V2_DTOS.map(({ name, schema }) => [name, schema])) };
  const shown = { ...examples(components()), ...v2Examples(examples(components())) };
  const shared = byName<Answer>();
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method] as Operation | undefined;
      if (!operation) continue;
      addProblems(operation, method !== 'get');
      exemplify(path, operation, shown);
      operation.responses = Object.fromEntries(
        Object.entries(operation.responses ?? {}).map(([status, answer]) => {
          if (Number(status) < 400) return [status, answer];
          shared[`Problem${status}`] ??= answer;
          return [status, { $ref: `#/components/responses/Problem${status}` } as never];
        }),
      );
    }
  }
  document.components = { ...document.components, responses: shared as never };
  const used = new Set<string>();
  collectSchemas({ paths: document.paths, shared }, schemas, used);
  document.components.schemas = Object.fromEntries(
    [...used].sort().map((name) => [name, ownOf(schemas, name)]),
  ) as never;
  document.tags = [{ name: 'v2', description: 'The second shape of the API.' }];
  return document;
}

function pathsOf({ paths }: OpenAPIObject, isIn: (path: string) => boolean): OpenAPIObject['paths'] {
  return Object.fromEntries(Object.entries(paths).filter(([path]) => isIn(path)));
}

/** The names of all schemas that a part of a document refers to. */
function collectSchemas(part: unknown, schemas: Record<string, JsonSchema>, used: Set<string>): void {
  for (const [, name = ''] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    if (used.has(name)) continue;
    used.add(name);
    collectSchemas(ownOf(schemas, name), schemas, used);
  }
}

function v2Examples(shown: Record<string, unknown>): Record<string, unknown> {
  const entry = (name: string, config: unknown): object => ({ name, revision: 1042, origin: { from: 'api' }, config });
  const monitor = entry('shop-home', shown['Monitor']);
  const alerter = entry('team-slack', shown['Alerter']);
  return {
    ...Object.fromEntries(V2_DTOS.map(({ name, example }) => [name, example])),
    ...{ MonitorEntry: monitor, MonitorEntryList: [monitor], AlerterEntry: alerter, AlerterEntryList: [alerter] },
  };
}

function describePlatform(operation: Operation, { id, summary, open, answers }: PlatformRoute): void {
  operation.operationId = id;
  operation.summary = summary;
  operation.tags = ['Health'];
  operation.security = open ? [] : GUARDED;
  operation.parameters = [];
  operation.responses = Object.fromEntries(
    Object.entries(answers).map(([status, { schema, description, mediaType = 'application/json' }]) => [
      status,
      { description, content: { [mediaType]: { schema: { $ref: `#/components/schemas/${schema}` } } } },
    ]),
  );
  if (!open) operation.responses[401] = problem(401);
}

function addProblems(operation: Operation, takesBody: boolean): void {
  const isOpen = operation[OPEN] === true;
  const needsEtcd = operation[WITHOUT_ETCD] !== true;
  delete operation[OPEN];
  delete operation[WITHOUT_ETCD];
  operation.security = isOpen ? [] : GUARDED;
  const responses = (operation.responses ??= {});
  const statuses = [
    ...ALWAYS.filter((status) => (status !== 401 || !isOpen) && (status !== 503 || needsEtcd)),
    // An open route for calls accepts bodies of any type.
    ...(takesBody && !(isOpen && needsEtcd) ? OF_BODIES : []),
    ...Object.keys(responses)
      .map(Number)
      .filter((status) => status >= 400),
  ];
  for (const status of statuses) responses[status] = problem(status);
}

function problem(status: number): Answer {
  return {
    description: PROBLEMS[status] ?? 'Refused.',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
}

/** Each answer has an example of its own; a request has one of its schema. */
function exemplify(path: string, operation: Operation, shown: Record<string, unknown>): void {
  const { operationId = '', parameters = [], requestBody, responses = {} } = operation;
  const sent = Object.values(requestBody?.content ?? {});
  for (const media of sent) media.example = ownOf(shown, nameOf(media));
  const query = parameters.filter((one) => one.in === 'query').map(({ name }) => name);
  const refusing = { operationId, path, query, body: sent[0] && nameOf(sent[0]) };
  for (const [status, { content }] of Object.entries(responses)) {
    for (const media of Object.values(content ?? {})) {
      const name = nameOf(media);
      media.example =
        name === 'Problem'
          ? problemExample(Number(status), refusing)
          : (ownOf(answerExamples, `${operationId} ${status}`) ?? ownOf(shown, name));
    }
  }
}

function nameOf({ schema }: Media): string {
  return (
    String(schema?.['$ref'] ?? '')
      .split('/')
      .at(-1) ?? ''
  );
}
