import { type CheckResult, formatDuration, parseDuration, resultWithoutSecrets } from '@9volt/contracts';
import type { WireResponse } from '@9volt/net';
import { type Scope, scoped } from '@9volt/process';
import { defineMonitor, type ProbeContext } from './define-monitor.js';
import { readBody } from './http/body.js';
import { BodyReader } from './http/body-reader.js';
import type { Login } from './http/digest.js';
import type { Route } from './http/exchange.js';
import { bodyWishes, judgeBody, judgeHeaders } from './http/expectations.js';
import { HttpSettings } from './http/http-settings.js';
import { basic, proxyOf } from './http/proxy.js';
import { credentialsOf, type HttpRequest, pathOf, standardPort, urlOf } from './http/request.js';
import { respond } from './http/respond.js';
import { includesStatus } from './http/status-codes.js';
import { hostOf } from './net/host.js';
import { type Finding, judgeExpiries, worstFirst } from './net/judge-certificate.js';
import { tlsOptionsOf } from './net/tls-attributes.js';
import { timeoutMsOf, valueOf } from './probe/attribute-value.js';
import { inWords } from './probe/error-words.js';
import { ProbeRun } from './probe/probe-run.js';

export { HttpSettings };

export const httpMonitor = defineMonitor<HttpSettings>({
  type: 'http',
  summary: 'Sends an HTTP or HTTPS request; judges the status, headers, body, time and certificate of the response.',
  settings: HttpSettings,
  target: (settings) =>
    `${methodOf(settings)} ${urlOf(requestOf(settings))}${settings.proxy === undefined ? '' : ` via ${settings.proxy}`}`,
  destination: [
    'proxy-username',
    'follow-redirects',
    'username',
    'authentication',
    'tls-skip-verify',
    'tls-ca',
    'tls-server-name',
    'tls-min-version',
    'tls-client-cert',
    'tls-legacy-renegotiation',
  ],
  deadlineMs: (settings) => timeoutMsOf(HttpSettings, settings, 'timeout'),
  weight: 2,
  probe,
});

/** Targets repeat what they were sent, and what they said is kept and shown. */
async function probe(settings: HttpSettings, context: ProbeContext): Promise<CheckResult> {
  return resultWithoutSecrets(await checkInTime(settings, context), credentialsOf(requestOf(settings).headers));
}

async function checkInTime(settings: HttpSettings, context: ProbeContext): Promise<CheckResult> {
  const { signal } = context;
  const run = new ProbeRun(context);
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
    return run.failedWith(error, message, `status code ${awaitedStatus(settings)}`, reason);
  }
}

async function check(settings: HttpSettings, run: ProbeRun, scope: Scope): Promise<CheckResult> {
  const awaited = awaitedStatus(settings);
  const way = {
    route: routeOf(settings),
    follows: valueOf(HttpSettings, settings, 'follow-redirects'),
    isAwaited: (code: number) => includesStatus(awaited, code),
    digest: digestOf(settings),
  };
  const response = await respond(requestOf(settings), way, run, scope);
  const { status } = response;
  if (!includesStatus(awaited, status)) {
    return run.failed(
      `Received status code '${status}' does not match expected status code '${awaited}'`,
      `status code ${awaited}`,
      `status code ${status}`,
    );
  }
  const mismatch =
    (await judgeHeaders(response.fields, scope, settings['expect-headers'])) ??
    (await bodyMismatch(response, settings, run, scope));
  if (mismatch) return run.failed(mismatch.message, mismatch.expected, mismatch.found);

  const slow = judgeLatency(run.elapsedMs(), settings);
  const findings = worstFirst([
    ...judgeExpiries(run.certificate, run.chain, {
      warningDays: settings['tls-expiry-warning'],
      criticalDays: settings['tls-expiry-critical'],
    }),
    slow,
  ]);
  const [worst] = findings;
  if (!worst) return run.ok();
  const message = findings.map((finding) => finding.message).join('; ');
  const result = run.verdict(worst.status, message, worst.expected, worst.found);
  return worst === slow ? { ...result, timed: true } : result;
}

async function bodyMismatch(
  response: WireResponse,
  settings: HttpSettings,
  run: ProbeRun,
  scope: Scope,
): ReturnType<typeof judgeBody> {
  const wishes = bodyWishes(settings);
  if (!wishes) return undefined;
  run.stage = 'reading the response';
  const body = new BodyReader(wishes, response.header('Content-Type'));
  const transferSince = performance.now();
  await readBody(response, body, scope);
  run.spent('transfer', transferSince);
  run.stage = 'judging the response';
  return judgeBody(body, settings, scope);
}

function judgeLatency(
  elapsedMs: number,
  { 'warning-latency': warning, 'critical-latency': critical }: HttpSettings,
): Finding | undefined {
  for (const [status, limit] of [
    ['critical', critical],
    ['warning', warning],
  ] as const) {
    if (limit === undefined || elapsedMs <= parseDuration(limit)) continue;
    const took = formatDuration(Math.ceil(elapsedMs));
    return {
      status,
      message: `The request took ${took}, longer than ${limit}`,
      expected: `at most ${limit}`,
      found: took,
    };
  }
  return undefined;
}

function routeOf(settings: HttpSettings): Route {
  const { proxy, 'proxy-username': username, 'proxy-password': password } = settings;
  const { 'tls-expiry-warning': warning, 'tls-expiry-critical': critical, 'tls-skip-verify': skips } = settings;
  const wholeChain = !skips && (warning !== undefined || critical !== undefined);
  return {
    tls: { ...tlsOptionsOf(settings), wholeChain },
    proxy: proxy === undefined ? undefined : proxyOf(proxy, username, password),
  };
}

function requestOf(settings: HttpSettings): HttpRequest {
  const ssl = settings.ssl ?? false;
  const authorization = authorizationOf(settings);
  return {
    ssl,
    host: hostOf(settings.host) ?? settings.host,
    port: settings.port ?? standardPort(ssl),
    path: pathOf(valueOf(HttpSettings, settings, 'url')),
    method: methodOf(settings),
    headers: { ...(authorization === undefined ? {} : { Authorization: authorization }), ...settings.headers },
    body: settings['request-body'],
  };
}

function digestOf(settings: HttpSettings): Login | undefined {
  const { username, password = '' } = settings;
  const isDigest = valueOf(HttpSettings, settings, 'authentication') === 'digest';
  return username !== undefined && isDigest ? { username, password } : undefined;
}

function authorizationOf(settings: HttpSettings): string | undefined {
  const { username, password, 'bearer-token': token } = settings;
  if (digestOf(settings)) return undefined;
  if (username !== undefined) return basic(username, password ?? '');
  return token === undefined ? undefined : `Bearer ${token}`;
}

function methodOf(settings: HttpSettings): string {
  return valueOf(HttpSettings, settings, 'method').toUpperCase();
}

function awaitedStatus(settings: HttpSettings): string {
  return settings['status-codes'] ?? String(valueOf(HttpSettings, settings, 'status-code'));
}
