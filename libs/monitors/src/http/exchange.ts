import type { Socket } from 'node:net';
import { type EncodedRequest, encodeRequest, exchangeOver, type WireResponse } from '@9volt/net';
import type { Scope } from '@9volt/process';
import { openConnection } from '../net/open-connection.js';
import { startTls, type TlsOptions } from '../net/start-tls.js';
import type { ProbeRun } from '../probe/probe-run.js';
import { type Proxy, tunnel } from './proxy.js';
import { headersOf, type HttpRequest, urlOf } from './request.js';

/** The connection that a request uses. */
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
 * Sends a request and waits for the headers of its response. It uses a new connection, because connecting is part of the check, and
 * destroys it when the scope ends.
 */
export async function exchange(sent: HttpRequest, route: Route, run: ProbeRun, scope: Scope): Promise<Exchanged> {
  const socket = await connectTo(sent, route, run, scope);
  run.stage = 'waiting for the response';
  const since = performance.now();
  const response = await exchangeOver(socket, sent.encoded ?? encodedFor(sent, route), {
    onFirstByte: () => {
      run.spent('firstByte', since);
      run.stage = 'reading the response';
    },
  });
  return { response, close: () => void socket.destroy() };
}

/** A request as it is sent by this way. */
export function encodedFor(sent: HttpRequest, { proxy }: Route): EncodedRequest {
  // A proxy gets a plain request whole.
  const handedOn = proxy !== undefined && !sent.ssl;
  const authorization = handedOn ? proxy.authorization : undefined;
  return encodeRequest({
    method: sent.method,
    target: handedOn ? urlOf(sent) : sent.path,
    headers: {
      ...headersOf(sent),
      ...(authorization === undefined ? {} : { 'Proxy-Authorization': authorization }),
    },
    body: sent.body,
  });
}

async function connectTo(sent: HttpRequest, { tls, proxy }: Route, run: ProbeRun, scope: Scope): Promise<Socket> {
  const { host, port, ssl } = sent;
  if (!proxy) return openConnection({ host, port, tls: ssl ? tls : undefined }, run, scope);
  // The proxy connects for us: we cannot check its addresses, only the target that we ask for.
  run.stage = `looking up ${host}`;
  await run.targets.judgeBehindProxy({ host, port }, scope);
  const socket = await openConnection({ host: proxy.host, port: proxy.port, tls: undefined }, run, scope);
  if (!ssl) return socket;
  run.stage = 'waiting for the proxy';
  await tunnel(socket, proxy, host, port);
  return startTls(socket, host, tls, run, scope);
}
