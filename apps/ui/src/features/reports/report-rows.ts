import { uptimeText } from '@9volt/contracts/uptime-text';
import type { Schemas } from '../../lib/api-client.js';
import { spanInWords } from '../../lib/format.js';

export type Row = Schemas['ReportRow'];

export interface Column {
  id: string;
  label: string;
  text: (row: Row) => string;
  /** Smaller comes first; undefined comes last. */
  rank: (row: Row) => number | string | undefined;
}

const span = (ms: number | null): string => (ms === null ? '–' : spanInWords(ms));

/** What a report says of a monitor or a group. */
export const COLUMNS: readonly Column[] = [
  { id: 'name', label: 'Name', text: ({ name }) => name, rank: ({ name }) => name },
  { id: 'uptime', label: 'Uptime', text: uptimeText, rank: ({ uptime }) => uptime?.min },
  { id: 'down', label: 'Down', text: ({ downMs }) => span(downMs), rank: ({ downMs }) => -downMs },
  {
    id: 'incidents',
    label: 'Incidents',
    text: ({ incidents }) => String(incidents),
    rank: ({ incidents }) => -incidents,
  },
  {
    id: 'longest',
    label: 'Longest',
    text: ({ longestMs }) => span(longestMs),
    rank: ({ longestMs }) => negative(longestMs),
  },
  {
    id: 'recovery',
    label: 'Mean time to recovery',
    text: ({ meanToRecoveryMs }) => span(meanToRecoveryMs),
    rank: ({ meanToRecoveryMs }) => negative(meanToRecoveryMs),
  },
  { id: 'budget', label: 'Error budget left', text: budgetText, rank: ({ slo }) => slo?.left },
];

function negative(ms: number | null): number | undefined {
  return ms === null ? undefined : -ms;
}

/** `30.2 % of 1m 26s`. */
function budgetText({ slo }: Row): string {
  if (slo === null) return '–';
  return `${Math.floor(slo.left * 1_000) / 10} % of ${spanInWords(slo.budgetMs)}`;
}

/** The worst first, or by name; equal ones by name. */
export function sorted(rows: readonly Row[], id: string): Row[] {
  const column = COLUMNS.find((one) => one.id === id) ?? COLUMNS[0];
  return [...rows].sort((a, b) => compare(column?.rank(a), column?.rank(b)) || compare(a.name, b.name));
}

function compare(a: number | string | undefined, b: number | string | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return 1;
  if (b === undefined) return -1;
  return a < b ? -1 : 1;
}
