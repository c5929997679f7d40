import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { certificateOf } from '../net/certificate.js';
import { hostResolver } from '../net/resolve-host.js';
import { lookupOf } from '../net/resolver-files.js';
import type { ProbeRun } from '../probe/probe-run.js';
import type { Scope } from '../probe/scope.js';
import { headersOf, type HttpRequest } from './request.js';

// A fresh connection each time: connecting is a part of what is checked. Also TLS sessions are not resumed, since a resumed one
// shows no certificate.
const plain = new HttpAgent({ keepAlive: false });
const secure = new HttpsAgent({ keepAlive: false, maxCachedSessions: 0 });

/** Sends a request and waits for the head of its response. Its connection is destroyed when the scope ends. */
export async function exchange(
  sent: HttpRequest,
  skipVerify: boolean,
  run: ProbeRun,
  scope: Scope,
): Promise<IncomingMessage> {
  run.stage = `looking up ${sent.host}`;
  const lookupSince = performance.now();
  const addresses = await hostResolver.resolve(sent.host, scope);
  run.spent('lookup', lookupSince);

  const options = {
    host: sent.host,
    port: sent.port,
    path: sent.path,
    method: sent.method,
    headers: headersOf(sent),
    lookup: lookupOf(addresses),
  };
  const request = sent.ssl
    ? httpsRequest({ ...options, agent: secure, rejectUnauthorized: !skipVerify })
    : httpRequest({ ...options, agent: plain });
  scope.onEnd(() => void request.destroy());
  return new Promise((resolve, reject) => {
    // Stays: an error may come after the verdict, and unheard it would end the process.
    request.on('error', reject);
    request.once('close', () => reject(new Error('the connection was closed before a response')));
    request.once('socket', (socket) => watchPhases(socket, run));
    request.once('response', (response) => {
      response.on('error', () => undefined);
      resolve(response);
    });
    // 101: its socket is no longer the request's, and there is no body to read.
    request.once('upgrade', (response, socket) => {
      socket.on('error', () => undefined).destroy();
      resolve(response);
    });
    request.end(sent.body);
  });
}

function watchPhases(socket: Socket, run: ProbeRun): void {
  run.stage = 'connecting';
  const tls = socket instanceof TLSSocket;
  let since = performance.now();
  const next = (phase: 'connect' | 'tls' | 'firstByte', stage: string): void => {
    run.spent(phase, since);
    since = performance.now();
    run.stage = stage;
  };
  socket.once('connect', () => next('connect', tls ? 'shaking hands over TLS' : 'waiting for the response'));
  if (tls) {
    socket.once('secureConnect', () => {
      next('tls', 'waiting for the response');
      run.certificate = certificateOf(socket);
    });
  }
  socket.once('data', () => next('firstByte', 'reading the response'));
}
