import { validateHeaderName, validateHeaderValue } from 'node:http';
import { brotliDecompressSync, unzipSync } from 'node:zlib';
import { isTargetRefusal, messageOf, type Targets } from '@9volt/contracts';
import { BrokenAnswer, encodeRequest, exchangeOver, tlsWords, type WireResponse } from '@9volt/net';
import { startDeadline } from './deadline.js';
import type { DeliveryContext, DeliveryOutcome } from './define-alerter.js';
import { LookupFailure, openConnection, secured, type TlsTrust } from './open-connection.js';
import { retryAfterMs } from './retry-after.js';
import { scrubbed } from './scrub.js';
import { withoutForeignBody } from './trial.js';

/** All alerters use HTTP through this file. */

export interface HttpRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH';
  url: string;
  headers?: Record<string, string>;
  body?: string;
  tls?: TlsTrust;
  /** Secrets that no answer may contain: tokens, and the address if it is itself the credential. */
  secrets: readonly (string | undefined)[];
}

export interface HttpAnswer {
  status: number;
  /** At most 64 KiB; the part that came if the connection broke. */
  body: string;
  /** The Content-Type, without its parameters. */
  type: string;
  retryAfterMs?: number;
  /** The target of a redirect. */
  location?: string;
  /** The rest of it was lost, or cannot be read. */
  broken?: true;
}

const MAX_ANSWER_BYTES = 65_536;

/** Errors about our own request rather than about the provider: the same at every attempt. */
const UNSENDABLE = new Set(['ERR_INVALID_CHAR', 'ERR_INVALID_HTTP_TOKEN', 'ERR_HTTP_INVALID_HEADER_VALUE']);

/**
 * Sends a request and judges its answer, by the status alone unless the provider's own judge says otherwise. Never follows a
 * redirect.
 */
export async function deliverHttp(
  request: HttpRequest,
  context: DeliveryContext,
  judge: (answer: HttpAnswer) => DeliveryOutcome = judgeByStatus,
): Promise<DeliveryOutcome> {
  if (!/^https?:\/\//i.test(request.url) || !URL.canParse(request.url)) {
    return untilCorrected('the configured address is not an http or https address');
  }
  const exchanged = await exchange(request, context);
  if (!('status' in exchanged)) return scrubbed(exchanged, request.secrets);
  const outcome = judge(exchanged);
  return scrubbed(context.trial ? withoutForeignBody(outcome, exchanged) : outcome, request.secrets);
}

/** Temporary errors. */
const MAY_PASS = new Set([408, 425, 429]);
/** About our credentials or the destination, not about the message. */
const ABOUT_ALERTER = new Set([401, 402, 403, 404, 405, 407, 410, 421]);

/**
 * By RFC 9110: 2xx is delivered; 408, 425, 429 and 5xx are retried; refused credentials and targets that moved or are gone are kept
 * until somebody corrects the alerter; everything else is about this message, which is rejected for good.
 */
export function judgeByStatus({
  status,
  body,
  retryAfterMs: wait,
  location,
}: Omit<HttpAnswer, 'type'>): DeliveryOutcome {
  const answer = `HTTP ${status}${body === '' ? '' : `: ${body}`}`;
  if (status >= 200 && status < 300) return { outcome: 'delivered', answer };
  if (status >= 500 || MAY_PASS.has(status)) {
    return { outcome: 'retryable', answer, ...(wait === undefined ? {} : { retryAfterMs: wait }) };
  }
  if (status >= 300 && status < 400) {
    // Only the host: a new address may contain a new token.
    const to = location !== undefined && URL.canParse(location) ? ` to ${new URL(location).origin}` : '';
    return untilCorrected(`HTTP ${status}: a redirect${to}, which is not followed`);
  }
  return ABOUT_ALERTER.has(status) ? untilCorrected(answer) : { outcome: 'rejected', answer };
}

/** Kept until somebody corrects the alerter, or the provider does. */
export function untilCorrected(answer: string): DeliveryOutcome {
  return { outcome: 'retryable', cause: 'alerter', answer };
}

/**
 * A success that does not say what this provider says: it comes from something else at that address, a login portal, a parked domain, a
 * proxy. If the rest of it was lost, its status counts: the provider has the message, and the next answer may be as broken.
 */
export function notFrom(provider: string, { status, body, broken }: Omit<HttpAnswer, 'type'>): DeliveryOutcome {
  if (!broken || /^\s*</.test(body)) {
    return untilCorrected(`HTTP ${status}, but not the answer of ${provider}: ${body === '' ? 'nothing' : body}`);
  }
  const answer = `HTTP ${status}; the rest of the answer was lost`;
  return { outcome: 'delivered', answer, notice: answer };
}

/** One request and its answer, whatever it is; an outcome if there is none. */
export async function exchange(request: HttpRequest, context: DeliveryContext): Promise<HttpAnswer | DeliveryOutcome> {
  const deadline = startDeadline(context);
  const connection = new AbortController();
  const end = (): void => connection.abort();
  deadline.signal.addEventListener('abort', end);
  if (deadline.signal.aborted) end();
  try {
    const response = await send(request, context.targets, connection.signal, deadline.sent);
    const [type = ''] = (response.header('Content-Type') ?? '').split(';', 1);
    const location = response.header('Location');
    const wait = retryAfterMs(response.header('Retry-After'), response.header('Date'), Date.now());
    return {
      status: response.status,
      ...(await readCapped(response)),
      type: type.trim().toLowerCase(),
      ...(wait === undefined ? {} : { retryAfterMs: wait }),
      ...(location === undefined ? {} : { location }),
    };
  } catch (error) {
    if (deadline.signal.aborted) return deadline.outcome();
    // A server that answered has the request, however broken the rest of the answer is: do not repeat it.
    if (error instanceof BrokenAnswer && error.status !== undefined)
      return { status: error.status, body: '', type: '', broken: true };
    // Retry: the name may change, or the operator may permit its address.
    if (isTargetRefusal(error) || error instanceof LookupFailure)
      return { outcome: 'retryable', answer: messageOf(error) };
    const { code } = error as { code?: unknown };
    if (typeof code === 'string' && UNSENDABLE.has(code))
      return { outcome: 'rejected', answer: `cannot send it: ${messageOf(error)}` };
    // An error without a code does not come from the network: it is a defect of ours.
    if (!(error instanceof BrokenAnswer) && code === undefined) throw error;
    return deadline.broken(wordsOf(error) || String(code));
  } finally {
    deadline.end();
    deadline.signal.removeEventListener('abort', end);
    end();
  }
}

/** A new connection each time: one that the provider closed while idle would fail the next alert. */
async function send(
  { method = 'POST', url, headers, body, tls }: HttpRequest,
  targets: Targets,
  signal: AbortSignal,
  onSent: () => void,
): Promise<WireResponse> {
  const { protocol, hostname, host, port, pathname, search, username, password } = new URL(url);
  const secure = protocol === 'https:';
  const sent = {
    Host: host,
    'Accept-Encoding': 'identity',
    'User-Agent': '9volt',
    Accept: '*/*',
    ...(username === '' && password === '' ? {} : { Authorization: basic(username, password) }),
    ...(body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }),
  };
  const all = merged(sent, headers ?? {});
  for (const [name, value] of Object.entries(all)) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  }
  const bare = hostname.replace(/^\[|\]$/g, '');
  const target = { host: bare, port: port === '' ? (secure ? 443 : 80) : Number(port) };
  const socket = await openConnection(target, targets, signal);
  const over = secure ? await secured(socket, bare, tls ?? {}, signal) : socket;
  const encoded = encodeRequest({ method, target: `${pathname}${search}`, headers: all, body });
  return exchangeOver(over, encoded, { onSent });
}

/** Later ones replace earlier ones, ignoring the case of their names. */
function merged(standing: Record<string, string>, given: Record<string, string>): Record<string, string> {
  const names = new Set(Object.keys(given).map((name) => name.toLowerCase()));
  const kept = Object.entries(standing).filter(([name]) => !names.has(name.toLowerCase()));
  return { ...Object.fromEntries(kept), ...given };
}

function basic(username: string, password: string): string {
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}

function wordsOf(error: unknown): string {
  const messages = error instanceof AggregateError ? error.errors.map(messageOf) : [messageOf(error)];
  return tlsWords([...new Set(messages)].join('; ')).trim();
}

async function readCapped(response: WireResponse): Promise<Pick<HttpAnswer, 'body' | 'broken'>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let isBroken = false;
  try {
    for await (const chunk of response.body()) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= MAX_ANSWER_BYTES) break;
    }
  } catch {
    // The status decides the outcome; a broken or slow rest of the answer must not cause a repeat.
    isBroken = true;
  }
  const coding = response.header('Content-Encoding')?.trim().toLowerCase();
  const read = expanded(Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES), coding);
  // Without a byte order mark, which JSON.parse refuses.
  return { body: new TextDecoder().decode(read), ...(isBroken ? { broken: true } : {}) };
}

/** Some proxies compress although nobody asked for that. Some only say so. */
function expanded(bytes: Buffer, coding: string | undefined): Buffer {
  const expand =
    coding === 'br' ? brotliDecompressSync : /^(?:x-)?gzip$|^deflate$/.test(coding ?? '') ? unzipSync : undefined;
  if (!expand) return bytes;
  try {
    return expand(bytes, { maxOutputLength: MAX_ANSWER_BYTES });
  } catch {
    return bytes;
  }
}
