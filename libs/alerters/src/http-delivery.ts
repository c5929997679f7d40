import http from 'node:http';
import https from 'node:https';
import type { Readable } from 'node:stream';
import { messageOf } from '@9volt/contracts';
import axios from 'axios';
import { startDeadline } from './deadline.js';
import type { DeliveryContext, DeliveryOutcome } from './define-alerter.js';
import { retryAfterMs } from './retry-after.js';
import { scrubbed } from './scrub.js';

/** The one way in which alerters speak HTTP. */

export interface HttpRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH';
  url: string;
  headers?: Record<string, string>;
  body?: string;
  tls?: TlsTrust;
  /** What must never be in an answer: tokens, and the address where it is itself the credential. */
  secrets: readonly (string | undefined)[];
}

/** How the server is verified, and who we are to it; certificates and key in PEM. */
export interface TlsTrust {
  skipVerify?: boolean;
  /** Trusted instead of the authorities of the system. */
  ca?: string;
  clientCert?: string;
  clientKey?: string;
}

export interface HttpAnswer {
  status: number;
  /** At most 64 KiB; what came of it when the connection broke. */
  body: string;
  retryAfterMs?: number;
}

const MAX_ANSWER_BYTES = 65_536;

// A connection for each delivery: one that the provider closed while idle would fail the next alert.
const httpAgent = new http.Agent({ keepAlive: false });
const httpsAgent = new https.Agent({ keepAlive: false });

/** Errors about what we would send rather than about the provider: the same at every attempt. */
const UNSENDABLE = new Set([
  'ERR_INVALID_URL',
  'ERR_INVALID_CHAR',
  'ERR_UNESCAPED_CHARACTERS',
  'ERR_HTTP_INVALID_HEADER_VALUE',
  'ERR_BAD_OPTION',
]);

/** Sends a request and judges its answer, by the status alone unless the provider says it otherwise. Never follows a redirect. */
export async function deliverHttp(
  request: HttpRequest,
  context: DeliveryContext,
  judge: (answer: HttpAnswer) => DeliveryOutcome = judgeByStatus,
): Promise<DeliveryOutcome> {
  if (!/^https?:\/\//i.test(request.url) || !URL.canParse(request.url)) {
    return { outcome: 'rejected', answer: 'the configured address is not an http or https address' };
  }
  const exchanged = await exchange(request, context);
  return scrubbed('status' in exchanged ? judge(exchanged) : exchanged, request.secrets);
}

/** 2xx delivered; 408, 425, 429 and 5xx worth another attempt; everything else refused for good, redirects included. */
export function judgeByStatus({ status, body, retryAfterMs: wait }: HttpAnswer): DeliveryOutcome {
  const answer = `HTTP ${status}${body === '' ? '' : `: ${body}`}`;
  if (status >= 200 && status < 300) return { outcome: 'delivered', answer };
  if (status >= 500 || status === 408 || status === 425 || status === 429) {
    return { outcome: 'retryable', answer, ...(wait === undefined ? {} : { retryAfterMs: wait }) };
  }
  if (status >= 300 && status < 400)
    return { outcome: 'rejected', answer: `HTTP ${status}: a redirect, which is not followed` };
  return { outcome: 'rejected', answer };
}

async function exchange(request: HttpRequest, context: DeliveryContext): Promise<HttpAnswer | DeliveryOutcome> {
  const deadline = startDeadline(context);
  try {
    const response = await axios.request<Readable>({
      method: request.method ?? 'POST',
      url: request.url,
      headers: { 'Accept-Encoding': 'identity', 'User-Agent': '9volt', ...request.headers },
      data: request.body,
      signal: deadline.signal,
      // As a stream, so that an endless answer costs 64 KiB and its status is known nonetheless.
      responseType: 'stream',
      decompress: false,
      maxRedirects: 0,
      proxy: false,
      validateStatus: () => true,
      httpAgent,
      httpsAgent: request.tls ? agentOf(request.tls) : httpsAgent,
    });
    const wait = retryAfterMs(response.headers['retry-after'], response.headers['date'], Date.now());
    return {
      status: response.status,
      body: await readCapped(response.data),
      ...(wait === undefined ? {} : { retryAfterMs: wait }),
    };
  } catch (error) {
    if (deadline.signal.aborted) return { outcome: 'retryable', answer: deadline.reason() };
    const code = (error as { code?: unknown }).code;
    if (typeof code === 'string' && UNSENDABLE.has(code))
      return { outcome: 'rejected', answer: `cannot be sent: ${messageOf(error)}` };
    // Without a code it does not come from the network: a defect of ours.
    if (!axios.isAxiosError(error) && code === undefined) throw error;
    return { outcome: 'retryable', answer: messageOf(error) || String(code) };
  } finally {
    deadline.end();
  }
}

function agentOf({ skipVerify, ca, clientCert, clientKey }: TlsTrust): https.Agent {
  return new https.Agent({
    keepAlive: false,
    rejectUnauthorized: skipVerify !== true,
    ...(ca === undefined ? {} : { ca }),
    ...(clientCert === undefined ? {} : { cert: clientCert }),
    ...(clientKey === undefined ? {} : { key: clientKey }),
  });
}

async function readCapped(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= MAX_ANSWER_BYTES) break;
    }
  } catch {
    // The status has told what became of the request; a broken or slow rest of the answer must not lead to a repeat.
  }
  return Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES).toString('utf8');
}
