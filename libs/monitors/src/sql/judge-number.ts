import type { CheckResult } from '@9volt/contracts';
import type { ProbeRun } from '../probe/probe-run.js';
import { conditionOf, holds, rangeOf } from './condition.js';

/** Conditions as an operator writes them. */
export interface Conditions {
  warning?: string | undefined;
  critical?: string | undefined;
}

/** The verdict on a number, which the result keeps as `label`. `what` begins the sentence about it. */
export function judgeNumber(
  run: ProbeRun,
  label: string,
  value: number,
  conditions: Conditions,
  what: string,
): CheckResult {
  const { warning, critical } = conditions;
  run.performance = [
    {
      label,
      value,
      ...(warning === undefined ? {} : { warn: rangeOf(conditionOf(warning)) }),
      ...(critical === undefined ? {} : { crit: rangeOf(conditionOf(critical)) }),
    },
  ];
  for (const severity of ['critical', 'warning'] as const) {
    const condition = conditions[severity]?.trim();
    if (condition === undefined || !holds(conditionOf(condition), value)) continue;
    return run.verdict(
      severity,
      `${what} is ${value}, which is ${severity}: ${condition}`,
      `not ${condition}`,
      String(value),
    );
  }
  return run.ok();
}
