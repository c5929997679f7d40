import {
  type CheckResult,
  Choice,
  Duration,
  fault,
  type FieldError,
  Flag,
  Integer,
  MonitorSettings,
  Shown,
  Text,
  TextList,
  timeoutFault,
} from '@9volt/contracts';
import type { Scope } from '@9volt/process';
import { defineMonitor, type PreparedCheck } from './define-monitor.js';
import { pluginVerdict } from './nagios/plugin-verdict.js';
import { hostAndPort, hostFault, hostOf } from './net/host.js';
import { type Destination, openConnection } from './net/open-connection.js';
import type { TlsOptions } from './net/start-tls.js';
import {
  TlsCa,
  TlsClientCert,
  TlsClientKey,
  tlsFaults,
  TlsLegacyRenegotiation,
  tlsOptionsOf,
  TlsServerName,
} from './net/tls-attributes.js';
import { askNrpe, type NrpeQuery } from './nrpe/exchange.js';
import { MAX_PAYLOAD_BYTES, maxQueryBytes, NrpeError, type NrpeVersion, PAYLOAD_BYTES } from './nrpe/packet.js';
import { timeoutMsOf, valueOf } from './probe/attribute-value.js';
import { inWords } from './probe/error-words.js';
import { excerpt } from './probe/excerpt.js';
import { ProbeRun } from './probe/probe-run.js';

@Shown('host', 'port', 'command', 'args')
export class NrpeSettings extends MonitorSettings {
  @Text({ doc: 'Host name or IP address of the target.', required: true, example: 'db.example.com', maxLength: 255 })
  host!: string;

  @Integer({ doc: 'Port of the target.', default: 5_666, minimum: 1, maximum: 65_535 })
  port?: number;

  @Text({
    doc: 'Command to run on the target, by its name in nrpe.cfg.',
    required: true,
    example: 'check_load',
  })
  command!: string;

  @TextList({
    doc: 'Arguments of the command. The daemon must be built for arguments (those of Debian are not) and have dont_blame_nrpe=1.',
    example: ['5,4,3', '10,8,6'],
    allowEmptyItems: true,
  })
  args?: string[];

  @Choice({
    doc: 'Version of the protocol: 2 for daemons before 3.0 (answers of at most 1023 bytes), 3 for daemons before 4.0.',
    values: ['2', '3', '4'],
    default: '4',
  })
  'protocol-version'?: `${NrpeVersion}`;

  @Integer({
    doc:
      'Bytes of text in a packet of protocol-version 2. NSClient++ has a setting of this name and rejects queries of another length; check_nrpe calls it ' +
      '--payload-size. The check accepts answers of any length.',
    default: PAYLOAD_BYTES,
    minimum: 64,
    maximum: MAX_PAYLOAD_BYTES,
    example: 4_096,
  })
  'payload-length'?: number;

  @Flag({
    group: 'tls',
    doc: 'Use TLS. Without tls-ca the connection is encrypted, but the check does not verify the daemon; this fits the default setup of the daemon.',
    default: true,
  })
  ssl?: boolean;

  @TlsCa()
  'tls-ca'?: string;

  @TlsLegacyRenegotiation()
  'tls-legacy-renegotiation'?: boolean;

  @TlsServerName()
  'tls-server-name'?: string;

  @TlsClientCert()
  'tls-client-cert'?: string;

  @TlsClientKey()
  'tls-client-key'?: string;

  @Duration({ doc: 'Maximum time of the check, including the command on the target.', default: '10s' })
  timeout?: string;

  override crossCheck(): FieldError[] {
    return [
      ...super.crossCheck(),
      ...timeoutFault(this, 'timeout'),
      ...hostFault(this.host),
      ...tlsFaults(this),
      ...partFault('/command', this.command),
      ...(this.args ?? []).flatMap((arg, index) => partFault(`/args/${index}`, arg)),
      ...this.lengthFault(),
    ];
  }

  private lengthFault(): FieldError[] {
    if (payloadOf(this) !== PAYLOAD_BYTES && versionOf(this) !== 2) {
      return [fault('/payload-length', this['payload-length'], 'none without protocol-version 2')];
    }
    const limit = maxQueryBytes(versionOf(this), payloadOf(this));
    if (Buffer.byteLength(queryOf(this)) <= limit) return [];
    return [fault('/command', this.command, `with its arguments at most ${limit} bytes in this protocol-version`)];
  }
}

export const nrpeMonitor = defineMonitor<NrpeSettings>({
  type: 'nrpe',
  summary: 'Runs a Nagios plugin on another machine through its NRPE daemon.',
  settings: NrpeSettings,
  target: (settings) => `nrpe://${where(settings)}/${excerpt(queryOf(settings), 1_000).replaceAll('\n', ' ')}`,
  destination: ['ssl', 'tls-ca', 'tls-server-name', 'tls-client-cert', 'tls-legacy-renegotiation'],
  deadlineMs: (settings) => timeoutMsOf(NrpeSettings, settings, 'timeout'),
  weight: 2,
  prepare,
});

interface Plan {
  to: Destination;
  query: NrpeQuery;
  limitMs: number;
  /** For messages. */
  what: string;
}

function prepare(settings: NrpeSettings): PreparedCheck {
  const plan: Plan = {
    to: { host: bareHost(settings), port: valueOf(NrpeSettings, settings, 'port'), tls: tlsOf(settings) },
    query: { version: versionOf(settings), text: queryOf(settings), payload: payloadOf(settings) },
    limitMs: timeoutMsOf(NrpeSettings, settings, 'timeout'),
    what: `'${excerpt(settings.command, 200)}' by NRPE on ${where(settings)}`,
  };
  return (context) => check(plan, new ProbeRun(context));
}

async function check(plan: Plan, run: ProbeRun): Promise<CheckResult> {
  const { limitMs, what } = plan;
  try {
    return await run.within(limitMs, (scope) => ask(plan, run, scope));
  } catch (error) {
    const reason = inWords(error);
    const message = `Unable to run ${what}: ${reason}`;
    // A daemon that does not answer correctly says nothing about what it watches.
    return error instanceof NrpeError
      ? run.verdict('unknown', message, 'ok', reason)
      : run.failedWith(error, message, 'ok', reason);
  }
}

async function ask({ to, query }: Plan, run: ProbeRun, scope: Scope): Promise<CheckResult> {
  const socket = await openConnection(to, run, scope);
  run.stage = 'waiting for the answer';
  const since = performance.now();
  const { exitCode, output } = await askNrpe(socket, query);
  run.spent('firstByte', since);
  return pluginVerdict(run, exitCode, output);
}

function tlsOf(settings: NrpeSettings): TlsOptions | undefined {
  if (!valueOf(NrpeSettings, settings, 'ssl')) return undefined;
  const options = tlsOptionsOf(settings);
  return settings['tls-ca'] === undefined ? { ...options, skipVerify: true, anonymous: true } : options;
}

/** As the daemon splits command and arguments. */
function queryOf({ command, args }: NrpeSettings): string {
  return [command, ...(args ?? [])].join('!');
}

function partFault(path: string, text: string): FieldError[] {
  return /[!\0]/.test(text) ? [fault(path, text, 'a text without "!" and NUL, which NRPE cannot send')] : [];
}

function payloadOf(settings: NrpeSettings): number {
  return valueOf(NrpeSettings, settings, 'payload-length');
}

function versionOf(settings: NrpeSettings): NrpeVersion {
  return Number(valueOf(NrpeSettings, settings, 'protocol-version')) as NrpeVersion;
}

function where(settings: NrpeSettings): string {
  return hostAndPort(bareHost(settings), valueOf(NrpeSettings, settings, 'port'));
}

function bareHost({ host }: NrpeSettings): string {
  return hostOf(host) ?? host;
}
