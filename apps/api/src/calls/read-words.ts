import { CALL_STATUSES, type CallStatus, isPlainObject, parseDuration } from '@9volt/contracts';
import type { SentBody } from '../common/request-bodies.js';
import { fieldsOf } from './call-fields.js';

/** The understood content of a call. */
export interface ReadWords {
  status: CallStatus;
  message?: string;
  latencyMs?: number;
  /** Values that were omitted or cut, and why: each a short phrase. */
  odd: string[];
}

export const MAX_MESSAGE = 1_024;
const MAX_LATENCY_MS = 31_536_000_000;
const KNOWN = ['status', 'message', 'latency'];
/** Further unknown details are not named one by one. */
const MAX_NAMED = 3;

/**
 * Reads the content of a call from the query or the body; the body wins. The call itself matters more than its details: odd values
 * are cut or omitted, and reported. Only an unknown status counts as a warning, because omitting it would mean `ok`.
 */
export async function readWords(query: unknown, sent: SentBody | undefined): Promise<ReadWords> {
  const odd: string[] = [];
  const inBody = sent ? await fieldsOf(sent) : { fields: {}, odd: [] };
  const fields = new Map([...Object.entries(isPlainObject(query) ? query : {}), ...Object.entries(inBody.fields)]);
  odd.push(...inBody.odd, ...unknown([...fields.keys()]));
  const status = readStatus(last(fields.get('status')), odd);
  const message = readMessage(last(fields.get('message')), odd);
  const latencyMs = readLatency(last(fields.get('latency')), odd);
  return {
    status,
    ...(message === undefined ? {} : { message }),
    ...(latencyMs === undefined ? {} : { latencyMs }),
    odd,
  };
}

function readStatus(value: unknown, odd: string[]): CallStatus {
  if (value === undefined || value === null || value === '') return 'ok';
  const found = CALL_STATUSES.find((status) => status === String(value).trim().toLowerCase());
  if (found !== undefined) return found;
  odd.push(`unknown status ${shown(value)}, stored as warning; use one of ${CALL_STATUSES.join(', ')}`);
  return 'warning';
}

function readMessage(value: unknown, odd: string[]): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (text.length <= MAX_MESSAGE) return text;
  const note = `cut the message of ${text.length} characters`;
  odd.push(note);
  return `${text.slice(0, MAX_MESSAGE - note.length - 8)}…`;
}

/** A job may take no time at all, as far as its clock can tell. */
function readLatency(value: unknown, odd: string[]): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const ms = durationOf(value);
  if (ms !== undefined && ms >= 0 && ms <= MAX_LATENCY_MS) return ms;
  odd.push(`ignored the latency ${shown(value)}; expected a duration such as 12.5s`);
  return undefined;
}

function durationOf(value: unknown): number | undefined {
  if (typeof value === 'string' && /^0+(\.0+)?[a-zµ]*$/.test(value.trim())) return 0;
  try {
    return typeof value === 'string' || typeof value === 'number' ? parseDuration(value) : undefined;
  } catch {
    return undefined;
  }
}

function unknown(names: readonly string[]): string[] {
  const found = names.filter((name) => !KNOWN.includes(name));
  if (found.length === 0) return [];
  const more = found.length > MAX_NAMED ? ` and ${found.length - MAX_NAMED} more` : '';
  const named = found.slice(0, MAX_NAMED).map(shown).join(', ');
  return [`${named}${more} ignored; expected status, message and latency`];
}

/** Of a repeated parameter the last one counts. */
function last(value: unknown): unknown {
  return Array.isArray(value) ? (value as unknown[]).at(-1) : value;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? '';
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}
