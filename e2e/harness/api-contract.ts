import { Ajv2020, type AnySchema, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

type Json = Record<string, unknown>;

interface Media {
  schema: Json;
  example?: unknown;
}
export interface DocumentedAnswer {
  description: string;
  headers?: Record<string, { required?: boolean }>;
  content: Record<string, Media>;
}
export interface DocumentedOperation {
  operationId: string;
  security: Json[];
  parameters: { name: string; in: 'path' | 'query' | 'header' }[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, DocumentedAnswer>;
}
export interface ApiDocument {
  openapi: string;
  paths: Record<string, Record<string, DocumentedOperation>>;
  components: { schemas: Record<string, Json> };
}

export interface Operation extends DocumentedOperation {
  method: string;
  path: string;
}

export interface Question {
  /** The value of the parameter in the path; not encoded yet. */
  name?: string;
  /** The number of an incident in the path; 1 if not set. */
  n?: string;
  query?: string;
  /** A text is sent as it is. */
  body?: unknown;
  headers?: Record<string, string>;
  /** Another process than the first. */
  url?: string;
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  body: unknown;
}

const METHODS = ['get', 'put', 'post', 'patch', 'delete'];
const DOCUMENT = 'openapi';

/**
 * Calls an API, and compares each answer with its document: the status, the media type, the headers and the body, in which
 * undocumented values are faults. Counts the seen answers.
 */
export class ApiContract {
  readonly operations: ReadonlyMap<string, Operation>;
  /** `operation status` of all answers so far. */
  readonly seen = new Set<string>();
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true });

  /** No answer may contain `forbidden`. */
  constructor(
    readonly url: string,
    readonly document: ApiDocument,
    private readonly forbidden: string,
  ) {
    (addFormats as unknown as (ajv: Ajv2020) => void)(this.ajv);
    this.ajv.addSchema(closed(document) as AnySchema, DOCUMENT);
    this.operations = new Map(
      Object.entries(document.paths).flatMap(([path, item]) =>
        METHODS.flatMap((method) => {
          const operation = item[method];
          return operation ? [[operation.operationId, { ...operation, method: method.toUpperCase(), path }]] : [];
        }),
      ),
    );
  }

  static async of(url: string, forbidden: string): Promise<ApiContract> {
    const response = await fetch(`${url}/openapi.json`);
    return new ApiContract(url, (await response.json()) as ApiDocument, forbidden);
  }

  operation(id: string): Operation {
    const operation = this.operations.get(id);
    if (!operation) throw new Error(`the document has no operation ${id}`);
    return operation;
  }

  /** Throws if the answer differs from the document. */
  async ask(id: string, question: Question = {}): Promise<Answer> {
    const operation = this.operation(id);
    const { body } = question;
    const path = operation.path
      .replace('{n}', encodeURIComponent(question.n ?? '1'))
      .replace(/\{\w+\}/, encodeURIComponent(question.name ?? ''));
    const type = Object.keys(operation.requestBody?.content ?? {})[0] ?? 'application/json';
    const response = await fetch(`${question.url ?? this.url}${path}${question.query ? `?${question.query}` : ''}`, {
      method: operation.method,
      headers: { ...(body === undefined ? {} : { 'content-type': type }), ...question.headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer = { status: response.status, headers: response.headers, text, body: parsed(response.headers, text) };
    const faults = [...this.faultsOfAnswer(operation, answer), ...this.faultsOfQuestion(operation, question, answer)];
    if (faults.length > 0) {
      throw new Error(`${id} answered ${answer.status} ${text.slice(0, 2_000)}\n${faults.join('\n')}`);
    }
    return answer;
  }

  /** Counts an answer to a request from elsewhere. */
  saw(id: string, status: number): void {
    this.seen.add(`${id} ${status}`);
  }

  /** How a value differs from a schema of the document. */
  faultsOf(schema: string, value: unknown): string[] {
    return faults(this.compiled(['components', 'schemas', schema]), value);
  }

  /** How the examples of an operation differ from their schemas. */
  faultsOfExamples({ operationId, requestBody, responses }: Operation): string[] {
    const contents = Object.entries(responses).map(([status, { content }]) => [status, content] as const);
    if (requestBody) contents.push(['request', requestBody.content]);
    return contents.flatMap(([where, content]) =>
      Object.values(content).flatMap(({ schema, example }) =>
        this.faultsOf(nameOf(schema), example).map((fault) => `${operationId} ${where}: ${fault}`),
      ),
    );
  }

  private faultsOfAnswer(operation: Operation, { status, headers, text, body }: Answer): string[] {
    this.saw(operation.operationId, status);
    if (text.includes(this.forbidden)) return ['a secret is told'];
    const documented = operation.responses[status];
    if (!documented) return [`the status ${status} is not documented`];
    const [type = ''] = (headers.get('content-type') ?? '').split(';');
    const media = documented.content[type];
    if (!media) return [`the type ${type} is not documented`];
    const missing = Object.entries(documented.headers ?? {})
      .filter(([name, { required }]) => required === true && !headers.has(name))
      .map(([name]) => name);
    return [
      ...missing.map((name) => `the header ${name} is missing`),
      ...this.faultsOf(nameOf(media.schema), body),
      ...(status < 400 ? [] : faultsOfProblem(body, status)),
    ];
  }

  /** Accepted requests must be documented, too. */
  private faultsOfQuestion(operation: Operation, { query, body, headers }: Question, { status }: Answer): string[] {
    if (status >= 400) return [];
    const known = (where: string): string[] =>
      operation.parameters.filter((one) => one.in === where).map(({ name }) => name.toLowerCase());
    const asked = [...new URLSearchParams(query).keys()].filter((name) => !known('query').includes(name));
    const sent = Object.keys(headers ?? {})
      .map((name) => name.toLowerCase())
      .filter((name) => ![...known('header'), 'content-type', 'x-access-token', 'authorization'].includes(name));
    const type = headers?.['content-type'] ?? Object.keys(operation.requestBody?.content ?? {})[0] ?? '';
    const media = operation.requestBody?.content[type];
    return [
      ...[...asked, ...sent].map((name) => `the parameter ${name} is not documented`),
      ...(body === undefined
        ? []
        : media
          ? this.faultsOf(nameOf(media.schema), body).map((fault) => `request: ${fault}`)
          : [`a request of type ${type} is not documented`]),
    ];
  }

  private compiled(path: readonly string[]): ValidateFunction {
    const validate = this.ajv.getSchema(`${DOCUMENT}#/${path.join('/')}`);
    if (!validate) throw new Error(`the document has no ${path.join('/')}`);
    return validate;
  }
}

function faults(validate: ValidateFunction, value: unknown): string[] {
  validate(value);
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

/** A problem repeats the status of its answer, for clients of RFC 9457 and of the original. */
function faultsOfProblem(body: unknown, status: number): string[] {
  const { status: told, detail, message } = body as Json;
  if (detail === undefined) return [];
  return [
    ...(told === status ? [] : [`the problem tells the status ${String(told)}`]),
    ...(message === detail ? [] : ['message and detail differ']),
  ];
}

function parsed(headers: Headers, text: string): unknown {
  return /[/+]json\b/.test(headers.get('content-type') ?? '') ? JSON.parse(text) : text;
}

function nameOf(schema: Json): string {
  return String(schema['$ref']).split('/').at(-1) ?? '';
}

/** Keywords that contain a schema, a list of them, and a map of them. */
const ONE = ['items', 'additionalProperties', 'not', 'contentSchema'];
const LIST = ['oneOf', 'anyOf', 'allOf', 'prefixItems'];
const MAP = ['properties', 'patternProperties', '$defs'];

/** The document with every object closed to other attributes, unless it says otherwise. */
function closed(document: ApiDocument): ApiDocument {
  const { schemas } = document.components;
  return { ...document, components: { ...document.components, schemas: mapped(schemas, close) } };
}

function close(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return schema;
  const result: Json = { ...schema };
  for (const keyword of ONE) if (keyword in result) result[keyword] = close(result[keyword]);
  for (const keyword of LIST) if (keyword in result) result[keyword] = (result[keyword] as unknown[]).map(close);
  for (const keyword of MAP) if (keyword in result) result[keyword] = mapped(result[keyword] as Json, close);
  const isObject = result['type'] === 'object' || 'properties' in result;
  if (isObject && !('additionalProperties' in result)) result['additionalProperties'] = false;
  return result;
}

function mapped<T>(map: Record<string, T>, change: (value: T) => unknown): Record<string, never> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, change(value) as never]));
}
