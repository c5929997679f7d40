import { createHmac } from 'node:crypto';
import { Choice, type CrossChecked, escapeMarkup, type FieldError, Shown, Text, TextMap } from '@9volt/contracts';
import { alertDocument, alertFields, type AlertFields } from './alert-fields.js';
import { defineAlerter, type DeliveryOutcome } from './define-alerter.js';
import { deliverHttp, judgeByStatus, untilCorrected, type HttpAnswer, type HttpRequest } from './http-delivery.js';
import { HttpUrl, secretsOfUrl } from './http-url.js';
import { renderAlert } from './render-alert.js';
import { FIELD_NAMES, fillTemplate, forHeader, forJson, forUrl, templateFault } from './template.js';
import { testAlert } from './test-alert.js';
import { Ca, SkipVerify } from './tls-options.js';

const DEFAULT_CODES = '200-299';
const DEFAULT_SIGNATURE = 'X-9volt-Signature';
const TIMESTAMP = 'X-9volt-Timestamp';
const METHODS = ['GET', 'POST', 'PUT', 'PATCH'] as const;

const CODES = /^\s*[1-5]\d\d(?:\s*-\s*[1-5]\d\d)?(?:\s*,\s*[1-5]\d\d(?:\s*-\s*[1-5]\d\d)?)*\s*$/;
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
/** They belong to the connection, and would break it. */
const KEPT_HEADERS = /^(?:host|content-length|transfer-encoding|connection|upgrade|te|trailer|expect)$/i;
/** A shorter value of a header is not a credential; hiding it would only make answers unreadable. */
const MIN_SECRET = 6;

@Shown('url', 'method', 'headers', 'body')
export class HttpOptions implements CrossChecked {
  @HttpUrl({
    doc:
      'Address of the request. Its path and query can contain fields such as {{monitor}}, which are URL-encoded. Put a token ' +
      'into headers, because 9volt shows the address.',
    required: true,
    example: 'https://hooks.example.com/alerts?monitor={{monitor}}',
  })
  url!: string;

  @Choice({ doc: 'Method of the request. GET has no body.', values: METHODS, default: 'POST' })
  method?: (typeof METHODS)[number];

  @TextMap({
    doc:
      'Headers of the request. Their values can contain fields, each as one line in UTF-8. Content-Type is application/json ' +
      'unless set here. 9volt always sends Idempotency-Key, with the same value for every attempt to send a notification.',
    secret: true,
    example: { Authorization: 'Bearer an-example' },
  })
  headers?: Record<string, string>;

  @Text({
    doc:
      'Body of the request. Each {{field}} is replaced by its text, escaped as the Content-Type requires: for ' +
      'JSON as within quotes, for application/x-www-form-urlencoded as in a URL, for XML and HTML as text; for others unchanged. ' +
      `The fields: ${FIELD_NAMES}. Default: JSON of all fields.`,
    multiline: true,
    notEmpty: true,
    example: '{"text": "{{title}}: {{text}}", "failures": {{attempts}}}',
  })
  body?: string;

  @Text({
    doc:
      `Key for signing the request: ${TIMESTAMP} is the time in seconds since 1970, and the signature is sha256= and the hexadecimal HMAC-SHA256, with this ` +
      'secret, of that time, a dot and the body. The receiver should reject old times, so that nobody can replay a request.',
    secret: true,
    notEmpty: true,
    maxLength: 1_024,
    example: 'an example',
  })
  'hmac-secret'?: string;

  @Text({
    doc: 'Name of the header with the signature.',
    default: DEFAULT_SIGNATURE,
    maxLength: 100,
    pattern: HEADER_NAME,
    expected: 'the name of a header',
  })
  'signature-header'?: string;

  @Text({
    doc:
      'Status codes that mean delivered. Of the others, 408, 425, 429, 5xx and any unexpected 2xx are tried again; 401, 402, 403, 404, 405, 407, 410, ' +
      '421 and redirects, which are never followed, until the alerter is corrected; the rest are refusals of the message.',
    default: DEFAULT_CODES,
    maxLength: 200,
    pattern: CODES,
    expected: 'codes and ranges such as "200-299,304"',
    example: '200-299,304',
  })
  'expected-codes'?: string;

  @Text({
    doc:
      'Text that the first 64 KiB of the body of the answer must contain, in addition to an expected status code, to count as delivered. Otherwise the ' +
      'notification is kept, and sent once the alerter is corrected.',
    notEmpty: true,
    maxLength: 4_096,
    example: '"ok":true',
  })
  expect?: string;

  @Text({
    doc: 'Text that must not be there; otherwise the same happens.',
    notEmpty: true,
    maxLength: 4_096,
    example: '"error"',
  })
  'expect-not'?: string;

  @SkipVerify()
  'skip-verify'?: boolean;

  @Ca()
  ca?: string;

  @Text({ doc: 'Client certificate (PEM). Needs client-key.', multiline: true, notEmpty: true })
  'client-cert'?: string;

  @Text({ doc: 'Key (PEM) of the certificate.', secret: true, multiline: true, notEmpty: true })
  'client-key'?: string;

  crossCheck(): FieldError[] {
    const errors: FieldError[] = [];
    const wrong = (name: string, expected: string) =>
      errors.push({ path: `/${name}`, expected, message: `${name}: expected ${expected}` });

    const urlFault = templateFault(this.url);
    if (urlFault !== undefined) wrong('url', `fields of an alert (${urlFault})`);
    // A monitor could send the credentials to a server of its own.
    if (originOf(this.url).includes('{{')) wrong('url', 'fields only in the path and the query');

    for (const [name, value] of Object.entries(this.headers ?? {})) {
      const at = `headers/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      const valueFault = templateFault(value);
      if (!HEADER_NAME.test(name) || KEPT_HEADERS.test(name)) wrong(at, 'the name of a header that may be set');
      else if (/[\r\n\0]/.test(value)) wrong(at, 'one line');
      else if (valueFault !== undefined) wrong(at, `fields of an alert (${valueFault})`);
    }

    const codes = this['expected-codes'] ?? DEFAULT_CODES;
    if (rangesOf(codes).some(([from, to]) => from > to)) wrong('expected-codes', 'ranges from low to high');

    if (this.method === 'GET') {
      if (this.body !== undefined) wrong('body', 'no body with GET');
      if (this['hmac-secret'] !== undefined)
        wrong('hmac-secret', 'a method with a body, because the signature covers the body');
    } else if (this.body !== undefined) {
      const bodyFault = templateFault(this.body);
      if (bodyFault !== undefined) wrong('body', `fields of an alert (${bodyFault})`);
      else if (isJson(typeOf(this)) && !parses(bodyOf(this, SAMPLE))) {
        wrong('body', 'JSON, with fields other than numbers in quotes; or headers with another Content-Type');
      }
    }
    if ((this['client-cert'] === undefined) !== (this['client-key'] === undefined)) {
      wrong(this['client-cert'] === undefined ? 'client-cert' : 'client-key', 'client-cert and client-key together');
    }
    return errors;
  }
}

export const http = defineAlerter<HttpOptions>({
  type: 'http',
  summary: 'Sends a request to any HTTP server: the alert as JSON, or a template that you write.',
  options: HttpOptions,
  destination: ['url', 'skip-verify', 'ca'],
  send(options, alert, context) {
    const fields = alertFields(alert);
    const method = options.method ?? 'POST';
    const body =
      method === 'GET'
        ? undefined
        : options.body === undefined
          ? JSON.stringify(alertDocument(alert))
          : bodyOf(options, fields);
    const url = fillTemplate(options.url, fields, forUrl);
    const given = filledHeaders(options, fields);
    const request: HttpRequest = {
      method,
      url,
      headers: {
        'Idempotency-Key': forHeader(context.notificationId),
        ...(body === undefined ? {} : { 'Content-Type': typeOf(options) }),
        ...given,
        ...signature(options, body),
      },
      ...(body === undefined ? {} : { body }),
      tls: trustOf(options),
      secrets: secretsOf(options, url, given),
    };
    return deliverHttp(request, context, (answer) => judge(answer, options));
  },
});

/** Everything before the path, the query or the fragment. */
function originOf(url: string): string {
  return /^[a-z]+:\/\/[^/?#]*/i.exec(url)?.[0] ?? '';
}

function typeOf({ headers }: HttpOptions): string {
  const given = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'content-type');
  return given?.[1] ?? 'application/json';
}

function isJson(contentType: string): boolean {
  return /^[^;]*[/+]json\s*(?:;|$)/i.test(contentType);
}

function bodyOf(options: HttpOptions, fields: AlertFields): string {
  return fillTemplate(options.body ?? '', fields, escapingOf(typeOf(options)));
}

function escapingOf(contentType: string): (text: string) => string {
  if (isJson(contentType)) return forJson;
  if (/^\s*application\/x-www-form-urlencoded\b/i.test(contentType)) return encodeURIComponent;
  if (/^[^;]*(?:[/+]xml|\/html)\s*(?:;|$)/i.test(contentType)) return escapeMarkup;
  return (text) => text;
}

/** An alert whose texts cannot be mistaken for JSON, so a template that works for it works for all. */
const SAMPLE = Object.fromEntries(
  Object.entries(alertFields(renderAlert(testAlert('a', 'b', '2026-03-01T10:00:00.000Z')))).map(([name, value]) => [
    name,
    /^(?:attempts|.*-threshold|test)$/.test(name) ? value : 'a "text"',
  ]),
) as AlertFields;

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function filledHeaders({ headers }: HttpOptions, fields: AlertFields): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [
      name,
      forHeader(fillTemplate(value, fields, (text) => text)),
    ]),
  );
}

function signature(options: HttpOptions, body: string | undefined): Record<string, string> {
  const secret = options['hmac-secret'];
  if (secret === undefined || body === undefined) return {};
  const seconds = String(Math.floor(Date.now() / 1_000));
  const hex = createHmac('sha256', secret).update(`${seconds}.${body}`, 'utf8').digest('hex');
  return { [TIMESTAMP]: seconds, [options['signature-header'] ?? DEFAULT_SIGNATURE]: `sha256=${hex}` };
}

function trustOf(options: HttpOptions): NonNullable<HttpRequest['tls']> {
  const { ca, 'client-cert': clientCert, 'client-key': clientKey } = options;
  return {
    skipVerify: options['skip-verify'] ?? false,
    ...(ca === undefined ? {} : { ca }),
    ...(clientCert === undefined ? {} : { clientCert }),
    ...(clientKey === undefined ? {} : { clientKey }),
  };
}

/** The values of headers, and the part after `Bearer`; also the address, because it may come from a reference. */
function secretsOf(options: HttpOptions, url: string, headers: Record<string, string>): (string | undefined)[] {
  const values = Object.entries(headers)
    .filter(([name]) => !/^content-type$/i.test(name))
    .flatMap(([, value]) => [value, value.slice(value.indexOf(' ') + 1)])
    .filter((value) => value.length >= MIN_SECRET);
  return [...values, options['hmac-secret'], options['client-key'], ...secretsOfUrl(url)];
}

function judge(answer: HttpAnswer, options: HttpOptions): DeliveryOutcome {
  const outcome = judgeByStatus(answer);
  const codes = rangesOf(options['expected-codes'] ?? DEFAULT_CODES);
  if (codes.some(([from, to]) => answer.status >= from && answer.status <= to)) {
    const fault = bodyFault(answer.body, options);
    if (fault === undefined) return { outcome: 'delivered', answer: outcome.answer };
    return untilCorrected(`HTTP ${answer.status}, but the answer ${fault}: ${answer.body}`);
  }
  return outcome.outcome === 'delivered' ? { outcome: 'retryable', answer: outcome.answer } : outcome;
}

function bodyFault(body: string, { expect, 'expect-not': unwanted }: HttpOptions): string | undefined {
  if (expect !== undefined && !body.includes(expect)) return `does not contain ${JSON.stringify(expect)}`;
  if (unwanted !== undefined && body.includes(unwanted)) return `contains ${JSON.stringify(unwanted)}`;
  return undefined;
}

function rangesOf(codes: string): [from: number, to: number][] {
  return codes.split(',').map((range) => {
    const [from = NaN, to = from] = range.split('-').map(Number);
    return [from, to];
  });
}
