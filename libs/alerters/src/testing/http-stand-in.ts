import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Behaviour, Recorder, StandIn } from './stand-in.js';

export interface HttpExchange {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface HttpReply {
  status: number;
  headers?: Record<string, string>;
  body: string;
}

export interface HttpStandInOptions {
  host?: string;
  /** Default 0: any free port. */
  port?: number;
}

/** A provider with HTTP. `answer` records the request and returns its reply, or `hang`. */
export async function startHttpStandIn<M>(
  recorder: Recorder<M>,
  answer: (exchange: HttpExchange) => HttpReply | 'hang',
  alerter: (origin: string) => StandIn<M>['alerter'],
  { host = '127.0.0.1', port = 0 }: HttpStandInOptions = {},
): Promise<StandIn<M>> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const reply = answer({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body });
      if (reply === 'hang') return;
      response.writeHead(reply.status, { 'Content-Type': 'application/json', ...reply.headers }).end(reply.body);
    });
  });
  // A connection that is kept for later counts as left open.
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  const origin = `http://${host.includes(':') ? `[${host}]` : host}:${taken}`;
  return {
    address: origin,
    alerter: alerter(origin),
    received: recorder.received,
    get accepted() {
      return recorder.accepted;
    },
    behave: (behaviour) => {
      recorder.behaviour = behaviour;
    },
    waitForAccepted: (count, timeoutMs) => recorder.waitForAccepted(count, timeoutMs),
    connections: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      ),
    close: () => closed(server),
  };
}

/** The replies that HTTP itself defines. */
export function plainReply(behaviour: Behaviour, exchange: HttpExchange): HttpReply | 'hang' | undefined {
  switch (behaviour.kind) {
    case 'hang':
      return 'hang';
    case 'fail':
      return { status: 500, body: 'internal error' };
    case 'echo':
      return {
        status: 500,
        body: `${exchange.method} ${exchange.path} ${JSON.stringify(exchange.headers)} ${exchange.body}`,
      };
    case 'rate-limit':
      return { status: 429, headers: { 'Retry-After': String(behaviour.retryAfterS) }, body: 'rate limited' };
    case 'accept':
    case 'refuse':
    case 'revoked':
    case 'gone':
      return undefined;
  }
}

function closed(server: Server): Promise<void> {
  if (!server.listening) return Promise.resolve();
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}
