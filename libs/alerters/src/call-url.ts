import type { Targets } from '@9volt/contracts';
import { exchange, type HttpAnswer } from './http-delivery.js';
import { secretsOfUrl } from './http-url.js';
import { scrubbed } from './scrub.js';

const MAX_REDIRECTS = 5;

export interface Call {
  /** A secret: no error contains it. */
  url: string;
  signal: AbortSignal;
  timeoutMs: number;
  targets: Targets;
}

/** Calls an address with GET, and follows redirects, judging each target. Rejects unless the last answer is 2xx. */
export async function callUrl({ url, ...context }: Call): Promise<void> {
  let next = url;
  for (let redirects = 0; ; redirects += 1) {
    const answer = await answerOf(next, context);
    if (answer.status >= 200 && answer.status < 300) return;
    const { location } = answer;
    if (answer.status < 300 || answer.status > 399 || location === undefined)
      throw new Error(`it answered ${answer.status}`);
    if (redirects === MAX_REDIRECTS) throw new Error(`it redirected more than ${MAX_REDIRECTS} times`);
    if (!URL.canParse(location, next)) throw new Error('it redirected to an invalid address');
    next = new URL(location, next).href;
  }
}

async function answerOf(url: string, context: Omit<Call, 'url'>): Promise<HttpAnswer> {
  const secrets = secretsOfUrl(url);
  if (!/^https?:$/.test(new URL(url).protocol)) throw new Error('it redirected to an address that is not HTTP');
  const request = { method: 'GET' as const, url, secrets };
  const answer = await exchange(request, { ...context, notificationId: '', programs: [] });
  if ('status' in answer) return answer;
  throw new Error(scrubbed(answer, secrets).answer);
}
