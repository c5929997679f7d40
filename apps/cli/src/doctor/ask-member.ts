import { once } from 'node:events';
import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import type { EtcdSettings } from '@9volt/platform';

const TIMEOUT_MS = 3_000;

export interface Question {
  path: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  /** Whether to send the client certificate of this process. */
  certified: boolean;
}

/** Asks a member of etcd over plain HTTP/1.1, without the client library. The caller reads the body. */
export async function askMember(
  { ca, cert, key }: EtcdSettings,
  member: string,
  { path, method = 'GET', headers = {}, body = '', certified }: Question,
): Promise<IncomingMessage> {
  const own = certified ? { ...(cert ? { cert } : {}), ...(key ? { key } : {}) } : {};
  const options = { method, headers, agent: false, signal: AbortSignal.timeout(TIMEOUT_MS) } as const;
  const url = `${member}${path}`;
  const asked = member.startsWith('https:')
    ? requestSecure(url, { ...options, ...(ca ? { ca } : {}), ...own })
    : requestPlain(url, options);
  asked.end(body);
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return response;
}
