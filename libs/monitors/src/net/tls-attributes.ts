import { Choice, fault, type FieldError, Flag, Integer, Text } from '@9volt/contracts';
import type { TlsOptions } from './start-tls.js';

/** The TLS attributes that monitors share: one decorator each, so each type has its own order and defaults. */

const TLS_VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;
export type TlsVersion = (typeof TLS_VERSIONS)[number];

export interface TlsAttributes {
  'tls-skip-verify'?: boolean;
  'tls-ca'?: string;
  'tls-server-name'?: string;
  'tls-min-version'?: TlsVersion;
  'tls-legacy-renegotiation'?: boolean;
  'tls-client-cert'?: string;
  'tls-client-key'?: string;
  'tls-expiry-warning'?: number;
  'tls-expiry-critical'?: number;
}

/** The attributes that decide who counts as the target, for a type that has them all. */
export const TLS_DESTINATION = [
  'tls-skip-verify',
  'tls-ca',
  'tls-server-name',
  'tls-min-version',
  'tls-client-cert',
  'tls-legacy-renegotiation',
] as const;

const DEFAULT_TLS_VERSION: TlsVersion = 'TLSv1.2';

export function TlsSkipVerify(): PropertyDecorator {
  return Flag({
    group: 'tls',
    doc: 'Accept any certificate: the check verifies neither chain nor host name, but still its expiry.',
    default: false,
  });
}

export function TlsCa(): PropertyDecorator {
  return Text({
    group: 'tls',
    doc: 'Certificates (PEM) of the authorities to trust, instead of those of the system. An authority can be an intermediate one, or the certificate of the server itself.',
    multiline: true,
    notEmpty: true,
    example: '-----BEGIN CERTIFICATE-----\n…\n-----END CERTIFICATE-----\n',
  });
}

export function TlsServerName(): PropertyDecorator {
  return Text({
    group: 'tls',
    doc: 'Server name to request, for which the certificate must be valid. Default: the host.',
    notEmpty: true,
    maxLength: 255,
    example: 'shop.example.com',
  });
}

export function TlsMinVersion(): PropertyDecorator {
  return Choice({
    group: 'tls',
    doc: 'Lowest TLS version to accept.',
    values: TLS_VERSIONS,
    default: DEFAULT_TLS_VERSION,
  });
}

export function TlsLegacyRenegotiation(): PropertyDecorator {
  return Flag({
    group: 'tls',
    doc: 'Also accept old targets without secure renegotiation (RFC 5746), which OpenSSL rejects by default.',
    default: false,
  });
}

export function TlsClientCert(): PropertyDecorator {
  return Text({
    group: 'tls',
    doc: 'Client certificate (PEM). Needs tls-client-key.',
    multiline: true,
    notEmpty: true,
    example: '-----BEGIN CERTIFICATE-----\n…\n-----END CERTIFICATE-----\n',
  });
}

export function TlsClientKey(): PropertyDecorator {
  return Text({
    group: 'tls',
    doc: 'Key (PEM) of the client certificate. Needs tls-client-cert.',
    secret: true,
    multiline: true,
    notEmpty: true,
    example: '${file:/etc/9volt/secrets/client-key.pem}',
  });
}

/** Without `standard`, an expiry is judged only if the operator sets a number of days. */
export function TlsExpiry(status: 'warning' | 'critical', standard?: number): PropertyDecorator {
  const doc = `The result is ${status} if the certificate expires in fewer days.`;
  return Integer({
    group: 'expect',
    doc: standard === undefined ? `${doc} If not set, only an expired certificate fails.` : doc,
    minimum: 0,
    maximum: 3_650,
    ...(standard === undefined ? { example: status === 'warning' ? 14 : 3 } : { default: standard }),
  });
}

/** The faults between these attributes. */
export function tlsFaults(settings: TlsAttributes): FieldError[] {
  const { 'tls-client-cert': cert, 'tls-client-key': key } = settings;
  const { 'tls-expiry-warning': warning, 'tls-expiry-critical': critical } = settings;
  const missing = cert === undefined ? 'tls-client-cert' : 'tls-client-key';
  const expected = 'tls-client-cert and tls-client-key together';
  return [
    ...((cert === undefined) === (key === undefined)
      ? []
      : [{ path: `/${missing}`, expected, message: `${missing}: expected ${expected}` }]),
    ...(warning === undefined || critical === undefined || warning >= critical
      ? []
      : [fault('/tls-expiry-warning', warning, `at least the days of tls-expiry-critical, ${critical}`)]),
  ];
}

export function tlsOptionsOf(settings: TlsAttributes): TlsOptions {
  return {
    skipVerify: settings['tls-skip-verify'] ?? false,
    ca: settings['tls-ca'],
    serverName: settings['tls-server-name'],
    minVersion: settings['tls-min-version'] ?? DEFAULT_TLS_VERSION,
    legacyRenegotiation: settings['tls-legacy-renegotiation'] ?? false,
    cert: settings['tls-client-cert'],
    key: settings['tls-client-key'],
  };
}

export interface ExpiryLimits {
  warningDays: number | undefined;
  criticalDays: number | undefined;
}
