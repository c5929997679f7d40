import {
  DomainError,
  fault,
  type FieldError,
  type HistoryPeriods,
  MAX_BUCKETS,
  ownOf,
  parseDuration,
  unknownName,
} from '@9volt/contracts';
import { INSTANT_EXPECTED, instantIn } from '../common/instant.js';
import type { RawQuery } from '../common/list-query.js';

export interface AskedRange {
  from: number;
  to: number;
  step: number;
  withMaintenance: boolean;
}

const BUCKETS = 100;
/** Lengths of a bucket that people expect, in minutes, hours and days. */
const STEPS = { minute: [1, 2, 5, 10, 15, 30], hour: [1, 2, 3, 6, 12], day: [1, 7] } as const;

/** Reads `from`, `to`, `step` and `maintenance`. Throws `invalid` with all faults. */
export function readRange(
  raw: RawQuery,
  parameters: readonly string[],
  now: number,
  lengths: HistoryPeriods,
): AskedRange {
  const errors: FieldError[] = [];
  for (const name of Object.keys(raw)) {
    if (!parameters.includes(name)) errors.push(unknownName(`/${name}`, 'query parameter', name, parameters));
  }
  const instant = (name: string, fallback: number): number => {
    const text = ownOf(raw, name);
    if (text === undefined || text === '') return fallback;
    const at = instantIn(text);
    if (Number.isNaN(at)) errors.push(fault(`/${name}`, text, INSTANT_EXPECTED));
    return at;
  };
  const to = Math.min(now, instant('to', now));
  const from = instant('from', to - lengths.day);
  if (from >= to) errors.push(fault('/from', raw['from'], 'a time before `to`, and before now'));
  const maintenance = raw['maintenance'] ?? 'omit';
  if (maintenance !== 'omit' && maintenance !== 'unwatched') {
    errors.push(fault('/maintenance', maintenance, '"omit" or "unwatched"'));
  }
  const step = stepOf(raw['step'], to - from, lengths);
  if (step === undefined) {
    errors.push(fault('/step', raw['step'], `a duration of whole minutes that makes at most ${MAX_BUCKETS} buckets`));
  }
  if (errors.length > 0 || step === undefined) throw DomainError.invalid(errors);
  return { from, to, step, withMaintenance: maintenance === 'unwatched' };
}

function stepOf(raw: string | string[] | undefined, lengthMs: number, lengths: HistoryPeriods): number | undefined {
  if (raw === undefined || raw === '') {
    const nice = (['minute', 'hour', 'day'] as const).flatMap((unit) => STEPS[unit].map((n) => n * lengths[unit]));
    return nice.find((step) => lengthMs / step <= BUCKETS) ?? Math.ceil(lengthMs / lengths.day / BUCKETS) * lengths.day;
  }
  let step: number;
  try {
    step = parseDuration(raw);
  } catch {
    return undefined;
  }
  const fits = step >= lengths.minute && step % lengths.minute === 0 && !(lengthMs / step > MAX_BUCKETS);
  return fits ? step : undefined;
}
