import { validateHeaderName, validateHeaderValue } from 'node:http';
import {
  type CheckResult,
  Duration,
  fault,
  type FieldError,
  Flag,
  Integer,
  MonitorSettings,
  Text,
  TextMap,
  timeoutFault,
} from '@9volt/contracts';
import { defineMonitor, type ProbeContext } from './define-monitor.js';
import { readBody } from './http/body.js';
import { exchange } from './http/exchange.js';
import { isRedirect, MAX_REDIRECTS, redirected } from './http/redirect.js';
import { type HttpRequest, pathOf, standardPort, urlOf } from './http/request.js';
import { hostFault, hostOf } from './net/host.js';
import { timeoutMsOf, valueOf } from './probe/attribute-value.js';
import { inWords } from './probe/error-words.js';
import { excerpt } from './probe/excerpt.js';
import { ProbeRun } from './probe/probe-run.js';
import { type Scope, scoped } from './probe/scope.js';
import { SubstringSearch } from './probe/substring-search.js';

/** How much of a body is searched, counted after decompression. */
const MAX_BODY_BYTES = 1_048_576;

const METHOD = /^(?!connect$)[a-z!#$%&'*+.^_`|~0-9-]{1,32}$/i;

export class HttpSettings extends MonitorSettings {
  @Text({ doc: 'Host name or IP address of the target.', required: true, example: 'shop.example.com', maxLength: 255 })
  host!: string;

  @Integer({ doc: 'Port of the target. Default: 80, with ssl 443.', minimum: 1, maximum: 65_535, example: 8080 })
  port?: number;

  @Text({ doc: 'Path and query, sent as written.', default: '', example: '/health?deep=1', maxLength: 8_192 })
  url?: string;

  @Text({
    doc: 'Request method.',
    default: 'GET',
    example: 'POST',
    pattern: METHOD,
    expected: 'a method of HTTP other than CONNECT, such as GET or POST',
  })
  method?: string;

  @Flag({ doc: 'Speaks HTTPS, and verifies the certificate of the target.', default: false })
  ssl?: boolean;

  @Flag({ doc: 'Accepts any certificate. Only with ssl, or when redirected to HTTPS.', default: false })
  'tls-skip-verify'?: boolean;

  @Integer({
    doc: 'The status code that is awaited. Up to 10 redirects are followed, unless their own status is the awaited one.',
    default: 200,
    minimum: 100,
    maximum: 999,
  })
  'status-code'?: number;

  @TextMap({
    doc: 'Headers that are sent. They are dropped when the target redirects to another origin.',
    example: { 'Content-Type': 'application/json' },
    secret: true,
  })
  headers?: Record<string, string>;

  @Text({ doc: 'Body of the request.', example: '{"ping": true}', multiline: true })
  'request-body'?: string;

  @Text({
    doc: 'Text that the first 1 MiB of the response must contain. Without it the verdict is given on the status code, and the body is not read.',
    example: 'Welcome',
  })
  expect?: string;

  @Duration({ doc: 'How long a run may take, redirects included.', default: '3s' })
  timeout?: string;

  override crossCheck(): FieldError[] {
    return [
      ...super.crossCheck(),
      ...timeoutFault(this, 'timeout'),
      ...hostFault(this.host),
      ...(/^[a-z][a-z0-9+.-]*:\/\//i.test(this.url ?? '')
        ? [
            fault(
              '/url',
              this.url,
              'a path and query such as "/health?deep=1"; host, port and ssl are attributes of their own',
            ),
          ]
        : []),
      ...Object.entries(this.headers ?? {}).flatMap(headerFault),
    ];
  }
}

/** Without the value, which may be a credential. */
function headerFault([name, value]: [string, string]): FieldError[] {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return [];
  } catch {
    const expected = 'header names and values that HTTP takes, without line breaks';
    return [
      {
        path: '/headers',
        expected,
        message: `headers: ${JSON.stringify(excerpt(name, 80))} is not valid; expected ${expected}`,
      },
    ];
  }
}

export const httpMonitor = defineMonitor<HttpSettings>({
  type: 'http',
  summary: 'Sends an HTTP or HTTPS request; expects a status code, and may expect a text in the response.',
  settings: HttpSettings,
  target: (settings) => `${methodOf(settings)} ${urlOf(requestOf(settings))}`,
  deadlineMs: (settings) => timeoutMsOf(HttpSettings, settings, 'timeout'),
  weight: 2,
  probe,
});

async function probe(settings: HttpSettings, { signal }: ProbeContext): Promise<CheckResult> {
  const run = new ProbeRun(signal);
  const limitMs = timeoutMsOf(HttpSettings, settings, 'timeout');
  try {
    return await scoped(
      limitMs,
      signal,
      (scope) => check(settings, run, scope),
      () => run.timedOut(limitMs),
    );
  } catch (error) {
    const reason = inWords(error);
    const message = `Ran into error while performing '${methodOf(settings)}' request: ${reason}`;
    return run.failedWith(error, message, `status code ${expectedStatus(settings)}`, reason);
  }
}

async function check(settings: HttpSettings, run: ProbeRun, scope: Scope): Promise<CheckResult> {
  const expected = expectedStatus(settings);
  const response = await respond(settings, run, scope);
  if (response.statusCode !== expected) {
    return run.failed(
      `Received status code '${response.statusCode}' does not match expected status code '${expected}'`,
      `status code ${expected}`,
      `status code ${response.statusCode}`,
    );
  }
  if (!settings.expect) return run.ok();

  run.stage = 'reading the response';
  const search = new SubstringSearch(settings.expect);
  const transferSince = performance.now();
  await readBody(response, search, MAX_BODY_BYTES, scope);
  run.spent('transfer', transferSince);
  if (search.found) return run.ok();
  const wanted = excerpt(settings.expect, 256);
  return run.failed(
    `Received response body '${excerpt(search.head())}' does not contain expected content '${wanted}'`,
    wanted,
    search.bytes === 0 ? 'an empty body' : excerpt(search.head(), 200),
  );
}

/** The response at the end of all redirects. */
async function respond(settings: HttpSettings, run: ProbeRun, scope: Scope): ReturnType<typeof exchange> {
  const expected = expectedStatus(settings);
  let request = requestOf(settings);
  for (let redirects = 0; ; redirects += 1) {
    const response = await exchange(request, settings['tls-skip-verify'] ?? false, run, scope);
    const { statusCode = 0, headers } = response;
    if (statusCode === expected || !isRedirect(statusCode) || headers.location === undefined) return response;
    response.destroy();
    if (redirects === MAX_REDIRECTS) throw new Error(`stopped after ${MAX_REDIRECTS} redirects`);
    request = redirected(request, statusCode, headers.location);
  }
}

function requestOf(settings: HttpSettings): HttpRequest {
  const ssl = settings.ssl ?? false;
  return {
    ssl,
    host: hostOf(settings.host) ?? settings.host,
    port: settings.port ?? standardPort(ssl),
    path: pathOf(valueOf(HttpSettings, settings, 'url')),
    method: methodOf(settings),
    headers: settings.headers ?? {},
    body: settings['request-body'],
  };
}

function methodOf(settings: HttpSettings): string {
  return valueOf(HttpSettings, settings, 'method').toUpperCase();
}

function expectedStatus(settings: HttpSettings): number {
  return valueOf(HttpSettings, settings, 'status-code');
}
