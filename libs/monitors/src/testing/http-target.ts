import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { listen, type ListeningServer } from '@9volt/testing';
import { type Target, type TargetMode } from './target.js';

interface RecordedRequest {
  /** Milliseconds since the epoch. */
  at: number;
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}

export interface HttpTarget extends Target, Pick<ListeningServer, 'sockets'> {
  readonly url: string;
  /** The requests, in the order of arrival. */
  readonly requests: RecordedRequest[];
}

export interface HttpTargetOptions {
  host?: string;
  port?: number;
  /** Serves HTTPS with this key and certificate (PEM); with `ca`, only to clients with a certificate of that authority. */
  tls?: { key: string; cert: string; ca?: string };
  /** Answers instead of the body `ok` while the mode is `ok`. */
  answer?: (request: RecordedRequest, response: ServerResponse) => void;
}

/** An HTTP server: 200 and `ok`, 500 and `broken`, or no answer, by its mode. */
export async function startHttpTarget(options: HttpTargetOptions = {}): Promise<HttpTarget> {
  const requests: RecordedRequest[] = [];
  const state: { mode: TargetMode } = { mode: 'ok' };
  const answer = options.answer ?? ((_, response) => void response.end('ok'));
  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const at = Date.now();
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const { method = '', url = '', headers } = incoming;
    const request = { at, method, url, headers, body: Buffer.concat(chunks).toString() };
    requests.push(request);
    if (state.mode === 'ok') answer(request, response);
    if (state.mode === 'fail') response.writeHead(500).end('broken');
  };
  const listener: RequestListener = (incoming, response) =>
    void handle(incoming, response).catch(() => response.destroy());
  const { tls } = options;
  const demanding = tls?.ca === undefined ? {} : { requestCert: true, rejectUnauthorized: true };
  const server = tls ? createSecureServer({ ...tls, ...demanding }, listener) : createServer(listener);
  const { host, port, sockets, close } = await listen(server, options.host, options.port);
  const at = host.includes(':') ? `[${host}]` : host;
  return {
    host,
    port,
    sockets,
    requests,
    url: `${options.tls ? 'https' : 'http'}://${at}:${port}`,
    close,
    get mode() {
      return state.mode;
    },
    set mode(mode) {
      state.mode = mode;
    },
  };
}
