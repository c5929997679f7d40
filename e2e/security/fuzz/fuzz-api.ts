import { request } from 'node:http';
import type { Operation } from '../../harness/index.js';
import { Watch } from '../watch.js';
import { anyJson, longText, pick, type Random, randomOf, sizeUpTo, swollenConfig } from './sizes.js';

export interface FuzzOptions {
  url: string;
  operations: readonly Operation[];
  /** Parts of a body: attributes of each type, by the name of its schema. */
  attributes: readonly string[];
  seed: number;
  seconds: number;
  hasEnded: () => boolean;
}

export interface FuzzReport {
  requests: number;
  /** By operation, so that a missing one is noticed. */
  byOperation: Map<string, number>;
  /** Of status 500 or more, except documented ones that need a worker. */
  failures: string[];
  /** The longest wait of another request. */
  longestStallMs: number;
}

const MONITOR = { type: 'http', host: '127.0.0.1', interval: '1h', disable: true };
const ALERTER = { type: 'http', options: { url: 'http://127.0.0.1:1/' } };
/** Nobody else may wait longer. */
const STALL_MS = 1_000;
const MAX_BODY = 4_300_000;
/** Node itself refuses headers beyond 16 KiB. */
const MAX_HEAD = 14_000;
/** There is no worker, so nothing of this leaves the machine. */
const NEEDS_WORKER = /urn:9volt:problem:(unavailable|timeout)/;

/**
 * Calls every operation in turn with values of random sizes and depths, until the time is over; and something else at the same
 * time.
 */
export async function fuzzApi(options: FuzzOptions): Promise<FuzzReport> {
  const { url, operations, seed, seconds, hasEnded } = options;
  const random = randomOf(seed);
  const report: FuzzReport = { requests: 0, byOperation: new Map(), failures: [], longestStallMs: 0 };
  const until = performance.now() + seconds * 1_000;
  const isOver = (): boolean => performance.now() > until || hasEnded();
  const watch = new Watch(url);
  for (let n = 0; !isOver(); n++) {
    const operation = operations[n % operations.length] as Operation;
    const sent = requestOf(operation, random, options.attributes);
    const { status, text } = await send(url, sent);
    const waitedMs = watch.takeRecentMs();
    if (waitedMs > STALL_MS) report.failures.push(`another waited ${Math.round(waitedMs)} ms about ${shortened(sent)}`);
    report.requests += 1;
    report.byOperation.set(operation.operationId, (report.byOperation.get(operation.operationId) ?? 0) + 1);
    if (status < 500 || (status === 503 && NEEDS_WORKER.test(text))) continue;
    report.failures.push(`${operation.operationId}: ${status} ${text.slice(0, 300)} to ${shortened(sent)}`);
  }
  await watch.stop();
  return { ...report, longestStallMs: watch.longestMs };
}

interface Sent {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
}

function requestOf(operation: Operation, random: Random, attributes: readonly string[]): Sent {
  const name = random() < 0.7 ? 'web' : longText(random, 1_500);
  const path = operation.path.replace(/\{\w+\}/, () => encodeURIComponent(name).slice(0, 8_000));
  const query = random() < 0.6 ? queryOf(operation, random) : '';
  const takesBody = operation.method !== 'GET' && random() < 0.9;
  const headers: Record<string, string> = takesBody ? { 'content-type': typeOf(operation, random) } : {};
  if (random() < 0.1)
    headers[pick(random, ['if-match', 'if-none-match', 'last-event-id', 'accept-encoding', 'x-request-id'])] = longText(
      random,
      8_000,
    ).replace(/[^\x21-\x7e]/g, 'x');
  return {
    method: operation.method,
    path: `${path}${query}`,
    headers,
    body: takesBody ? bodyOf(operation, random, attributes) : undefined,
  };
}

function queryOf(operation: Operation, random: Random): string {
  const known = operation.parameters.filter((one) => one.in === 'query').map(({ name }) => name);
  const name = random() < 0.9 && known.length > 0 ? pick(random, known) : 'nonsense';
  const value = pick(random, [
    'status',
    'name',
    '-since',
    'web',
    '1',
    'x',
    '',
    '%00',
    '%zz',
    ',',
    '2026-01-01T00:00:00Z',
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59Z',
    '1m',
    '99999d',
  ]);
  const times = sizeUpTo(random, MAX_HEAD);
  const one = `${name}=${value}`;
  const shapes = [
    one,
    `${one}&`.repeat(times / (one.length + 1)),
    `${name}=${`${value},`.repeat(times / (value.length + 1))}`,
    `${name}=${encodeURIComponent(longText(random, times / 3))}`,
    `${name}${'[]'.repeat(times / 2)}=1`,
    '&'.repeat(times),
  ];
  return `?${pick(random, shapes).slice(0, MAX_HEAD)}`;
}

function typeOf({ requestBody }: Operation, random: Random): string {
  const documented = Object.keys(requestBody?.content ?? { 'application/json': {} });
  return random() < 0.9
    ? pick(random, documented)
    : pick(random, ['text/plain', 'multipart/form-data; boundary=x', 'nonsense', 'application/json; charset=x']);
}

function bodyOf(operation: Operation, random: Random, attributes: readonly string[]): string {
  const base = operation.path.includes('alerter') ? ALERTER : MONITOR;
  const one = swollenConfig(random, MAX_BODY, base, attributes);
  switch (Math.floor(random() * 5)) {
    case 0:
      return one;
    case 1:
      return `{"config":${one}}`;
    case 2: {
      const value = random() < 0.5 ? '{}' : JSON.stringify(base);
      const count = sizeUpTo(random, Math.min(60_000, MAX_BODY / (value.length + 12)));
      return `{${Array.from({ length: count }, (_, n) => `"m${n}":${value}`).join(',')}}`;
    }
    case 3:
      return `{"web":${one}}`;
    default:
      return anyJson(random, MAX_BODY);
  }
}

/** Until the headers of the answer, for streams without end. Closing the connection during the request counts as an answer, too. */
function send(url: string, { method, path, headers, body }: Sent): Promise<{ status: number; text: string }> {
  return new Promise((resolve) => {
    const sending = request(`${url}${path}`, { method, headers, timeout: 20_000 }, (response) => {
      const pieces: Buffer[] = [];
      const done = (): void =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(pieces).toString().slice(0, 2_000) });
      if (String(response.headers['content-type']).includes('event-stream')) {
        response.destroy();
        done();
        return;
      }
      response.on('data', (piece: Buffer) => pieces.push(piece)).on('close', done);
    });
    sending.on('timeout', () => sending.destroy(new Error('no answer within 20 s')));
    sending.on('error', (error: NodeJS.ErrnoException) =>
      resolve({ status: ['EPIPE', 'ECONNRESET'].includes(error.code ?? '') ? 0 : 599, text: error.message }),
    );
    sending.end(body);
  });
}

function shortened({ method, path, headers, body = '' }: Sent): string {
  return `${method} ${path.slice(0, 200)} ${JSON.stringify(headers).slice(0, 200)} ${body.length} bytes: ${body.slice(0, 200)}`;
}
