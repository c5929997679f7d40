import { once } from 'node:events';
import { isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { isTargetRefusal, messageOf, type Target, type Targets } from '@9volt/contracts';

/** How to verify a server, and our client certificate; all in PEM. */
export interface TlsTrust {
  skipVerify?: boolean;
  /** Trusted instead of the system's authorities. */
  ca?: string;
  clientCert?: string;
  clientKey?: string;
}

/** The host of a channel cannot be looked up: somebody can correct that while the notification waits. */
export class LookupFailure extends Error {}

/**
 * Opens a connection to the permitted address of the host that answers first. When the signal aborts, it destroys the connection
 * and rejects.
 */
export async function openConnection(target: Required<Target>, targets: Targets, signal: AbortSignal): Promise<Socket> {
  if (signal.aborted) throw new Error('aborted');
  const scope = { onEnd: (release: () => void) => signal.addEventListener('abort', release, { once: true }) };
  const addresses = await targets.resolve(target, scope).catch((cause: unknown) => {
    throw isTargetRefusal(cause) ? cause : new LookupFailure(messageOf(cause), { cause });
  });
  if (signal.aborted) throw new Error('aborted');
  return targets.connect(target, addresses, scope);
}

/** Starts TLS on an open connection. */
export async function secured(socket: Socket, host: string, trust: TlsTrust, signal: AbortSignal): Promise<Socket> {
  const { skipVerify, ca, clientCert: cert, clientKey: key } = trust;
  const name = host.replace(/\.$/, '');
  const secure = connectTls({
    socket,
    host: name,
    ...(isIP(name) === 0 ? { servername: name } : {}),
    rejectUnauthorized: skipVerify !== true,
    // As for curl, an authority need not be a root: it may be the certificate of the provider.
    ...(ca === undefined ? {} : { ca, allowPartialTrustChain: true }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  });
  // Keep this listener: an error may come when nobody waits for one any more, and without a listener it would end the process.
  secure.on('error', () => undefined);
  signal.addEventListener('abort', () => void secure.destroy(), { once: true });
  await once(secure, 'secureConnect', { signal });
  return secure;
}
