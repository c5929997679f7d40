import { type Alert, type Covered, type CoverageReport, LOW_COVERAGE } from '@9volt/contracts';

/** It must be low this often in a row: monitors that were just added, or are moving, are no alarm. */
const LOW_TIMES = 2;

export interface AlarmFacts {
  coverage: Covered;
  /** How often in a row it was low, including this time. */
  lowTimes: number;
  /** The present alarm. */
  low: CoverageReport['low'];
  /** Whether an alerter is configured. */
  alerter: boolean;
  now: Date;
}

export interface AlarmStep {
  low: CoverageReport['low'];
  /** The notification to send; the step counts once it was sent. */
  send?: 'alarm' | 'resolve';
  /** The event to write. */
  event?: 'low' | 'restored';
}

/** Pure and level-triggered: an alerter that was not notified yet is notified with the next step. */
export function stepAlarm({ coverage, lowTimes, low, alerter, now }: AlarmFacts): AlarmStep {
  const isLow = coverage.share < LOW_COVERAGE;
  if (isLow) {
    if (!low) return lowTimes < LOW_TIMES ? { low } : { low: { since: now.toISOString(), told: false }, event: 'low' };
    return alerter && !low.told ? { low: { ...low, told: true }, send: 'alarm' } : { low };
  }
  if (!low) return { low };
  return { low: undefined, event: 'restored', ...(low.told && alerter ? { send: 'resolve' } : {}) };
}

/** In words: `97.5 %: 25 of 1000 monitors missed their last due check`. */
export function describeCoverage({ share, monitors, covered }: Covered): string {
  const percent = Math.floor(share * 1_000) / 10;
  return `${percent} %: ${monitors - covered} of ${monitors} monitors missed their last due check`;
}

/** The notification about the coverage: like a monitor's alarm, under a key of its own. */
export function coverageAlert(
  type: 'alarm' | 'resolve',
  {
    coverage,
    since,
    now,
    leader,
    prefix,
  }: { coverage: Covered; since: string; now: Date; leader: string; prefix: string },
): Alert {
  const isResolve = type === 'resolve';
  return {
    type: isResolve ? 'resolve' : 'critical',
    ...(isResolve ? { reason: 'recovered' } : {}),
    monitor: '9volt coverage',
    monitorType: '9volt',
    target: 'the monitoring itself',
    description: 'Number of monitors whose last due check ran',
    tags: [],
    status: isResolve ? 'ok' : 'critical',
    worst: 'critical',
    message: `The coverage is ${describeCoverage(coverage)}`,
    since,
    at: now.toISOString(),
    attempts: 1,
    warningThreshold: 0,
    criticalThreshold: 1,
    worker: leader,
    key: `${prefix}/9volt coverage/${Date.parse(since)}`,
  };
}
