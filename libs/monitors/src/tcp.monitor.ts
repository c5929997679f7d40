import type { Socket } from 'node:net';
import {
  type CheckResult,
  Duration,
  type FieldError,
  Flag,
  formatDuration,
  Integer,
  MonitorSettings,
  Shown,
  Text,
} from '@9volt/contracts';
import { CutShort, type Scope, scoped } from '@9volt/process';
import { defineMonitor, type PreparedCheck } from './define-monitor.js';
import { hostAndPort, hostFault, hostOf } from './net/host.js';
import { type Destination, openConnection } from './net/open-connection.js';
import { readUntilFound, write } from './net/talk.js';
import {
  type TlsAttributes,
  TlsCa,
  TlsLegacyRenegotiation,
  tlsOptionsOf,
  TlsServerName,
} from './net/tls-attributes.js';
import { timeoutMsOf, valueOf } from './probe/attribute-value.js';
import { inWords } from './probe/error-words.js';
import { excerpt } from './probe/excerpt.js';
import { ProbeRun } from './probe/probe-run.js';
import { SubstringSearch } from './probe/substring-search.js';
import { timeoutFaults } from './probe/timeout-faults.js';

const TIMEOUTS = ['timeout', 'write-timeout', 'read-timeout'] as const;

@Shown('host', 'port', 'ssl', 'expect')
export class TcpSettings extends MonitorSettings implements TlsAttributes {
  @Text({ doc: 'Host name or IP address of the target.', required: true, example: 'db.example.com', maxLength: 255 })
  host!: string;

  @Integer({ doc: 'Port of the target.', required: true, minimum: 1, maximum: 65_535, example: 5432 })
  port!: number;

  @Duration({ doc: 'Maximum time of resolving, connecting and TLS handshake together.', default: '4s' })
  timeout?: string;

  @Text({ group: 'expect', doc: 'Text to send after connecting.', example: 'PING\r\n', multiline: true })
  send?: string;

  @Text({
    group: 'expect',
    doc: 'Text that the received data must contain. If not set, the check reads nothing.',
    example: 'PONG',
  })
  expect?: string;

  @Duration({ group: 'expect', doc: 'Maximum time to wait for the expected text.', default: '2s' })
  'read-timeout'?: string;

  @Duration({ doc: 'Maximum time of sending.', default: '2s' })
  'write-timeout'?: string;

  @Integer({
    group: 'expect',
    doc: 'Maximum number of bytes to search for the expected text.',
    default: 4_096,
    minimum: 1,
    maximum: 1_048_576,
  })
  'read-size'?: number;

  @Flag({ group: 'tls', doc: 'Use TLS and verify the certificate of the target.', default: false })
  ssl?: boolean;

  @Flag({ group: 'tls', doc: 'Accept any certificate. Only with ssl.', default: false })
  'tls-skip-verify'?: boolean;

  @TlsCa()
  'tls-ca'?: string;

  @TlsServerName()
  'tls-server-name'?: string;

  @TlsLegacyRenegotiation()
  'tls-legacy-renegotiation'?: boolean;

  override crossCheck(): FieldError[] {
    return [...super.crossCheck(), ...timeoutFaults(this, TIMEOUTS), ...hostFault(this.host)];
  }
}

export const tcpMonitor = defineMonitor<TcpSettings>({
  type: 'tcp',
  summary: 'Connects to a TCP port, with or without TLS; can send a text and check the answer.',
  settings: TcpSettings,
  target: (settings) => `tcp${settings.ssl ? '+tls' : ''}://${hostAndPort(bareHost(settings), settings.port)}`,
  destination: ['tls-skip-verify', 'tls-legacy-renegotiation'],
  deadlineMs: (settings) =>
    timeout(settings, 'timeout') +
    (settings.send ? timeout(settings, 'write-timeout') : 0) +
    (settings.expect ? timeout(settings, 'read-timeout') : 0),
  weight: 1,
  prepare,
});

interface Plan {
  to: Destination;
  /** For messages. */
  where: string;
  connectMs: number;
  send: string | undefined;
  writeMs: number;
  expect: string | undefined;
  readMs: number;
  readSize: number;
}

function prepare(settings: TcpSettings): PreparedCheck {
  const { port, ssl, send, expect } = settings;
  const host = bareHost(settings);
  const plan: Plan = {
    to: { host, port, tls: ssl ? tlsOptionsOf(settings) : undefined },
    where: hostAndPort(host, port),
    connectMs: timeout(settings, 'timeout'),
    send,
    writeMs: timeout(settings, 'write-timeout'),
    expect,
    readMs: timeout(settings, 'read-timeout'),
    readSize: valueOf(TcpSettings, settings, 'read-size'),
  };
  if (!send && !expect) return (context) => checkConnection(plan, new ProbeRun(context));
  return (context) => checkTalk(plan, new ProbeRun(context));
}

async function checkConnection(plan: Plan, run: ProbeRun): Promise<CheckResult> {
  try {
    await opened(plan, run);
    return run.ok();
  } catch (error) {
    return notOpened(plan, run, error);
  }
}

function checkTalk(plan: Plan, run: ProbeRun): Promise<CheckResult> {
  // No time limit of its own: each part below has one. This scope keeps the connection for all of them.
  return scoped(Infinity, run.signal, (scope) => talk(plan, run, scope)).catch((error: unknown) => {
    if (error instanceof CutShort) return run.failedWith(error, error.message);
    throw error;
  });
}

/** The connection lasts as long as the scope, or without one, until it is open. */
function opened({ to, connectMs }: Plan, run: ProbeRun, scope?: Scope): Promise<Socket> {
  return run.within(connectMs, (inner) => openConnection(to, run, scope ?? inner));
}

function notOpened({ where }: Plan, run: ProbeRun, error: unknown): CheckResult {
  const reason = inWords(error);
  return run.failedWith(error, `Unable to open connection to ${where}: ${reason}`, 'an open connection', reason);
}

async function talk(plan: Plan, run: ProbeRun, scope: Scope): Promise<CheckResult> {
  const { signal } = run;
  const { where, send, writeMs, expect, readMs, readSize } = plan;
  let socket: Socket;
  try {
    socket = await opened(plan, run, scope);
  } catch (error) {
    return notOpened(plan, run, error);
  }

  if (send) {
    try {
      await scoped(writeMs, signal, () => write(socket, send));
    } catch (error) {
      const message = isTimeout(error)
        ? `Write timeout (after ${formatDuration(writeMs)}): ${where} does not take the data`
        : `Unable to send data to ${where}: ${inWords(error)}`;
      return run.failedWith(error, message, 'the data taken', inWords(error));
    }
  }
  if (!expect) return run.ok();

  const search = new SubstringSearch(expect);
  const readSince = performance.now();
  try {
    await scoped(readMs, signal, () => readUntilFound(socket, search, readSize));
  } catch (error) {
    const message = isTimeout(error)
      ? `Read timeout (after ${formatDuration(readMs)}): expected substring not found in ${search.bytes} bytes received`
      : `Unable to read from ${where}: ${inWords(error)}`;
    return run.failedWith(error, message, expect, foundIn(search));
  }
  run.spent('transfer', readSince);
  if (search.found) return run.ok();
  return run.failed(
    `Received data does not contain expected substring (Recv: [${excerpt(search.head())}] Expected: [${excerpt(expect, 256)}])`,
    // Names the limit, or the end of the connection, if it decided.
    search.bytes < readSize ? expect : `${excerpt(expect, 140)} in the first ${readSize} bytes (read-size)`,
    search.bytes < readSize ? `${foundIn(search)}, then the target closed the connection` : foundIn(search),
  );
}

function foundIn(search: SubstringSearch): string {
  return search.bytes === 0 ? 'no data' : excerpt(search.head(), 200);
}

function isTimeout(error: unknown): boolean {
  return error instanceof CutShort && error.reason === 'timeout';
}

function timeout(settings: TcpSettings, attribute: (typeof TIMEOUTS)[number]): number {
  return timeoutMsOf(TcpSettings, settings, attribute);
}

function bareHost(settings: TcpSettings): string {
  return hostOf(settings.host) ?? settings.host;
}
