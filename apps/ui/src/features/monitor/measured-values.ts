import type { Sample } from '../../lib/recent-results.js';

/** One measured value over time. */
export interface ValueSeries {
  label: string;
  unit: string;
  /** Null where it was not measured. */
  values: (number | null)[];
  last: number | null;
  least: number;
  most: number;
}

/** The values that the results measured, in the order in which they first occur; those that were never a number are left out. */
export function valueSeries(results: readonly Sample[]): ValueSeries[] {
  const labels = new Map<string, string>();
  for (const { performance = [] } of results) {
    for (const { label, unit = '' } of performance) if (!labels.has(label)) labels.set(label, unit);
  }
  return [...labels].flatMap(([label, unit]) => {
    const values = results.map(({ performance }) => performance?.find((one) => one.label === label)?.value ?? null);
    const known = values.filter((value) => value !== null);
    if (known.length === 0) return [];
    return [{ label, unit, values, last: known.at(-1) ?? null, least: Math.min(...known), most: Math.max(...known) }];
  });
}

export const WIDTH = 240;
export const HEIGHT = 44;

/** The line of a series in a box of {@link WIDTH} by {@link HEIGHT}; of several results at once, only the last one keeps its values. */
export function pathOf({ values, least, most }: ValueSeries): string {
  const step = WIDTH / Math.max(1, values.length - 1);
  const span = most - least;
  const points = values.flatMap((value, at) => {
    if (value === null) return [];
    const y = span === 0 ? HEIGHT / 2 : HEIGHT - 2 - ((value - least) / span) * (HEIGHT - 4);
    return [`${(at * step).toFixed(1)} ${y.toFixed(1)}`];
  });
  return `M${points.join('L')}`;
}
