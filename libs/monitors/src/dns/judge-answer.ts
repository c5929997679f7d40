import { type CheckResult, formatDuration } from '@9volt/contracts';
import type { Scope } from '@9volt/process';
import { excerpt } from '../probe/excerpt.js';
import { matchesOf } from '../probe/expression.js';
import type { ProbeRun } from '../probe/probe-run.js';
import { aliasOf, recordsAskedFor, textsOf } from './answered-records.js';
import type { AskedFor, DnsAnswer } from './message.js';
import type { DnsQuestion } from './query.js';

/** A prepared check. */
export interface Plan {
  host: string;
  port: number;
  question: DnsQuestion;
  limitMs: number;
  rcode: string;
  /** 0 means any number but none. */
  count: number;
  maxMs: number | undefined;
  expression: string;
  matchesAny: boolean;
  /** For messages, as the operator wrote it. */
  target: string;
  server: string;
  type: string;
}

/** Matches every record, and is the default. */
const ANYTHING = '.';

export interface Asked {
  answer: DnsAnswer;
  tookMs: number;
}

/** The order is the original's: count, emptiness, time, then the content of the records. */
export function judge(
  plan: Plan,
  run: ProbeRun,
  { answer, tookMs }: Asked,
  scope: Scope,
): CheckResult | Promise<CheckResult> {
  const { question, target, server, count } = plan;
  const { rcode } = answer;
  if (rcode !== plan.rcode) {
    const message =
      plan.rcode === 'NOERROR'
        ? `DNS query failed: ${rcode}`
        : `DNS query was answered ${rcode}, expected ${plan.rcode}`;
    return run.failed(message, plan.rcode, rcode);
  }
  if (rcode !== 'NOERROR') return judgeTime(plan, run, tookMs) ?? run.ok();

  const records = recordsAskedFor(answer, question);
  if (count > 0 && records.length !== count) {
    return run.failed(
      `Unexpected result count (${records.length}) received for ${target} against DNS server ${server}`,
      counted(count),
      aliasIfNone(records, answer, question) ?? counted(records.length),
    );
  }
  if (records.length === 0) {
    return run.failed(
      `No results received for ${target} against DNS server ${server}`,
      `at least 1 ${plan.type} record`,
      aliasIfNone(records, answer, question) ?? 'no record',
    );
  }
  return (
    judgeTime(plan, run, tookMs) ??
    (plan.expression === ANYTHING ? run.ok() : judgeRecords(plan, run, records.map(textsOf), scope))
  );
}

function aliasIfNone(records: readonly unknown[], answer: DnsAnswer, asked: AskedFor): string | undefined {
  return records.length === 0 ? aliasOf(answer, asked) : undefined;
}

function judgeTime({ maxMs, target, server }: Plan, run: ProbeRun, tookMs: number): CheckResult | undefined {
  if (maxMs === undefined || tookMs <= maxMs) return undefined;
  const allowed = formatDuration(maxMs);
  const took = formatDuration(Math.round(tookMs * 10) / 10);
  return run.failed(
    `DNS check of ${target} against ${server} server took longer than ${allowed} allowed: ${took}`,
    `an answer within ${allowed}`,
    took,
  );
}

async function judgeRecords(
  { expression, matchesAny, target, server }: Plan,
  run: ProbeRun,
  records: readonly (readonly string[])[],
  scope: Scope,
): Promise<CheckResult> {
  // Matches all forms of all records together, because one limit holds for their cost.
  const matching = await matchesOf(expression, records.flat(), scope);
  const matches = records.map(({ length }) => matching.splice(0, length).includes(true));
  const others = records.filter((_, index) => !matches[index]);
  const matched = records.length - others.length;
  if (others.length === 0 || (matchesAny && matched > 0)) return run.ok();
  const verdict = matched === 0 ? 'None matched' : `Only ${matched} matched`;
  return run.failed(
    `DNS check of ${target} against ${server} had ${records.length} records. ${verdict} expected regex '${excerpt(expression, 256)}'`,
    expression,
    excerpt(others.map(([text]) => text).join('; '), 200),
  );
}

function counted(records: number): string {
  return records === 1 ? '1 record' : `${records} records`;
}
