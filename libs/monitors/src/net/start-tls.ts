import { once } from 'node:events';
import { isIP, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import type { ProbeRun } from '../probe/probe-run.js';
import type { Scope } from '../probe/scope.js';
import { certificateOf } from './certificate.js';

export interface TlsOptions {
  /** Accepts any certificate. */
  skipVerify: boolean;
  /** Certificates (PEM) of the authorities to trust, instead of those of the system. */
  ca?: string | undefined;
  /** The name that the certificate must be valid for, and that is asked for, instead of the host. */
  serverName?: string | undefined;
  /** Certificate (PEM) to show, and its key. */
  cert?: string | undefined;
  key?: string | undefined;
}

/** Speaks TLS over an open connection. Also what this opens is destroyed when the scope ends. Notes the certificate, and how long it took. */
export async function startTls(
  socket: Socket,
  host: string,
  { skipVerify, ca, serverName, cert, key }: TlsOptions,
  run: ProbeRun,
  scope: Scope,
): Promise<TLSSocket> {
  run.stage = 'shaking hands over TLS';
  const since = performance.now();
  const name = serverName ?? host;
  const secure = connect({
    socket,
    // A certificate is compared with the host also when that is an address; only names may be sent as server name.
    host: name,
    ...(isIP(name) === 0 ? { servername: name } : {}),
    rejectUnauthorized: !skipVerify,
    ca,
    cert,
    key,
  });
  releasedWith(scope, secure);
  await once(secure, 'secureConnect');
  run.spent('tls', since);
  run.certificate = certificateOf(secure);
  return secure;
}

/** Has a socket destroyed when the scope ends. */
export function releasedWith(scope: Scope, socket: Socket): void {
  // An error may come when nobody waits for one any more; unheard it would end the process.
  socket.on('error', () => undefined);
  scope.onEnd(() => void socket.destroy());
}
