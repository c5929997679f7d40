import {
  type CheckResult,
  Duration,
  formatDuration,
  intervalMsOf,
  MonitorSettings,
  parseDuration,
  Shown,
  Text,
} from '@9volt/contracts';
import { CutShort } from '@9volt/process';
import { defineMonitor, type ProbeContext, type ReceivedCalls } from './define-monitor.js';
import { valueOf } from './probe/attribute-value.js';
import { excerpt } from './probe/excerpt.js';
import { ProbeRun } from './probe/probe-run.js';

@Shown('token', 'grace')
export class PushSettings extends MonitorSettings {
  @Text({
    doc:
      'Token in the address that the job calls: `POST /api/v1/push/<token>`. Everybody who knows it can call; an access token is not needed. Create it at ' +
      'random, for instance with `openssl rand -hex 16`, and keep a copy: 9volt never shows it again.',
    required: true,
    secret: true,
    pattern: /^[A-Za-z0-9_-]{16,128}$/,
    expected: '16 to 128 letters, digits, hyphens and underscores',
    maxLength: 128,
    example: 'an-example-of-a-token-',
  })
  token!: string;

  @Duration({ doc: 'Extra time after the interval before a missing call counts as a failure.', default: '1m' })
  grace?: string;
}

export const pushMonitor = defineMonitor<PushSettings>({
  type: 'push',
  summary:
    'Waits for calls of a job; fails if none comes within the interval plus the grace, or if the job reports a failure.',
  settings: PushSettings,
  target: () => 'calls of a job',
  destination: [],
  deadlineMs: () => 1_000,
  weight: 0.1,
  calls: { token: ({ token }) => token, overdueAtMs },
  prepare: (settings) => (context) => check(settings, context),
});

async function check(settings: PushSettings, context: ProbeContext): Promise<CheckResult> {
  const { signal, calls } = context;
  const run = new ProbeRun(context);
  if (signal.aborted) return run.failedWith(new CutShort('aborted', 'aborted'), 'aborted');
  if (!calls)
    return run.verdict('unknown', 'A push monitor cannot be tested before it is saved; save it, then call it');
  const { last, nowMs } = calls;
  if (nowMs >= overdueAtMs(settings, calls)) return overdue(settings, run, calls);
  if (!last) return run.ok();
  const said = last.message === undefined ? undefined : excerpt(last.message);
  const result =
    last.status === 'ok'
      ? { ...run.ok(), ...(said === undefined ? {} : { message: said }) }
      : run.verdict(
          last.status,
          `The job says ${last.status}${said === undefined ? '' : `: ${said}`}`,
          'ok',
          last.status,
        );
  return last.latencyMs === undefined ? result : { ...result, latencyMs: last.latencyMs };
}

/** The message gives the time of the last call, so it stays the same as long as no call comes. */
function overdue(settings: PushSettings, run: ProbeRun, { last, awaitedSinceMs }: ReceivedCalls): CheckResult {
  const expected = `a call every ${settings.interval}, with ${valueOf(PushSettings, settings, 'grace')} of grace`;
  const since = new Date(last?.atMs ?? awaitedSinceMs).toISOString();
  const message = last ? `No call since ${since}` : `No call ever, awaited since ${since}`;
  const allowed = formatDuration(overdueAtMs(settings, { awaitedSinceMs: 0, nowMs: 0 }));
  return run.failed(`${message}; expected one within ${allowed}`, expected, last ? `the last one at ${since}` : 'none');
}

function overdueAtMs(settings: PushSettings, { last, awaitedSinceMs }: ReceivedCalls): number {
  const graceMs = parseDuration(valueOf(PushSettings, settings, 'grace'));
  return Math.max(last?.atMs ?? 0, awaitedSinceMs) + intervalMsOf(settings) + graceMs;
}
