import { MAX_PERFORMANCE_VALUES, type PerformanceValue } from '@9volt/contracts';
import { excerpt } from '../probe/excerpt.js';

/** The parsed output of a plugin. */
export interface PluginOutput {
  /** The text of the first line, and the long text after it. */
  text: string;
  performance: PerformanceValue[];
}

const MAX_LABEL = 100;
const MAX_RANGE = 40;

/** With a decimal point, or the comma of some locales. */
const VALUE = /^([-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[-+]?\d+)?)([^\d\s;]*)$/i;

/**
 * Parses the output of a plugin by the guidelines (https://nagios-plugins.org/doc/guidelines.html, and the plugin API of Nagios for
 * several lines): `text | performance` in the first line, then lines of long text, after a `|` performance data again. Skips
 * malformed items of data.
 */
export function parsePluginOutput(output: string): PluginOutput {
  const [first = '', ...rest] = output.replaceAll('\r\n', '\n').trimEnd().split('\n');
  const [text, data] = cutAtBar(first);
  const [longText, moreData] = cutAtBar(rest.join('\n'));
  return {
    text: `${text.trimEnd()}\n${longText}`.trim(),
    performance: valuesIn(`${data} ${moreData}`),
  };
}

function cutAtBar(text: string): [before: string, after: string] {
  const bar = text.indexOf('|');
  return bar < 0 ? [text, ''] : [text.slice(0, bar), text.slice(bar + 1)];
}

function valuesIn(data: string): PerformanceValue[] {
  const found = new Map<string, PerformanceValue>();
  for (const { label, written } of itemsIn(data)) {
    const value = valueOf(excerpt(label.trim(), MAX_LABEL), written);
    if (value && !found.has(value.label)) found.set(value.label, value);
    if (found.size === MAX_PERFORMANCE_VALUES) break;
  }
  return [...found.values()];
}

/**
 * The parts `label=written`, with spaces between them. A label with spaces is in quotes, with two quotes for one. A quote that does
 * not enclose a label up to its `=` belongs to its word only, so the rest can still be read.
 */
function* itemsIn(data: string): Generator<{ label: string; written: string }> {
  const SPACE = /\s|$/g;
  const endOfWord = (from: number): number => {
    SPACE.lastIndex = from;
    return SPACE.exec(data)?.index ?? data.length;
  };
  for (let at = 0; at < data.length; at++) {
    let label: string;
    const close = data[at] === "'" ? closingQuote(data, at + 1) : undefined;
    if (close !== undefined && data[close + 1] === '=') {
      label = data.slice(at + 1, close).replaceAll("''", "'");
      at = close + 1;
    } else {
      const end = endOfWord(at);
      const equals = data.slice(at, end).indexOf('=');
      label = equals < 0 ? '' : unquoted(data.slice(at, at + equals));
      at = equals < 0 ? end : at + equals;
    }
    const end = endOfWord(at);
    if (data[at] === '=') yield { label, written: data.slice(at + 1, end) };
    at = end;
  }
}

/** Without a quote that nothing closes; empty if it has more of them, because then the label is unclear. */
function unquoted(word: string): string {
  if (!word.startsWith("'")) return word;
  return word.includes("'", 1) ? '' : word.slice(1);
}

function closingQuote(data: string, from: number): number | undefined {
  for (let at = from; ; at += 2) {
    at = data.indexOf("'", at);
    if (at < 0) return undefined;
    if (data[at + 1] !== "'") return at;
  }
}

function valueOf(label: string, written: string): PerformanceValue | undefined {
  const [measured = '', warn = '', crit = '', min = '', max = ''] = written.split(';');
  const [, digits, unit = ''] = VALUE.exec(measured) ?? [];
  const value = digits === undefined ? null : numberOf(digits);
  // No number can hold 1e400.
  const isKnown = value === null ? measured === 'U' : Number.isFinite(value);
  if (label === '' || !isKnown) return undefined;
  return {
    label,
    value,
    ...(unit === '' ? {} : { unit: excerpt(unit, MAX_RANGE) }),
    ...range('warn', warn),
    ...range('crit', crit),
    ...bound('min', min),
    ...bound('max', max),
  };
}

function range<K extends string>(name: K, written: string): Partial<Record<K, string>> {
  return written === '' ? {} : ({ [name]: excerpt(written, MAX_RANGE) } as Record<K, string>);
}

function bound<K extends string>(name: K, written: string): Partial<Record<K, number>> {
  const [, digits, unit] = VALUE.exec(written) ?? [];
  const number = digits === undefined || unit !== '' ? Number.NaN : numberOf(digits);
  return Number.isFinite(number) ? ({ [name]: number } as Record<K, number>) : {};
}

function numberOf(written: string): number {
  return Number(written.replace(',', '.'));
}
