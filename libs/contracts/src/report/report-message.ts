import { escapeMarkup } from '../escape-markup.js';
import type { ReportLine } from '../history/report.js';
import { boundsText, uptimeText } from '../history/uptime-text.js';
import { reportCsv } from './report-csv.js';
import type { Grouping } from './report-settings.js';

/** What a report found. Times are milliseconds since the epoch. */
export interface ReportFacts {
  from: number;
  to: number;
  total: ReportLine;
  rows: readonly ReportLine[];
  /** Earlier incidents are no longer stored. */
  incidentsFrom: number;
  /** Something is missing, because the archive did not answer. */
  partial: boolean;
}

export interface ReportHeading {
  title: string;
  description?: string | undefined;
  /** The time in words. */
  label: string;
  groupBy: Grouping;
  /** When it was due, if it is sent late: why somebody gets it only now. */
  lateSince?: number | undefined;
}

/** A report as a mail. */
export interface ReportMessage {
  subject: string;
  text: string;
  html: string;
  csv: string;
}

/** More rows only stand in the attached table. */
const MAX_ROWS = 200;
const HEADINGS = ['Uptime', 'Down', 'Incidents', 'Longest', 'Mean recovery', 'Budget left'];

export function reportMessage(heading: ReportHeading, facts: ReportFacts): ReportMessage {
  const { total, rows } = facts;
  const subject = `${heading.title}, ${heading.label}: ${outcomeOf(total)}`.replaceAll(/\s+/g, ' ');
  const worstFirst = [...rows].sort((a, b) => (a.uptime?.min ?? 2) - (b.uptime?.min ?? 2));
  const name = heading.groupBy.replace('-', ' ');
  const table = [
    [`${name.charAt(0).toUpperCase()}${name.slice(1)}`, ...HEADINGS],
    ...worstFirst.slice(0, MAX_ROWS).map((row) => [row.name === '' ? 'none' : row.name, ...cellsOf(row)]),
    [`All (${counted(total.monitors, 'monitor')})`, ...cellsOf(total)],
  ];
  const intro = [
    ...(heading.description === undefined ? [] : [heading.description.trim()]),
    `From ${instant(facts.from)} to ${instant(facts.to)}.`,
  ];
  const notes = notesOf(heading, facts, rows.length);
  return {
    subject,
    text: `${[subject, ...intro, textTable(table), ...notes].join('\n\n')}\n`,
    html: htmlOf(subject, intro, table, notes),
    csv: reportCsv([...rows, { ...total, name: 'total' }]),
  };
}

/** `99.93 % up, 3 incidents`. */
function outcomeOf({ monitors, uptime, watched, incidents }: ReportLine): string {
  if (monitors === 0) return 'no monitors';
  if (uptime === null || watched === 0) return `nothing watched, ${counted(incidents, 'incident')}`;
  return `${boundsText(uptime)} up, ${counted(incidents, 'incident')}`;
}

function cellsOf(line: ReportLine): string[] {
  const span = (ms: number | null): string => (ms === null ? '–' : spanText(ms));
  return [
    uptimeText(line),
    span(line.downMs),
    String(line.incidents),
    span(line.longestMs),
    span(line.meanToRecoveryMs),
    line.slo === null ? '–' : `${Math.floor(line.slo.left * 1_000) / 10} % of ${spanText(line.slo.budgetMs)}`,
  ];
}

function notesOf({ lateSince }: ReportHeading, facts: ReportFacts, rows: number): string[] {
  const notes: string[] = [];
  if (lateSince !== undefined) {
    notes.push(`This report was due at ${instant(lateSince)}. It comes late, because 9volt could not send it then.`);
  }
  if (rows > MAX_ROWS) notes.push(`The ${MAX_ROWS} rows with the least uptime of ${rows}; the attached file has all.`);
  if (facts.partial) notes.push('The archive of the history did not answer, so this report lacks older data.');
  if (facts.incidentsFrom > facts.from) {
    notes.push(`Incidents before ${instant(facts.incidentsFrom)} are no longer stored, and not counted.`);
  }
  return notes;
}

function textTable(table: readonly string[][]): string {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => [...(row[column] ?? '')].length)));
  const padded = (row: string[]): string =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - [...cell].length))
      .join('  ')
      .trimEnd();
  return table.map(padded).join('\n');
}

const CELL = 'padding:4px 12px 4px 0;border-bottom:1px solid #dee2e6';

function htmlOf(
  subject: string,
  intro: readonly string[],
  [headings = [], ...rows]: readonly string[][],
  notes: readonly string[],
): string {
  const paragraph = (text: string): string => `<p>${escapeMarkup(text).replaceAll('\n', '<br>')}</p>`;
  const row = (cells: readonly string[], tag: 'td' | 'th'): string =>
    `<tr>${cells.map((cell) => `<${tag} align="left" style="${CELL}">${escapeMarkup(cell)}</${tag}>`).join('')}</tr>`;
  const last = rows.length - 1;
  return `<!DOCTYPE html><html><body style="font-family:sans-serif">
<h2>${escapeMarkup(subject)}</h2>
${intro.map(paragraph).join('\n')}
<table style="border-collapse:collapse">
${row(headings, 'th')}
${rows.map((cells, n) => row(cells, n === last ? 'th' : 'td')).join('\n')}
</table>
${notes.map(paragraph).join('\n')}
</body></html>
`;
}

function counted(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** `2026-10-01 00:00 UTC`. */
function instant(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** The two greatest units: `2 h 5 min`. */
function spanText(ms: number): string {
  const seconds = Math.round(Math.max(0, ms) / 1_000);
  const units: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ];
  const first = units.findIndex(([n]) => n > 0);
  if (first === -1) return '0 s';
  return units
    .slice(first, first + 2)
    .filter(([n]) => n > 0)
    .map(([n, unit]) => `${n} ${unit}`)
    .join(' ');
}
