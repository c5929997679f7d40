import type { ReportLine } from '../history/report.js';

const COLUMNS: readonly [heading: string, of: (line: ReportLine) => string | number | null][] = [
  ['name', ({ name }) => name],
  ['monitors', ({ monitors }) => monitors],
  ['uptime_min', ({ uptime }) => uptime?.min ?? null],
  ['uptime_max', ({ uptime }) => uptime?.max ?? null],
  ['watched', ({ watched }) => watched],
  ['down_ms', ({ downMs }) => downMs],
  ['unwatched_ms', ({ unwatchedMs }) => unwatchedMs],
  ['maintenance_ms', ({ maintenanceMs }) => maintenanceMs],
  ['runs', ({ runs }) => runs],
  ['failures', ({ failures }) => failures],
  ['incidents', ({ incidents }) => incidents],
  ['longest_ms', ({ longestMs }) => longestMs],
  ['mean_to_recovery_ms', ({ meanToRecoveryMs }) => meanToRecoveryMs],
  ['slo', ({ slo }) => slo?.target ?? null],
  ['slo_budget_ms', ({ slo }) => slo?.budgetMs ?? null],
  ['slo_left', ({ slo }) => slo?.left ?? null],
];

/** Comma-separated values (RFC 4180), with a heading. */
export function reportCsv(lines: readonly ReportLine[]): string {
  const rows = [COLUMNS.map(([heading]) => heading), ...lines.map((line) => COLUMNS.map(([, of]) => of(line)))];
  return rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/**
 * Programs for tables run a text that begins like a formula, some also in full width: an apostrophe before it keeps it a text. Quotes keep a
 * text in one cell, also where semicolons or tabs separate cells.
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
function cell(value: string | number | null): string {
  if (typeof value !== 'string') return value === null ? '' : String(value);
  const text = /^[=+\-@\t\r\n＝＋－＠]/.test(value) ? `'${value}` : value;
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
