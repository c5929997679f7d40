import { capped, type CheckResult, formatDuration, parseDuration, resultWithoutSecrets } from '@9volt/contracts';
import type { WireResponse } from '@9volt/net';
import type { Scope } from '@9volt/process';
import { defineMonitor, type PreparedCheck } from './define-monitor.js';
import { readBody } from './http/body.js';
import { BodyReader, type BodyWishes } from './http/body-reader.js';
import type { Login } from './http/digest.js';
import { encodedFor, type Route } from './http/exchange.js';
import {
  type BodyExpectations,
  bodyExpectations,
  type HeaderExpectation,
  headerExpectations,
  judgeBody,
  judgeHeaders,
} from './http/expectations.js';
import { HttpSettings } from './http/http-settings.js';
import { basic, proxyOf } from './http/proxy.js';
import { credentialsOf, type HttpRequest, pathOf, standardPort, urlOf } from './http/request.js';
import { type RedirectRules, respond } from './http/respond.js';
import { statusMatcher } from './http/status-codes.js';
import { hostOf } from './net/host.js';
import { type Finding, judgeExpiries, worstFirst } from './net/judge-certificate.js';
import { type ExpiryLimits, TLS_DESTINATION, tlsOptionsOf } from './net/tls-attributes.js';
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
  destination: ['proxy-username', 'follow-redirects', 'username', 'authentication', ...TLS_DESTINATION],
  deadlineMs: (settings) => timeoutMsOf(HttpSettings, settings, 'timeout'),
  weight: 2,
  prepare,
});

/** How much of a body a test shows, in characters, and what is read for that. */
const MAX_SHOWN = 1_000;
const SHOWN_AFTER_MS = 300;
const BEGINNING: BodyWishes = { wanted: undefined, unwanted: undefined, keepBytes: MAX_SHOWN };

interface Plan {
  request: HttpRequest;
  rules: RedirectRules;
  limitMs: number;
  /** The expected status codes, as written. */
  awaited: string;
  headers: readonly HeaderExpectation[];
  /** Undefined if nothing is expected of the body: then it is not read. */
  body: BodyExpectations | undefined;
  /** The longest that a check may take, the worst first. */
  latencies: readonly LatencyLimit[];
  expiry: ExpiryLimits;
  /** Targets repeat what they got, and 9volt keeps and shows their answers. */
  credentials: readonly string[];
}

interface LatencyLimit {
  status: 'critical' | 'warning';
  ms: number;
  written: string;
}

function prepare(settings: HttpSettings): PreparedCheck {
  const awaited = settings['status-codes'] ?? String(valueOf(HttpSettings, settings, 'status-code'));
  const route = routeOf(settings);
  const request = requestOf(settings);
  request.encoded = encodedFor(request, route);
  const plan: Plan = {
    request,
    rules: {
      route,
      follows: valueOf(HttpSettings, settings, 'follow-redirects'),
      isAwaited: statusMatcher(awaited),
      digest: digestOf(settings),
    },
    limitMs: timeoutMsOf(HttpSettings, settings, 'timeout'),
    awaited,
    headers: headerExpectations(settings['expect-headers']),
    body: bodyExpectations(settings),
    latencies: latencyLimits(settings),
    expiry: { warningDays: settings['tls-expiry-warning'], criticalDays: settings['tls-expiry-critical'] },
    credentials: credentialsOf(request.headers),
  };
  return async (context) => resultWithoutSecrets(await checkInTime(plan, new ProbeRun(context)), plan.credentials);
}

async function checkInTime(plan: Plan, run: ProbeRun): Promise<CheckResult> {
  const { limitMs } = plan;
  try {
    return await run.within(limitMs, (scope) => check(plan, run, scope));
  } catch (error) {
    const reason = inWords(error);
    const message = `Ran into error while performing '${plan.request.method}' request: ${reason}`;
    return run.failedWith(error, message, `status code ${plan.awaited}`, reason);
  }
}

async function check(plan: Plan, run: ProbeRun, scope: Scope): Promise<CheckResult> {
  const { request, rules } = plan;
  const response = await respond(request, rules, run, scope);
  const { status } = response;
  const shown = run.isTrial ? await shownBody(response, plan.body, run, scope) : undefined;
  if (!rules.isAwaited(status)) {
    return run.failed(
      `Received status code '${status}' does not match expected status code '${plan.awaited}'`,
      `status code ${plan.awaited}`,
      `status code ${status}`,
    );
  }
  const mismatch =
    (plan.headers.length > 0 ? await judgeHeaders(response, plan.headers, scope) : undefined) ??
    (plan.body
      ? await bodyMismatch(shown ?? (await bodyOf(response, plan.body.wishes, run, scope)), plan.body, run, scope)
      : undefined);
  if (mismatch) return run.failed(mismatch.message, mismatch.expected, mismatch.found);

  const slow = judgeLatency(run.elapsedMs(), plan.latencies);
  if (!slow && !run.certificate) return run.ok();
  const findings = worstFirst([...judgeExpiries(run.certificate, run.chain, plan.expiry), slow]);
  const [worst] = findings;
  if (!worst) return run.ok();
  const message = findings.map((finding) => finding.message).join('; ');
  const result = run.verdict(worst.status, message, worst.expected, worst.found);
  return worst === slow ? { ...result, timed: true } : result;
}

/**
 * The body, whatever its status, for the person who tests: reported with every verdict. A body of which nothing is expected does not
 * decide: then it shows what came in a short time.
 */
async function shownBody(
  response: WireResponse,
  expected: BodyExpectations | undefined,
  run: ProbeRun,
  scope: Scope,
): Promise<BodyReader | undefined> {
  const status = String(response.status);
  run.answer = { status, body: '' };
  if (expected) {
    const body = await bodyOf(response, expected.wishes, run, scope);
    run.answer = { status, body: capped(body.head(), MAX_SHOWN) };
    return body;
  }
  const body = new BodyReader(BEGINNING, response.header('Content-Type'));
  const patience = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, SHOWN_AFTER_MS);
    scope.onEnd(() => clearTimeout(timer));
  });
  await Promise.race([readBody(response, body, scope).catch(() => undefined), patience]);
  run.answer = { status, body: capped(body.head(), MAX_SHOWN) };
  return undefined;
}

async function bodyOf(response: WireResponse, wishes: BodyWishes, run: ProbeRun, scope: Scope): Promise<BodyReader> {
  run.stage = 'reading the response';
  const body = new BodyReader(wishes, response.header('Content-Type'));
  const transferSince = performance.now();
  await readBody(response, body, scope);
  run.spent('transfer', transferSince);
  return body;
}

function bodyMismatch(
  body: BodyReader,
  expected: BodyExpectations,
  run: ProbeRun,
  scope: Scope,
): ReturnType<typeof judgeBody> {
  run.stage = 'judging the response';
  return judgeBody(body, expected, scope);
}

function latencyLimits(settings: HttpSettings): LatencyLimit[] {
  return (['critical', 'warning'] as const).flatMap((status) => {
    const written = settings[`${status}-latency`];
    return written === undefined ? [] : [{ status, ms: parseDuration(written), written }];
  });
}

function judgeLatency(elapsedMs: number, limits: readonly LatencyLimit[]): Finding | undefined {
  const passed = limits.find(({ ms }) => elapsedMs > ms);
  if (!passed) return undefined;
  const took = formatDuration(Math.ceil(elapsedMs));
  return {
    status: passed.status,
    message: `The request took ${took}, longer than ${passed.written}`,
    expected: `at most ${passed.written}`,
    found: took,
  };
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
