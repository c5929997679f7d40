import {
  Choice,
  Duration,
  type FieldError,
  Flag,
  Integer,
  MonitorSettings,
  Shown,
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
  TlsLegacyRenegotiation,
  TlsMinVersion,
  TlsServerName,
  TlsSkipVerify,
  type TlsVersion,
} from '../net/tls-attributes.js';
import { authenticationFaults, expectationFaults, requestFaults } from './http-settings-faults.js';
import { PROXY, PROXY_EXPECTED } from './proxy.js';
import { STATUS_CODES, STATUS_CODES_EXPECTED } from './status-codes.js';

const AUTHENTICATIONS = ['basic', 'digest'] as const;

const METHOD = /^(?!connect$)[a-z!#$%&'*+.^_`|~0-9-]{1,32}$/i;

@Shown('host', 'ssl', 'port', 'url', 'status-code', 'expect')
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
    expected: 'an HTTP method such as GET or POST, but not CONNECT',
  })
  method?: string;

  @Flag({ doc: 'Use HTTPS and verify the certificate of the target.', default: false })
  ssl?: boolean;

  @Integer({ group: 'expect', doc: 'Expected status code.', default: 200, minimum: 100, maximum: 999 })
  'status-code'?: number;

  @Text({
    group: 'expect',
    doc: 'Expected status codes, if several are fine. Use it instead of status-code.',
    pattern: STATUS_CODES,
    expected: STATUS_CODES_EXPECTED,
    maxLength: 200,
    example: '200-299,304',
  })
  'status-codes'?: string;

  @TextMap({
    doc: 'Request headers. A redirect to another origin does not get them.',
    example: { 'Content-Type': 'application/json' },
    secret: true,
  })
  headers?: Record<string, string>;

  @Text({ doc: 'Body of the request.', example: '{"ping": true}', multiline: true })
  'request-body'?: string;

  @Text({
    group: 'login',
    doc: 'User name for basic or digest authentication. Needs password.',
    notEmpty: true,
    maxLength: 320,
    example: 'shop',
  })
  username?: string;

  @Text({
    group: 'login',
    doc: 'Password for basic or digest authentication.',
    secret: true,
    notEmpty: true,
    maxLength: 1_024,
    example: 'an example',
  })
  password?: string;

  @Choice({
    group: 'login',
    doc: 'How to authenticate: `basic` sends user name and password with the first request; `digest` (RFC 7616) answers the challenge of the target and never sends the password itself.',
    values: AUTHENTICATIONS,
    default: 'basic',
  })
  authentication?: (typeof AUTHENTICATIONS)[number];

  @Text({
    group: 'login',
    doc: 'Token for bearer authentication.',
    secret: true,
    notEmpty: true,
    maxLength: 8_192,
    example: '${env:NINEV_SECRET_SHOP_TOKEN}',
  })
  'bearer-token'?: string;

  @Flag({
    doc: 'Follow up to 10 redirects, unless their own status is expected. Other origins get no credentials and no client certificate.',
    default: true,
  })
  'follow-redirects'?: boolean;

  @Text({
    doc: 'Proxy for the request. It also resolves the name of the target.',
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
    group: 'expect',
    doc: 'Expected text in response headers, by header name; after `~`, a regular expression that must match.',
    example: { 'Content-Type': 'text/html', 'Strict-Transport-Security': '~ max-age=\\d{7,}' },
  })
  'expect-headers'?: Record<string, string>;

  @Text({
    group: 'expect',
    doc: 'Text that the first 1 MiB of the response must contain. If no attribute concerns the body, the check does not read it.',
    example: 'Welcome',
  })
  expect?: string;

  @Text({
    group: 'expect',
    doc: 'Text that the first 1 MiB of the response must not contain.',
    example: 'Internal error',
  })
  'expect-not'?: string;

  @Text({
    group: 'expect',
    doc: 'Regular expression (RE2) that must match in the first 64 KiB of the response.',
    notEmpty: true,
    maxLength: 4_096,
    example: 'version \\d+\\.\\d+',
  })
  'expect-regex'?: string;

  @TextMap({
    group: 'expect',
    doc: 'Expected values of a JSON response, by path (RFC 9535, to one value): the text itself, a comparison with = != < <= > >=, or ~ and a regular expression.',
    example: { '$.status': 'ok', '$.queues[0].length': '< 100', '$.version': '~ ^2\\.' },
  })
  'expect-json'?: Record<string, string>;

  @Duration({ group: 'expect', doc: 'A check that takes longer is a warning.', example: '500ms' })
  'warning-latency'?: string;

  @Duration({ group: 'expect', doc: 'A check that takes longer is critical.', example: '2s' })
  'critical-latency'?: string;

  @TlsExpiry('warning')
  'tls-expiry-warning'?: number;

  @TlsExpiry('critical')
  'tls-expiry-critical'?: number;

  @TlsMinVersion()
  'tls-min-version'?: TlsVersion;

  @TlsLegacyRenegotiation()
  'tls-legacy-renegotiation'?: boolean;

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

  @Duration({ doc: 'Maximum time of the check, including redirects.', default: '3s' })
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
