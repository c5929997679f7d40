import { once } from 'node:events';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ProbeRun } from '../probe/probe-run.js';
import type { Scope } from '../probe/scope.js';
import { certificateOf } from './certificate.js';
import { hostResolver } from './resolve-host.js';
import { lookupOf } from './resolver-files.js';

export interface Destination {
  /** A name, or an IP address without brackets. */
  host: string;
  port: number;
  tls: { skipVerify: boolean } | undefined;
}

/** Opens a connection that is destroyed when the scope ends, and notes how long each phase took. */
export async function openConnection(to: Destination, run: ProbeRun, scope: Scope): Promise<Socket> {
  run.stage = `looking up ${to.host}`;
  const lookupSince = performance.now();
  const addresses = await hostResolver.resolve(to.host, scope);
  run.spent('lookup', lookupSince);

  run.stage = 'connecting';
  const connectSince = performance.now();
  const socket = connect({ host: to.host, port: to.port, lookup: lookupOf(addresses), noDelay: true });
  heldBy(scope, socket);
  await once(socket, 'connect');
  run.spent('connect', connectSince);
  if (!to.tls) return socket;

  run.stage = 'shaking hands over TLS';
  const tlsSince = performance.now();
  const secure = connectTls({
    socket,
    // A certificate is compared with the host also when that is an address; only names may be sent as server name.
    host: to.host,
    ...(isIP(to.host) === 0 ? { servername: to.host } : {}),
    rejectUnauthorized: !to.tls.skipVerify,
  });
  heldBy(scope, secure);
  await once(secure, 'secureConnect');
  run.spent('tls', tlsSince);
  run.certificate = certificateOf(secure);
  return secure;
}

function heldBy(scope: Scope, socket: Socket): void {
  // An error may come when nobody waits for one any more; unheard it would end the process.
  socket.on('error', () => undefined);
  scope.onEnd(() => void socket.destroy());
}
