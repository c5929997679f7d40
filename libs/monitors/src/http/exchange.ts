import { type IncomingMessage, request as httpRequest } from 'node:http';
import type { Socket } from 'node:net';
import { openConnection } from '../net/open-connection.js';
import { startTls, type TlsOptions } from '../net/start-tls.js';
import type { ProbeRun } from '../probe/probe-run.js';
import type { Scope } from '../probe/scope.js';
import { type Proxy, tunnel } from './proxy.js';
import { headersOf, type HttpRequest, urlOf } from './request.js';

/** By which way a request goes. */
export interface Route {
  tls: TlsOptions;
  proxy: Proxy | undefined;
}

/**
 * Sends a request and waits for the head of its response. Its connection is a fresh one, since connecting is a part of what is checked, and is destroyed
 * when the scope ends.
 */
export async function exchange(sent: HttpRequest, route: Route, run: ProbeRun, scope: Scope): Promise<IncomingMessage> {
  const socket = await connectTo(sent, route, run, scope);
  const { proxy } = route;
  // A plain request is given to a proxy as a whole.
  const handedOn = proxy !== undefined && !sent.ssl;
  const authorization = handedOn ? proxy.authorization : undefined;
  const request = httpRequest({
    createConnection: () => socket,
    path: handedOn ? urlOf(sent) : sent.path,
    method: sent.method,
    headers: {
      ...headersOf(sent),
      ...(authorization === undefined ? {} : { 'Proxy-Authorization': authorization }),
    },
  });
  scope.onEnd(() => void request.destroy());
  run.stage = 'waiting for the response';
  const since = performance.now();
  return new Promise((resolve, reject) => {
    // Stays: an error may come after the verdict, and unheard it would end the process.
    request.on('error', reject);
    request.once('close', () => reject(new Error('the connection was closed before a response')));
    socket.once('data', () => {
      run.spent('firstByte', since);
      run.stage = 'reading the response';
    });
    request.once('response', (response) => {
      response.on('error', () => undefined);
      resolve(response);
    });
    // 101: its socket is no longer the request's, and there is no body to read.
    request.once('upgrade', (response, upgraded) => {
      upgraded.on('error', () => undefined).destroy();
      resolve(response);
    });
    request.end(sent.body);
  });
}

async function connectTo(sent: HttpRequest, { tls, proxy }: Route, run: ProbeRun, scope: Scope): Promise<Socket> {
  const { host, port, ssl } = sent;
  if (!proxy) return openConnection({ host, port, tls: ssl ? tls : undefined }, run, scope);
  const socket = await openConnection({ host: proxy.host, port: proxy.port, tls: undefined }, run, scope);
  if (!ssl) return socket;
  run.stage = 'waiting for the proxy';
  await tunnel(socket, proxy, host, port);
  return startTls(socket, host, tls, run, scope);
}
