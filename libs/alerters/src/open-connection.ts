import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type Address, connectAny } from '@9volt/net';

/** How a server is verified, and who we are to it; certificates and key in PEM. */
export interface TlsTrust {
  skipVerify?: boolean;
  /** Trusted instead of the authorities of the system. */
  ca?: string;
  clientCert?: string;
  clientKey?: string;
}

/**
 * Opens a connection to whichever address of the host answers first, found by the resolver of the system. It is destroyed when the signal aborts, and then
 * the promise rejects.
 */
export async function openConnection(host: string, port: number, signal: AbortSignal): Promise<Socket> {
  const found = await untilAborted(lookup(host, { all: true }), signal);
  const addresses = found.map(({ address, family }): Address => ({ address, family: family === 6 ? 6 : 4 }));
  return connectAny(addresses, port, { onEnd: (release) => signal.addEventListener('abort', release, { once: true }) });
}

/** Speaks TLS over an open connection. */
export async function secured(socket: Socket, host: string, trust: TlsTrust, signal: AbortSignal): Promise<Socket> {
  const { skipVerify, ca, clientCert: cert, clientKey: key } = trust;
  const name = host.replace(/\.$/, '');
  const secure = connectTls({
    socket,
    host: name,
    ...(isIP(name) === 0 ? { servername: name } : {}),
    rejectUnauthorized: skipVerify !== true,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  });
  // Stays: an error may come when nobody waits for one any more, and unheard it would end the process.
  secure.on('error', () => undefined);
  signal.addEventListener('abort', () => void secure.destroy(), { once: true });
  await once(secure, 'secureConnect', { signal });
  return secure;
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new Error('aborted'));
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject);
  });
}
