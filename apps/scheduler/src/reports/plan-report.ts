import {
  lastDue,
  nextDue,
  type PendingReport,
  type ReportRecord,
  type ReportSettings,
  type SentReport,
} from '@9volt/contracts';

/** A report that nobody could send is sent late, but not after this time. */
export const LATE_MS = 86_400_000;
/** A report is late, and says so, after this time. */
const TOLD_MS = 15 * 60_000;
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 30 * 60_000;
const KEPT = 20;

/** What is to be sent of a report now. Answers the same record if nothing is new. Pure. */
export function planReport(
  settings: Pick<ReportSettings, 'schedule' | 'time-zone' | 'alerters'>,
  known: ReportRecord | undefined,
  now: number,
): ReportRecord {
  const schedule = `${settings.schedule} ${settings['time-zone'] ?? 'UTC'}`;
  if (known?.schedule !== schedule) {
    // A new schedule does not make past times due.
    const { pending = [], sent = [] } = known ?? {};
    return { handledUntil: iso(now), schedule, pending, sent };
  }
  const pending = known.pending.filter(({ alerter }) => settings.alerters.includes(alerter));
  const record = pending.length < known.pending.length ? { ...known, pending } : known;
  const handled = Date.parse(known.handledUntil);
  const due = lastDue(settings, Math.max(handled, now - LATE_MS), now);
  if (due !== undefined) {
    const added = settings.alerters.map((alerter) => pendingOf(alerter, { id: iso(due), dueAt: due, now }));
    return { ...record, handledUntil: iso(due), pending: [...record.pending, ...added] };
  }
  const missed = nextDue(settings, handled);
  if (missed === undefined || missed > now - LATE_MS) return record;
  const answer = 'no scheduler led the cluster within 24 hours after it was due';
  const skipped = settings.alerters.map((alerter): SentReport => ({
    dueAt: iso(missed),
    at: iso(now),
    alerter,
    outcome: 'skipped',
    answer,
  }));
  return { ...record, handledUntil: iso(now - LATE_MS), sent: [...skipped, ...record.sent].slice(0, KEPT) };
}

function pendingOf(alerter: string, { id, dueAt, now }: { id: string; dueAt: number; now: number }): PendingReport {
  return { id, alerter, dueAt: iso(dueAt), since: iso(now), attempts: 0, nextAt: iso(now) };
}

/** Whether a report says that it is late. */
export function isLate({ asked, dueAt }: Pick<PendingReport, 'asked' | 'dueAt'>, now: number): boolean {
  return asked !== true && now - Date.parse(dueAt) > TOLD_MS;
}

export function isSame(a: Pick<PendingReport, 'id' | 'alerter'>, b: Pick<PendingReport, 'id' | 'alerter'>): boolean {
  return a.id === b.id && a.alerter === b.alerter;
}

/** The record while an attempt runs. Until its answer is noted no other process begins one. */
export function withAttempt(record: ReportRecord, pending: PendingReport, now: number): ReportRecord {
  const attempts = pending.attempts + 1;
  const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempts - 1, 16));
  const next = { ...pending, attempts, nextAt: iso(now + pauseMs) };
  return { ...record, pending: record.pending.map((one) => (isSame(one, pending) ? next : one)) };
}

/** What came of an attempt. */
export type Attempted =
  | { outcome: 'sent' | 'failed'; answer: string; subject: string }
  | { outcome: 'retry'; answer: string; reached?: readonly string[] | undefined; retryAfterMs?: number | undefined };

/** The record after an attempt, and what people should know. */
export function withAnswer(
  record: ReportRecord,
  pending: PendingReport,
  attempted: Attempted,
  now: number,
): { record: ReportRecord; ended?: SentReport } {
  const { dueAt, alerter } = pending;
  const { answer } = attempted;
  if (attempted.outcome === 'retry' && now - Date.parse(pending.since) < LATE_MS) {
    const { reached, retryAfterMs = 0 } = attempted;
    const change = (one: PendingReport): PendingReport => ({
      ...one,
      nextAt: iso(Math.max(Date.parse(one.nextAt), now + Math.min(retryAfterMs, LONGEST_PAUSE_MS))),
      answer,
      ...(reached ? { reached: [...reached] } : {}),
    });
    return { record: { ...record, pending: record.pending.map((one) => (isSame(one, pending) ? change(one) : one)) } };
  }
  const ended: SentReport =
    attempted.outcome === 'retry'
      ? { dueAt, at: iso(now), alerter, outcome: 'failed', answer }
      : { dueAt, at: iso(now), alerter, ...attempted };
  const rest = record.pending.filter((one) => !isSame(one, pending));
  return { record: { ...record, pending: rest, sent: [ended, ...record.sent].slice(0, KEPT) }, ended };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
