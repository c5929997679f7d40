import { validateHeaderName, validateHeaderValue } from 'node:http';
import {
  Duration,
  fault,
  type FieldError,
  Flag,
  Integer,
  MonitorSettings,
  parseDuration,
  pointer,
  Text,
  TextMap,
  timeoutFault,
} from '@9volt/contracts';
import { hostFault } from '../net/host.js';
import {
  type TlsAttributes,
  TlsCa,
  TlsClientCert,
  TlsClientKey,
  TlsExpiry,
  tlsFaults,
  TlsMinVersion,
  TlsServerName,
  TlsSkipVerify,
  type TlsVersion,
} from '../net/tls-attributes.js';
import { excerpt } from '../probe/excerpt.js';
import { expressionFaults } from '../probe/expression.js';
import { JSON_PATH_EXPECTED, parseJsonPath } from './json-path.js';
import { PROXY, PROXY_EXPECTED } from './proxy.js';
import { isOrdered, STATUS_CODES, STATUS_CODES_EXPECTED } from './status-codes.js';
import { isNumberless, parseExpectation } from './value-expectation.js';

const METHOD = /^(?!connect$)[a-z!#$%&'*+.^_`|~0-9-]{1,32}$/i;

export class HttpSettings extends MonitorSettings implements TlsAttributes {
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

  @Integer({ doc: 'The status code that is awaited.', default: 200, minimum: 100, maximum: 999 })
  'status-code'?: number;

  @Text({
    doc: 'The status codes that are awaited, where more than one is as good. Instead of status-code.',
    pattern: STATUS_CODES,
    expected: STATUS_CODES_EXPECTED,
    maxLength: 200,
    example: '200-299,304',
  })
  'status-codes'?: string;

  @TextMap({
    doc: 'Headers that are sent. They are dropped when the target redirects to another origin.',
    example: { 'Content-Type': 'application/json' },
    secret: true,
  })
  headers?: Record<string, string>;

  @Text({ doc: 'Body of the request.', example: '{"ping": true}', multiline: true })
  'request-body'?: string;

  @Text({ doc: 'User name for basic authentication. Needs password.', notEmpty: true, maxLength: 320, example: 'shop' })
  username?: string;

  @Text({
    doc: 'Password for basic authentication.',
    secret: true,
    notEmpty: true,
    maxLength: 1_024,
    example: 'an example',
  })
  password?: string;

  @Text({
    doc: 'Token for bearer authentication.',
    secret: true,
    notEmpty: true,
    maxLength: 8_192,
    example: '${env:SHOP_TOKEN}',
  })
  'bearer-token'?: string;

  @Flag({
    doc: 'Follows up to 10 redirects, unless their own status is an awaited one. Credentials, the client certificate among them, stay within the origin.',
    default: true,
  })
  'follow-redirects'?: boolean;

  @Text({
    doc: 'The proxy through which the target is asked; it also looks up the name of the target.',
    pattern: PROXY,
    expected: PROXY_EXPECTED,
    maxLength: 300,
    example: 'http://proxy.example.com:3128',
  })
  proxy?: string;

  @Text({ doc: 'User name for the proxy. Needs proxy-password.', notEmpty: true, maxLength: 320, example: 'shop' })
  'proxy-username'?: string;

  @Text({ doc: 'Password for the proxy.', secret: true, notEmpty: true, maxLength: 1_024, example: 'an example' })
  'proxy-password'?: string;

  @TextMap({
    doc: 'Texts that headers of the response must contain, by the name of the header; after `~`, a regular expression that must match.',
    example: { 'Content-Type': 'text/html', 'Strict-Transport-Security': '~ max-age=\\d{7,}' },
  })
  'expect-headers'?: Record<string, string>;

  @Text({
    doc: 'Text that the first 1 MiB of the response must contain. Where nothing is expected of the body, the verdict is given without reading it.',
    example: 'Welcome',
  })
  expect?: string;

  @Text({ doc: 'Text that the first 1 MiB of the response must not contain.', example: 'Internal error' })
  'expect-not'?: string;

  @Text({
    doc: 'Regular expression (RE2) that must match in the first 64 KiB of the response.',
    notEmpty: true,
    maxLength: 4_096,
    example: 'version \\d+\\.\\d+',
  })
  'expect-regex'?: string;

  @TextMap({
    doc: 'What values of a response in JSON must be, by their path (RFC 9535, to one value): the text itself, or behind one of = != < <= > >=; behind ~ a regular expression.',
    example: { '$.status': 'ok', '$.queues[0].length': '< 100', '$.version': '~ ^2\\.' },
  })
  'expect-json'?: Record<string, string>;

  @Duration({ doc: 'A run that takes longer is warning.', example: '500ms' })
  'warning-latency'?: string;

  @Duration({ doc: 'A run that takes longer is critical.', example: '2s' })
  'critical-latency'?: string;

  @TlsExpiry('warning')
  'tls-expiry-warning'?: number;

  @TlsExpiry('critical')
  'tls-expiry-critical'?: number;

  @TlsMinVersion()
  'tls-min-version'?: TlsVersion;

  @TlsServerName()
  'tls-server-name'?: string;

  @TlsCa()
  'tls-ca'?: string;

  @TlsSkipVerify()
  'tls-skip-verify'?: boolean;

  @TlsClientCert()
  'tls-client-cert'?: string;

  @TlsClientKey()
  'tls-client-key'?: string;

  @Duration({ doc: 'How long a run may take, redirects included.', default: '3s' })
  timeout?: string;

  override crossCheck(): FieldError[] {
    return [
      ...super.crossCheck(),
      ...timeoutFault(this, 'timeout'),
      ...hostFault(this.host),
      ...tlsFaults(this),
      ...requestFaults(this),
      ...authenticationFaults(this),
      ...expectationFaults(this),
    ];
  }
}

function requestFaults({
  url = '',
  headers = {},
  'status-code': code,
  'status-codes': codes,
}: HttpSettings): FieldError[] {
  return [
    ...(/^[a-z][a-z0-9+.-]*:\/\//i.test(url)
      ? [
          fault(
            '/url',
            url,
            'a path and query such as "/health?deep=1"; host, port and ssl are attributes of their own',
          ),
        ]
      : []),
    ...Object.entries(headers).flatMap(headerFault),
    ...(codes !== undefined && code !== undefined ? [told('status-codes', 'either status-code or status-codes')] : []),
    ...(codes !== undefined && !isOrdered(codes) ? [fault('/status-codes', codes, 'ranges from low to high')] : []),
  ];
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

function authenticationFaults(settings: HttpSettings): FieldError[] {
  const { username, password, 'bearer-token': token, headers = {}, proxy } = settings;
  const { 'proxy-username': proxyUser, 'proxy-password': proxyPassword } = settings;
  const ways = [username, token, Object.keys(headers).find((name) => /^authorization$/i.test(name))];
  return [
    ...together('username', username, 'password', password),
    ...together('proxy-username', proxyUser, 'proxy-password', proxyPassword),
    ...(proxy === undefined && proxyUser !== undefined ? [told('proxy', 'the proxy that the user name is for')] : []),
    ...(ways.filter((way) => way !== undefined).length > 1
      ? [
          told(
            username === undefined ? 'bearer-token' : 'username',
            'one way of authentication: username and password, bearer-token, or the header Authorization',
          ),
        ]
      : []),
  ];
}

function expectationFaults(settings: HttpSettings): FieldError[] {
  const { 'expect-headers': headers = {}, 'expect-json': json = {} } = settings;
  const { 'warning-latency': warning, 'critical-latency': critical } = settings;
  return [
    ...expressionFaults([
      ['/expect-regex', settings['expect-regex']],
      ...Object.entries(headers).map(([name, wanted]) => {
        const [, expression] = /^\s*~\s*(.*)$/s.exec(wanted) ?? [];
        return [`/expect-headers/${pointer(name)}`, expression] as const;
      }),
      ...Object.entries(json).map(([path, written]) => {
        const { operator, operand } = parseExpectation(written);
        return [`/expect-json/${pointer(path)}`, operator === '~' ? operand : undefined] as const;
      }),
    ]),
    ...Object.entries(json).flatMap(([path, written]) => jsonFault(path, written)),
    ...(warning !== undefined && critical !== undefined && parseDuration(warning) > parseDuration(critical)
      ? [fault('/warning-latency', warning, `at most the critical-latency, ${critical}`)]
      : []),
  ];
}

function jsonFault(path: string, written: string): FieldError[] {
  const at = `/expect-json/${pointer(path)}`;
  if (parseJsonPath(path) === undefined) return [{ ...fault('/expect-json', path, JSON_PATH_EXPECTED), path: at }];
  const expectation = parseExpectation(written);
  return isNumberless(expectation) ? [fault(at, written, `a number behind ${expectation.operator}`)] : [];
}

function together(name: string, value: unknown, other: string, otherValue: unknown): FieldError[] {
  if ((value === undefined) === (otherValue === undefined)) return [];
  return [told(value === undefined ? name : other, `${name} and ${other} together`)];
}

function told(name: string, expected: string): FieldError {
  return { path: `/${name}`, expected, message: `${name}: expected ${expected}` };
}
