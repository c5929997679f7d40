import { type Alert, closedBecause } from '@9volt/contracts';
import { cut, oneLine } from './plain-text.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A length of time as people say it: the two largest units, and only one below an hour. */
function inWords(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < MINUTE) return `${Math.floor(ms / 1_000)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < DAY) return twoUnits(ms, [HOUR, 'h'], [MINUTE, 'min']);
  return twoUnits(ms, [DAY, 'd'], [HOUR, 'h']);
}

function twoUnits(ms: number, [large, name]: [number, string], [small, smallName]: [number, string]): string {
  const rest = Math.floor((ms % large) / small);
  return `${Math.floor(ms / large)} ${name}${rest === 0 ? '' : ` ${rest} ${smallName}`}`;
}

/** How long the incident has lasted; undefined if a stepped clock made that impossible. */
export function ageOf({ since, at }: Pick<Alert, 'since' | 'at'>): string | undefined {
  const ms = Date.parse(at) - Date.parse(since);
  return ms >= 0 ? inWords(ms) : undefined;
}

const STATUS_CODES = /^Received status code '(.*?)' does not match expected status code '(.*)'$/;

const HTTP_ERROR = /^Ran into error while performing '[^']*' request: /;
/** `(ECONNREFUSED 192.0.2.1:80)` after the same in words. */
const SYSTEM_CODE = / \(E[A-Z]{3,}(?: [^()\s]+)?\)$/;

/** Why a check failed, in a few words; empty if nothing is known. */
export function causeOf(message: string, limit: number): string {
  if (message === 'N/A') return '';
  const [, found, expected] = STATUS_CODES.exec(message) ?? [];
  if (found !== undefined) return cut(oneLine(`status ${found}, expected ${expected}`, 500), limit);
  return cut(oneLine(message.replace(HTTP_ERROR, '').replace(SYSTEM_CODE, ''), 500), limit);
}

type Told = Pick<Alert, 'type' | 'reason' | 'repeat' | 'monitor' | 'message' | 'burn'> &
  Partial<Pick<Alert, 'since' | 'at'>>;

/** How bad it is, and why, in one line: the first that anybody reads. */
export function headline(told: Told, limit = 300): string {
  const name = oneLine(told.monitor, 200);
  const age = told.since === undefined || told.at === undefined ? undefined : ageOf({ since: told.since, at: told.at });
  if (told.type !== 'resolve') {
    const lasting = told.repeat && age !== undefined ? ` for ${age}` : '';
    return withCause(`${told.type.toUpperCase()} ${name}${lasting}`, causeOf(told.message, limit));
  }
  const closed = closedBecause(told.reason);
  const cause = causeOf(told.message, 80).replace(/^(status \S+), expected .*$/, '$1');
  const after = `${age === undefined ? '' : ` after ${age}`}${cause === '' ? '' : ` (${cause})`}`;
  if (told.burn && closed === undefined) return `OK ${name}: its error budget burns no longer too fast`;
  return closed === undefined ? `OK ${name}${after}` : `CLOSED ${name}: ${closed}${after}`;
}

export function withCause(what: string, cause: string): string {
  return cause === '' ? what : `${what}: ${cause}`;
}
