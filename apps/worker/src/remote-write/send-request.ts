import { guarded, messageOf } from '@9volt/contracts';
import { type ProtocolVersion, VERSION_HEADERS } from './encode-request.js';

export type SendOutcome =
  | { outcome: 'stored' }
  /** The receiver does not know this version of the protocol. */
  | { outcome: 'unsupported' }
  | { outcome: 'retry'; reason: string; afterMs?: number }
  /** The receiver does not want it, and would not want it later. */
  | { outcome: 'rejected'; reason: string };

export interface Receiver {
  url: string;
  headers: Readonly<Record<string, string>>;
}

const TIMEOUT_MS = 30_000;
const MAX_REASON = 300;

/** Once `leaving` is aborted, the receiver has `lastMs` left. */
export async function sendRequest(
  { url, headers }: Receiver,
  version: ProtocolVersion,
  body: Buffer,
  lastMs: number,
  leaving: AbortSignal,
): Promise<SendOutcome> {
  const cancel = new AbortController();
  const giveUp = guarded('remote write', () => cancel.abort());
  const timer = setTimeout(giveUp, TIMEOUT_MS);
  let last: NodeJS.Timeout | undefined;
  const hurry = guarded('remote write', () => (last = setTimeout(giveUp, lastMs)));
  if (leaving.aborted) hurry();
  else leaving.addEventListener('abort', hurry, { once: true });
  try {
    const answer = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'User-Agent': '9volt', ...headers, ...VERSION_HEADERS[version], 'Content-Encoding': 'snappy' },
      body: new Uint8Array(body),
      signal: cancel.signal,
    });
    const text = (await answer.text()).trim().slice(0, MAX_REASON);
    return judge(answer.status, answer.headers, version, text, Date.now());
  } catch (error) {
    if (cancel.signal.aborted) return { outcome: 'retry', reason: 'the receiver does not answer in time' };
    return { outcome: 'retry', reason: messageOf((error as { cause?: unknown }).cause ?? error) };
  } finally {
    clearTimeout(timer);
    clearTimeout(last);
    leaving.removeEventListener('abort', hurry);
  }
}

export function judge(
  status: number,
  headers: Pick<Headers, 'get'>,
  version: ProtocolVersion,
  text: string,
  now: number,
): SendOutcome {
  if (status === 415 && version === 2) return { outcome: 'unsupported' };
  if (status >= 200 && status < 300) {
    // A receiver of version 1 that ignores the content type reads an empty request. One of version 2 must say what it stored.
    const isTold = version === 1 || headers.get('X-Prometheus-Remote-Write-Samples-Written') !== null;
    return { outcome: isTold ? 'stored' : 'unsupported' };
  }
  const reason = `${status} ${text}`.trim();
  if (status !== 429 && status < 500) return { outcome: 'rejected', reason };
  const afterMs = retryAfterMs(headers.get('Retry-After'), now);
  return { outcome: 'retry', reason, ...(afterMs === undefined ? {} : { afterMs }) };
}

/** Seconds, or a date (RFC 9110, section 10.2.3). */
function retryAfterMs(written: string | null, now: number): number | undefined {
  if (written === null) return undefined;
  if (/^\d{1,9}$/.test(written)) return Number(written) * 1_000;
  const at = Date.parse(written);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
