import { visible } from '../output/visible.js';

/**
 * The kinds of entries at the top of a file. To add one, begin here; validate-entries.ts and config-repository.ts must know it,
 * too.
 */
export const KINDS = ['monitor', 'alerter', 'maintenance', 'status-page', 'report'] as const;

export type Kind = (typeof KINDS)[number];

/** Several of a kind, in words. */
export const PLURALS: Readonly<Record<Kind, string>> = {
  monitor: 'monitors',
  alerter: 'alerters',
  maintenance: 'maintenance windows',
  'status-page': 'status pages',
  report: 'reports',
};

/** One entry as it stands in a file. */
export interface Entry {
  kind: Kind;
  name: string;
  /** The parsed YAML, unvalidated. */
  raw: unknown;
  file: string;
  /** Line of its name, from 1. */
  readonly line: number | undefined;
  /** Position of the innermost existing attribute of a path below the entry. Slow at first: it parses the file. */
  placeOf(path: readonly string[]): Place | undefined;
}

/** A position in a file. */
export interface Place {
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
  length: number;
  /** The whole line. */
  text: string;
}

/** A fault of a file, in words for its author. */
export interface ConfigFault {
  file: string;
  line?: number | undefined;
  place?: Place | undefined;
  /** JSON pointer within the file. */
  path?: string;
  message: string;
}

/** `monitors/web.yaml:12: /monitor/web/interval: …`. */
export function describeFault(fault: ConfigFault): string {
  const place = fault.line === undefined ? fault.file : `${fault.file}:${fault.line}`;
  return visible(`${place}: ${fault.path === undefined ? '' : `${fault.path}: `}${fault.message}`);
}

/** At more places than this, an error is shown once, with the other places in one line. */
const SHOWN_IN_FULL = 3;
const PLACES_NAMED = 10;

/** All faults with their lines; one that many entries have in common, such as a name that does not exist, is shown once. */
export function describeFaults(faults: readonly ConfigFault[]): string[] {
  const byMessage = new Map<string, ConfigFault[]>();
  for (const fault of faults) byMessage.set(fault.message, [...(byMessage.get(fault.message) ?? []), fault]);
  return [...byMessage.values()].flatMap((same) => {
    const isCommon = same.length > SHOWN_IN_FULL;
    const shown = isCommon ? same.slice(0, 1) : same;
    const lines = shown.flatMap((fault) => [describeFault(fault), ...quoteOf(fault)]);
    return isCommon ? [...lines, `  the same at ${placesOf(same.slice(1))}`] : lines;
  });
}

function placesOf(faults: readonly ConfigFault[]): string {
  const places = faults.map(({ file, line }) => (line === undefined ? file : `${file}:${line}`));
  const rest = places.length - PLACES_NAMED;
  return visible([...places.slice(0, PLACES_NAMED), ...(rest > 0 ? [`${rest} more places`] : [])].join(', '));
}

/** Maximum number of characters shown to the left and to the right of a position. */
const CONTEXT = 60;

/** The line of a fault, with marks below the wrong part; empty if the position is unknown. */
export function quoteOf({ place }: ConfigFault): string[] {
  if (!place || place.text.trim() === '') return [];
  const from = Math.max(0, place.column - 1 - CONTEXT);
  const to = place.column - 1 + place.length + CONTEXT;
  // Each character takes one column, even an invalid one.
  const plain = (text: string): string => text.replaceAll(/\p{C}/gu, ' ');
  const before = `${from > 0 ? '…' : ''}${plain(place.text.slice(from, place.column - 1))}`;
  const rest = `${plain(place.text.slice(place.column - 1, to))}${place.text.length > to ? '…' : ''}`;
  const number = String(place.line);
  const marks = '^'.repeat(Math.max(1, Math.min(place.length, rest.length)));
  return [`  ${number} | ${before}${rest}`, `  ${' '.repeat(number.length)} | ${' '.repeat(before.length)}${marks}`];
}
