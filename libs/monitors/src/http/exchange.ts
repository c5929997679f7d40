import type { Socket } from 'node:net';
import { exchangeOver, type WireResponse } from '@9volt/net';
import type { Scope } from '@9volt/process';
import { openConnection } from '../net/open-connection.js';
import { startTls, type TlsOptions } from '../net/start-tls.js';
import type { ProbeRun } from '../probe/probe-run.js';
import { type Proxy, tunnel } from './proxy.js';
import { headersOf, type HttpRequest, urlOf } from './request.js';

/** By which way a request goes. */
export interface Route {
  tls: TlsOptions;
  proxy: Proxy | undefined;
}

/** A response, and the end of its connection. */
export interface Exchanged {
  response: WireResponse;
  close(): void;
}

/**
 * Sends a request and waits for the head of its response. Its connection is a fresh one, since connecting is a part of what is checked, and is destroyed
 * when the scope ends.
 */
export async function exchange(sent: HttpRequest, route: Route, run: ProbeRun, scope: Scope): Promise<Exchanged> {
  const socket = await connectTo(sent, route, run, scope);
  const { proxy } = route;
  // A plain request is given to a proxy as a whole.
  const handedOn = proxy !== undefined && !sent.ssl;
  const authorization = handedOn ? proxy.authorization : undefined;
  const request = {
    method: sent.method,
    target: handedOn ? urlOf(sent) : sent.path,
    headers: {
      ...headersOf(sent),
      ...(authorization === undefined ? {} : { 'Proxy-Authorization': authorization }),
    },
    body: sent.body,
  };
  run.stage = 'waiting for the response';
  const since = performance.now();
  const response = await exchangeOver(socket, request, {
    onFirstByte: () => {
      run.spent('firstByte', since);
      run.stage = 'reading the response';
    },
  });
  return { response, close: () => void socket.destroy() };
}

async function connectTo(sent: HttpRequest, { tls, proxy }: Route, run: ProbeRun, scope: Scope): Promise<Socket> {
  const { host, port, ssl } = sent;
  if (!proxy) return openConnection({ host, port, tls: ssl ? tls : undefined }, run, scope);
  // The proxy connects where we ask it to: its addresses are not ours to check, what we ask for is.
  run.stage = `looking up ${host}`;
  await run.targets.judgeBehindProxy({ host, port }, scope);
  const socket = await openConnection({ host: proxy.host, port: proxy.port, tls: undefined }, run, scope);
  if (!ssl) return socket;
  run.stage = 'waiting for the proxy';
  await tunnel(socket, proxy, host, port);
  return startTls(socket, host, tls, run, scope);
}
