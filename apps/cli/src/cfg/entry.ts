import { visible } from '../output/visible.js';

/** What may stand at the top of a file. A further kind of entry begins here; validate-entries.ts and config-repository.ts must know it too. */
export const KINDS = ['monitor', 'alerter'] as const;

export type Kind = (typeof KINDS)[number];

/** One monitor or alerter as it stands in a file. */
export interface Entry {
  kind: Kind;
  name: string;
  /** What the YAML says, unvalidated. */
  raw: unknown;
  file: string;
  /** Line of its name, from 1. */
  readonly line: number | undefined;
  /** Place of the innermost attribute of a path below the entry that is there. Slow at first: the file is parsed for it. */
  placeOf(path: readonly string[]): Place | undefined;
}

/** Where something stands in a file. */
export interface Place {
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
  length: number;
  /** The whole line. */
  text: string;
}

/** Something wrong with a file, in words for whoever wrote it. */
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

/** What is shown to the left and to the right of a place, at most. */
const CONTEXT = 60;

/** The line that a fault is about, with marks below what is wrong; empty when no place is known. */
export function quoteOf({ place }: ConfigFault): string[] {
  if (!place) return [];
  const from = Math.max(0, place.column - 1 - CONTEXT);
  const to = place.column - 1 + place.length + CONTEXT;
  // Each character takes one column, also one that is no character.
  const plain = (text: string): string => text.replaceAll(/\p{C}/gu, ' ');
  const before = `${from > 0 ? '…' : ''}${plain(place.text.slice(from, place.column - 1))}`;
  const rest = `${plain(place.text.slice(place.column - 1, to))}${place.text.length > to ? '…' : ''}`;
  const number = String(place.line);
  const marks = '^'.repeat(Math.max(1, Math.min(place.length, rest.length)));
  return [`  ${number} | ${before}${rest}`, `  ${' '.repeat(number.length)} | ${' '.repeat(before.length)}${marks}`];
}
