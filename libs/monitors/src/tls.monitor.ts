import { checkServerIdentity, type TLSSocket } from 'node:tls';
import {
  type CheckResult,
  Choice,
  Duration,
  type FieldError,
  Integer,
  MonitorSettings,
  Shown,
  Text,
  timeoutFault,
} from '@9volt/contracts';
import type { Scope } from '@9volt/process';
import { defineMonitor, type PreparedCheck } from './define-monitor.js';
import { hostAndPort, hostFault, hostOf } from './net/host.js';
import { type Finding, judgeChain, judgeExpiries, worstFirst } from './net/judge-certificate.js';
import { type Destination, openConnection } from './net/open-connection.js';
import { negotiateTls, STARTTLS_PORTS, STARTTLS_PROTOCOLS, type StarttlsProtocol } from './net/starttls.js';
import { startTls, type TlsOptions, tlsName } from './net/start-tls.js';
import {
  type ExpiryLimits,
  type TlsAttributes,
  TlsCa,
  TlsClientCert,
  TLS_DESTINATION,
  TlsClientKey,
  TlsExpiry,
  tlsFaults,
  TlsLegacyRenegotiation,
  TlsMinVersion,
  tlsOptionsOf,
  TlsServerName,
  TlsSkipVerify,
  type TlsVersion,
} from './net/tls-attributes.js';
import { defaultOf, timeoutMsOf, valueOf } from './probe/attribute-value.js';
import { inWords } from './probe/error-words.js';
import { excerpt } from './probe/excerpt.js';
import { ProbeRun } from './probe/probe-run.js';

@Shown('host', 'port', 'starttls', 'tls-expiry-warning', 'tls-expiry-critical')
export class TlsSettings extends MonitorSettings implements TlsAttributes {
  @Text({ doc: 'Host name or IP address of the target.', required: true, example: 'mail.example.com', maxLength: 255 })
  host!: string;

  @Integer({
    doc: 'Port of the target. Default: 443; with starttls 25 for smtp, 143 for imap, 5432 for postgres.',
    minimum: 1,
    maximum: 65_535,
    example: 587,
  })
  port?: number;

  @Choice({
    doc: 'Protocol in which to start TLS (STARTTLS). If not set, the connection starts with TLS.',
    values: STARTTLS_PROTOCOLS,
    example: 'smtp',
  })
  starttls?: StarttlsProtocol;

  @TlsExpiry('warning', 14)
  'tls-expiry-warning'?: number;

  @TlsExpiry('critical', 3)
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

  @Duration({ doc: 'Maximum time of the check.', default: '5s' })
  timeout?: string;

  override crossCheck(): FieldError[] {
    return [...super.crossCheck(), ...timeoutFault(this, 'timeout'), ...hostFault(this.host), ...tlsFaults(this)];
  }
}

export const tlsMonitor = defineMonitor<TlsSettings>({
  type: 'tls',
  summary: 'Checks the certificate of a TLS server: expiry, chain and host name; directly or by STARTTLS.',
  settings: TlsSettings,
  target: (settings) => `${settings.starttls ?? 'tls'}://${hostAndPort(bareHost(settings), portOf(settings))}`,
  destination: ['starttls', ...TLS_DESTINATION],
  deadlineMs: (settings) => timeoutMsOf(TlsSettings, settings, 'timeout'),
  weight: 2,
  prepare,
});

interface Plan {
  to: Destination;
  starttls: StarttlsProtocol | undefined;
  options: TlsOptions;
  skipsVerify: boolean;
  limits: ExpiryLimits;
  /** The name that the certificate must have. */
  name: string;
  limitMs: number;
  where: string;
}

function prepare(settings: TlsSettings): PreparedCheck {
  const [host, port] = [bareHost(settings), portOf(settings)];
  const skipsVerify = valueOf(TlsSettings, settings, 'tls-skip-verify');
  const plan: Plan = {
    to: { host, port, tls: undefined },
    starttls: settings.starttls,
    // Judges the certificate here, and reports each finding separately.
    options: { ...tlsOptionsOf(settings), skipVerify: true, wholeChain: !skipsVerify },
    skipsVerify,
    limits: expiryLimits(settings),
    name: tlsName(settings['tls-server-name'] ?? host),
    limitMs: timeoutMsOf(TlsSettings, settings, 'timeout'),
    where: hostAndPort(host, port),
  };
  return (context) => checkInTime(plan, new ProbeRun(context));
}

async function checkInTime(plan: Plan, run: ProbeRun): Promise<CheckResult> {
  const { limitMs, where } = plan;
  try {
    return await run.within(limitMs, (scope) => check(plan, run, scope));
  } catch (error) {
    const reason = inWords(error);
    return run.failedWith(error, `Unable to speak TLS with ${where}: ${reason}`, 'a connection by TLS', reason);
  }
}

async function check(plan: Plan, run: ProbeRun, scope: Scope): Promise<CheckResult> {
  const { to, starttls, options, skipsVerify, limits, name } = plan;
  const socket = await openConnection(to, run, scope);
  if (starttls) {
    run.stage = `asking for TLS in ${starttls}`;
    const since = performance.now();
    await negotiateTls(socket, starttls);
    run.spent('tls', since);
  }
  const secure = await startTls(socket, to.host, options, run, scope);
  measureExpiry(run, limits);
  const findings = worstFirst([
    ...judgeExpiries(run.certificate, run.chain, limits),
    ...(skipsVerify ? [] : [chainFinding(secure, run), nameFinding(name, secure)]),
  ]);
  const [worst] = findings;
  if (!worst) return run.ok();
  const message = findings.map((finding) => finding.message).join('; ');
  return run.verdict(worst.status, message, worst.expected, worst.found);
}

/** The message gives an expiry by its date. */
function chainFinding(secure: TLSSocket, { certificate, chain }: ProbeRun): Finding | undefined {
  const code = String((secure.authorizationError as unknown) ?? '');
  const expired = code === 'CERT_HAS_EXPIRED' && [certificate, ...chain].some((each) => (each?.daysLeft ?? 0) < 0);
  return secure.authorized || expired || code === NAME_DIFFERS ? undefined : judgeChain(code);
}

const NAME_DIFFERS = 'ERR_TLS_CERT_ALTNAME_INVALID';

function nameFinding(name: string, secure: TLSSocket): Finding | undefined {
  const certificate = secure.getPeerCertificate();
  if (!checkServerIdentity(name, certificate)) return undefined;
  const names = excerpt(certificate.subjectaltname ?? 'no name at all', 200);
  return {
    status: 'critical',
    message: `The certificate is not valid for ${name}, but for ${names}`,
    expected: `a certificate for ${name}`,
    found: names,
  };
}

function measureExpiry(run: ProbeRun, { warningDays, criticalDays }: ExpiryLimits): void {
  if (!run.certificate) return;
  const range = (days: number | undefined): string => `${days}:`;
  run.performance = [
    {
      label: 'days_left',
      value: Math.min(...[run.certificate, ...run.chain].map(({ daysLeft }) => daysLeft)),
      unit: 'd',
      warn: range(warningDays),
      crit: range(criticalDays),
    },
  ];
}

/** An operator may set one of the two without the other. */
function expiryLimits(settings: TlsSettings): ExpiryLimits {
  const { 'tls-expiry-warning': warning, 'tls-expiry-critical': critical } = settings;
  const criticalDays = critical ?? Math.min(defaultOf(TlsSettings, 'tls-expiry-critical'), warning ?? Infinity);
  return { warningDays: warning ?? Math.max(defaultOf(TlsSettings, 'tls-expiry-warning'), criticalDays), criticalDays };
}

function bareHost(settings: TlsSettings): string {
  return hostOf(settings.host) ?? settings.host;
}

function portOf({ port, starttls }: TlsSettings): number {
  return port ?? (starttls ? STARTTLS_PORTS[starttls] : 443);
}
