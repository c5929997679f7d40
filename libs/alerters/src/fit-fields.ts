import { cut } from './plain-text.js';
import type { RenderedField } from './render-alert.js';

export interface FieldLimits {
  /** Characters of one value, at most. */
  each: number;
  /** Characters of all labels and values together. */
  total: number;
}

/**
 * The fields, with the longest values cut until all fit the limits of a provider. `measure` answers the length of a value after the
 * provider's escaping.
 */
export function fitFields(
  fields: readonly RenderedField[],
  { each, total }: FieldLimits,
  measure: (value: string) => number = (value) => value.length,
): RenderedField[] {
  const fitted = fields.map((field) => ({ ...field, value: shortened(field.value, each, measure) }));
  const sum = () => fitted.reduce((length, { label, value }) => length + label.length + measure(value), 0);
  while (sum() > total) {
    const longest = fitted.reduce((a, b) => (measure(b.value) > measure(a.value) ? b : a));
    const value = shortened(longest.value, Math.floor(measure(longest.value) * 0.8), measure);
    if (value.length >= longest.value.length) break;
    longest.value = value;
  }
  return fitted;
}

/** The text, cut to this length after escaping. */
export function shortened(
  text: string,
  limit: number,
  measure: (text: string) => number = (value) => value.length,
): string {
  let short = cut(text, Math.min(text.length, Math.max(limit, 2)));
  while (measure(short) > limit && short.length > 2) short = cut(short, Math.max(2, Math.floor(short.length * 0.9)));
  return short;
}
