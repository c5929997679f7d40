import { parseDuration } from '@9volt/contracts/duration';
import type { Schemas } from '../../lib/api-client.js';

/** As long as the API says that it may be, and easy to mark with a double click. */
const TOKEN_LENGTH = 32;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A token that nobody can guess. */
export function randomToken(): string {
  const bytes = new Uint8Array(4 * TOKEN_LENGTH);
  crypto.getRandomValues(bytes);
  // Larger bytes would make some letters likelier than others.
  const fair = [...bytes].filter((byte) => byte < 4 * LETTERS.length);
  return fair
    .slice(0, TOKEN_LENGTH)
    .map((byte) => LETTERS[byte % LETTERS.length])
    .join('');
}

/** The address that a job calls. */
export function addressOf(origin: string, token: string): string {
  return `${origin}/api/v1/push/${token}`;
}

/** How a job calls it, ready to paste. */
export function snippetsOf(address: string): { name: string; code: string }[] {
  return [
    { name: 'curl', code: `curl -fsS -m 10 --retry 3 -X POST ${address}` },
    {
      name: 'cron',
      code: `0 3 * * * /usr/local/bin/backup && curl -fsS -m 10 --retry 3 -X POST ${address} >/dev/null`,
    },
    { name: 'PowerShell', code: `Invoke-RestMethod -Method Post -TimeoutSec 10 -Uri ${address}` },
  ];
}

/** The last call of a job and by when the next one must come, in milliseconds since the epoch; undefined where not known. */
export function callTimes(
  calls: Schemas['StateDetail']['calls'],
  { interval, grace }: { interval?: unknown; grace?: unknown },
): { last: number | undefined; due: number | undefined } {
  if (!calls) return { last: undefined, due: undefined };
  const last = calls.last === null ? undefined : Date.parse(calls.last);
  const waitMs = spanOf(interval) + spanOf(grace ?? '1m');
  const from = Math.max(last ?? 0, Date.parse(calls.awaitedSince));
  return { last, due: Number.isNaN(waitMs) ? undefined : from + waitMs };
}

function spanOf(text: unknown): number {
  try {
    return parseDuration(text);
  } catch {
    return Number.NaN;
  }
}
