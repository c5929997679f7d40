import { type Alert, type Covered, type CoverageReport, LOW_COVERAGE } from '@9volt/contracts';

/** So often in a row it must be low: monitors that were just added, or are being moved, are no alarm. */
const LOW_TIMES = 2;

export interface AlarmFacts {
  coverage: Covered;
  /** How often in a row it was low, this time included. */
  lowTimes: number;
  /** The alarm as it stood. */
  low: CoverageReport['low'];
  /** Whether an alerter is configured. */
  alerter: boolean;
  now: Date;
}

export interface AlarmStep {
  low: CoverageReport['low'];
  /** What is to be sent; the step holds once it was. */
  send?: 'alarm' | 'resolve';
  /** What is to be told as an event. */
  event?: 'low' | 'restored';
}

/** Pure, and by level: who was not told yet is told with the next step. */
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

/** What is sent about the coverage: like the alarm of a monitor, under a key of its own. */
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
