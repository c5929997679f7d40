import { cutTo, widthOf } from './width.js';
import { visible } from './visible.js';

export interface Look {
  /** Columns of the terminal; values are cut until a row fits. Undefined: nothing is cut. */
  width?: number | undefined;
  /** Whether statuses are coloured. */
  colours?: boolean;
  /** Columns are at least this wide: as in the rows before. */
  least?: readonly number[];
}

const GAP = 2;
/** A column keeps at least this width. */
const LEAST = 6;

/** Terminal colours for the column STATUS. */
const COLOURS: ReadonlyMap<string, number> = new Map([
  ['ok', 32],
  ['warning', 33],
  ['critical', 31],
  ['unknown', 35],
  ['orphaned', 35],
  ['stale', 35],
  ['quarantined', 35],
]);

/** Rows as a table of left-aligned columns; control characters in values are made visible. */
export function table(
  headings: readonly string[],
  rows: readonly (readonly unknown[])[],
  { width, colours = false, least = [] }: Look = {},
): string {
  const lines = [headings, ...rows.map((row) => row.map(cell))];
  const needed = widthsOf(headings, rows, least);
  const widths = width === undefined ? needed : fitted(needed, width - GAP * (headings.length - 1));
  const status = colours ? headings.indexOf('STATUS') : -1;
  return lines
    .map((line) =>
      line
        .map((text, column) => {
          const shown = width === undefined ? text : cutTo(text, widths[column] ?? 0);
          const padded = column === headings.length - 1 ? shown : padTo(shown, widths[column] ?? 0);
          return column === status ? coloured(padded, COLOURS.get(text)) : padded;
        })
        .join(' '.repeat(GAP))
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

/** The widths of the columns of {@link table}, if nothing is cut. */
export function widthsOf(
  headings: readonly string[],
  rows: readonly (readonly unknown[])[],
  least: readonly number[] = [],
): number[] {
  const lines = [headings, ...rows.map((row) => row.map(cell))];
  return headings.map((_, column) => Math.max(least[column] ?? 0, ...lines.map((line) => widthOf(line[column] ?? ''))));
}

/**
 * A table for its reader: a terminal gets colours and, unless `trunc` is false, rows that fit; a file or a pipe gets everything.
 */
export function printTable(
  headings: readonly string[],
  rows: readonly (readonly unknown[])[],
  { trunc = true, height }: { trunc?: boolean; height?: number | undefined } = {},
): void {
  // One line for the headings, one for the cursor, and one for the number of the rows that do not fit.
  const fit = height === undefined || rows.length <= height - 2 ? rows.length : Math.max(0, height - 3);
  const shown = fit === rows.length ? rows : rows.slice(0, fit);
  process.stdout.write(table(headings, shown, terminalLook(trunc)));
  if (fit < rows.length) process.stdout.write(`… and ${rows.length - fit} more\n`);
  if (rows.length === 0 && process.stdout.isTTY) process.stderr.write('(none)\n');
}

function terminalLook(trunc: boolean): Look {
  if (!process.stdout.isTTY) return {};
  return { width: trunc ? process.stdout.columns : undefined, colours: process.stdout.hasColors() };
}

/** Takes from the widest column until all fit, or nothing more can be taken. */
function fitted(needed: readonly number[], room: number): number[] {
  const widths = [...needed];
  for (let over = widths.reduce((sum, width) => sum + width, 0) - room; over > 0;) {
    const widest = Math.max(...widths);
    if (widest <= LEAST) break;
    const next = Math.max(LEAST, ...widths.filter((width) => width < widest));
    const column = widths.indexOf(widest);
    const taken = Math.min(over, Math.max(1, widest - next));
    widths[column] = widest - taken;
    over -= taken;
  }
  return widths;
}

function padTo(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

function coloured(text: string, colour: number | undefined): string {
  return colour === undefined ? text : `\u001b[${colour}m${text}\u001b[39m`;
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return '-';
  const text = Array.isArray(value)
    ? value.join(',')
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value as string | number);
  return visible(text);
}
