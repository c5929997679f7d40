import { CLASS, NO_PHASES, ownOf, type Tally, TIME_CLASSES } from '@9volt/contracts';
import { TIME_COLUMNS } from './schema.js';

const LARGEST_INTEGER = 2 ** 31 - 1;

/** The columns of a tally, besides its monitor and its period, with their types. Times are milliseconds after the begin of the period. */
export const COLUMNS: Readonly<Record<string, string>> = {
  first_ms: 'integer',
  last_ms: 'integer',
  first_class: 'smallint',
  last_class: 'smallint',
  hold_ms: 'bigint',
  runs: 'integer',
  failures: 'integer',
  overruns: 'integer',
  ...Object.fromEntries(TIME_COLUMNS.map((column) => [column, 'integer'])),
  maybe_down_ms: 'integer',
  maybe_up_ms: 'integer',
  latency: 'integer[]',
  phases: 'smallint[]',
  changed_ms: 'integer[]',
  changed_to: 'smallint[]',
};

export type TallyRow = Record<string, number | string | readonly number[] | null>;

export function rowOf(name: string, tally: Tally, from: number): TallyRow {
  const { changes, latency, phases, time } = tally;
  const list = (values: readonly number[]): readonly number[] | null => (values.length === 0 ? null : values);
  return {
    name,
    first_ms: whole(tally.first - from),
    last_ms: whole(tally.last - from),
    first_class: tally.firstClass,
    last_class: tally.lastClass,
    hold_ms: Math.round(tally.holdMs),
    runs: whole(tally.runs),
    failures: whole(tally.failures),
    overruns: whole(tally.overruns),
    ...Object.fromEntries(TIME_COLUMNS.map((column, code) => [column, whole(time[code] ?? 0)])),
    maybe_down_ms: whole(tally.maybeDown),
    maybe_up_ms: whole(tally.maybeUp),
    latency: list(latency),
    phases: phases.some((bucket) => bucket >= 0) ? phases : null,
    changed_ms: list(changes.filter((_, i) => i % 2 === 0).map((at) => whole(at - from))),
    changed_to: list(changes.filter((_, i) => i % 2 === 1)),
  };
}

/** The tally of a row whose period begins at `from`. `bigint` columns come as text. */
export function tallyOf(row: TallyRow, from: number): Tally {
  const number = (column: string): number => Number(ownOf(row, column) ?? 0);
  const list = (column: string): readonly number[] =>
    (ownOf(row, column) as readonly number[] | null | undefined) ?? [];
  const codes = list('changed_to');
  const phases = list('phases');
  return {
    first: from + number('first_ms'),
    firstClass: number('first_class'),
    last: from + number('last_ms'),
    lastClass: number('last_class'),
    holdMs: number('hold_ms'),
    runs: number('runs'),
    failures: number('failures'),
    overruns: number('overruns'),
    time: TIME_COLUMNS.map(number),
    maybeDown: number('maybe_down_ms'),
    maybeUp: number('maybe_up_ms'),
    latency: list('latency'),
    phases: phases.length === 0 ? NO_PHASES : phases,
    changes: list('changed_ms').flatMap((ms, i) => [from + ms, codes[i] as number]),
  };
}

function whole(value: number): number {
  return Math.max(-LARGEST_INTEGER, Math.min(LARGEST_INTEGER, Math.round(value)));
}

/** What the time between two rows counts as: `spanBetween` of the contracts, in the words of the database. */
export const SUMS = `
  SELECT name,
    min(first) AS first_ms,
    (array_agg(first_class ORDER BY first))[1] AS first_class,
    max(last) AS last_ms,
    (array_agg(last_class ORDER BY first DESC))[1] AS last_class,
    (array_agg(hold_ms ORDER BY first DESC))[1] AS hold_ms,
    sum(runs) AS runs, sum(failures) AS failures, sum(overruns) AS overruns,
    ${TIME_CLASSES.map((_, code) => `sum(${TIME_COLUMNS[code]}) + sum(gap) FILTER (WHERE gap_class = ${code})`)
      .map((sum, code) => `coalesce(${sum}, sum(${TIME_COLUMNS[code]})) AS ${TIME_COLUMNS[code]}`)
      .join(', ')},
    sum(maybe_down_ms) + coalesce(sum(gap) FILTER (WHERE maybe = 'down'), 0) AS maybe_down_ms,
    sum(maybe_up_ms) + coalesce(sum(gap) FILTER (WHERE maybe = 'up'), 0) AS maybe_up_ms
  FROM (
    SELECT *, CASE
      WHEN gap_class IN (${CLASS.ok}, ${CLASS.warning}) AND first_class = ${CLASS.critical} THEN 'down'
      WHEN gap_class = ${CLASS.critical} AND first_class IN (${CLASS.ok}, ${CLASS.warning}) THEN 'up'
    END AS maybe
    FROM (
      SELECT *, greatest(0, first - last_before) AS gap, CASE
        WHEN class_before = ${CLASS.disabled} THEN ${CLASS.disabled}
        WHEN first - last_before > hold_before THEN ${CLASS.unwatched}
        ELSE class_before
      END AS gap_class
      FROM (
        SELECT *, lag(last) OVER w AS last_before, lag(last_class) OVER w AS class_before, lag(hold_ms) OVER w AS hold_before
        FROM rows WINDOW w AS (PARTITION BY name ORDER BY first)
      ) AS neighbours
    ) AS gaps
  ) AS spans
  GROUP BY name`;
