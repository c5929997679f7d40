import { describe, expect, it } from '@jest/globals';
import type { PendingReport, ReportRecord } from '@9volt/contracts';
import { isLate, LATE_MS, planReport, withAnswer, withAttempt } from './plan-report.js';

const settings = { schedule: '0 8 * * *', alerters: ['mail'] };
const at = (text: string): number => Date.parse(text);
const EIGHT = at('2026-05-02T08:00:00Z');
const iso = (ms: number): string => new Date(ms).toISOString();
const record = (handled: number, change: Partial<ReportRecord> = {}): ReportRecord => ({
  handledUntil: iso(handled),
  schedule: '0 8 * * * UTC',
  pending: [],
  sent: [],
  ...change,
});
const pending = (change: Partial<PendingReport> = {}): PendingReport => ({
  id: iso(EIGHT),
  alerter: 'mail',
  dueAt: iso(EIGHT),
  since: iso(EIGHT),
  attempts: 0,
  nextAt: iso(EIGHT),
  ...change,
});

describe('what is due', () => {
  it('a new report is not due before its next time', () => {
    expect(planReport(settings, undefined, EIGHT + 1)).toEqual(record(EIGHT + 1));
  });

  it('a due time is there once, for each alerter', () => {
    const both = { ...settings, alerters: ['mail', 'boss'] };
    const due = planReport(both, record(EIGHT - 1), EIGHT);
    expect(due).toEqual(record(EIGHT, { pending: [pending(), pending({ alerter: 'boss' })] }));
    expect(planReport(both, due, EIGHT)).toBe(due);
    expect(planReport(both, due, EIGHT + 60_000)).toBe(due);
    // A clock that is set back makes nothing due again.
    expect(planReport(both, due, EIGHT - 60_000)).toBe(due);
  });

  it('of several missed times the newest is sent, once', () => {
    const hourly = { schedule: '0 * * * *', alerters: ['mail'] };
    const known = record(EIGHT, { schedule: '0 * * * * UTC' });
    const due = planReport(hourly, known, EIGHT + 5.5 * 3_600_000);
    expect(due.pending.map(({ dueAt }) => dueAt)).toEqual([iso(EIGHT + 5 * 3_600_000)]);
  });

  it('what is older than a day is skipped, and said', () => {
    const monthly = { schedule: '0 8 2 * *', alerters: ['mail'] };
    const known = record(EIGHT - 1, { schedule: '0 8 2 * * UTC' });
    expect(planReport(monthly, known, EIGHT + LATE_MS - 1).pending).toHaveLength(1);
    const skipped = planReport(monthly, known, EIGHT + LATE_MS + 1);
    expect(skipped).toMatchObject({ pending: [], sent: [{ dueAt: iso(EIGHT), outcome: 'skipped' }] });
    expect(planReport(monthly, skipped, EIGHT + LATE_MS + 2)).toBe(skipped);
  });

  it('another schedule begins anew, and forgets no pending mail', () => {
    const known = record(EIGHT - LATE_MS, { pending: [pending()] });
    const next = planReport({ ...settings, schedule: '0 7 * * *' }, known, EIGHT);
    expect(next).toEqual({ ...known, handledUntil: iso(EIGHT), schedule: '0 7 * * * UTC' });
  });

  it('an alerter that the report names no longer gets nothing', () => {
    const known = record(EIGHT, { pending: [pending({ alerter: 'old' }), pending()] });
    expect(planReport(settings, known, EIGHT + 1).pending).toEqual([pending()]);
  });
});

it('says that it is late after a quarter of an hour, unless a person asked for it', () => {
  expect(isLate({ dueAt: iso(EIGHT) }, EIGHT + 15 * 60_000)).toBe(false);
  expect(isLate({ dueAt: iso(EIGHT) }, EIGHT + 15 * 60_000 + 1)).toBe(true);
  expect(isLate({ dueAt: iso(EIGHT), asked: true }, EIGHT + LATE_MS)).toBe(false);
});

describe('attempts', () => {
  const begun = withAttempt(record(EIGHT, { pending: [pending()] }), pending(), EIGHT);
  const one = begun.pending[0] as PendingReport;

  it('nobody else tries while one runs, and pauses grow to half an hour', () => {
    expect(one).toMatchObject({ attempts: 1, nextAt: iso(EIGHT + 60_000) });
    const many = withAttempt(begun, { ...one, attempts: 30 }, EIGHT);
    expect(many.pending[0]?.nextAt).toBe(iso(EIGHT + 30 * 60_000));
  });

  it('a sent report is no longer pending', () => {
    const answered = withAnswer(begun, one, { outcome: 'sent', answer: '250 OK', subject: 'S' }, EIGHT + 5);
    expect(answered.record).toMatchObject({ pending: [], sent: [{ outcome: 'sent', subject: 'S', alerter: 'mail' }] });
    expect(answered.ended?.outcome).toBe('sent');
  });

  it('a failed attempt keeps who has the mail, and waits as long as the provider asks', () => {
    const attempted = { outcome: 'retry', answer: 'greylisted', reached: ['a@x'], retryAfterMs: 600_000 } as const;
    const answered = withAnswer(begun, one, attempted, EIGHT);
    expect(answered.ended).toBeUndefined();
    expect(answered.record.pending).toMatchObject([
      { attempts: 1, answer: 'greylisted', reached: ['a@x'], nextAt: iso(EIGHT + 600_000) },
    ]);
  });

  it('gives up after a day', () => {
    const answered = withAnswer(begun, one, { outcome: 'retry', answer: 'down' }, EIGHT + LATE_MS);
    expect(answered.record).toMatchObject({ pending: [], sent: [{ outcome: 'failed', answer: 'down' }] });
  });

  it('keeps the last 20 deliveries', () => {
    let known = begun;
    for (let n = 0; n < 30; n++) {
      known = withAnswer(known, one, { outcome: 'sent', answer: String(n), subject: 'S' }, EIGHT).record;
    }
    expect(known.sent).toHaveLength(20);
    expect(known.sent[0]?.answer).toBe('29');
  });
});
