import { constants } from 'node:crypto';
import { once } from 'node:events';
import { isIP, type Socket } from 'node:net';
import { connect, createSecureContext, type SecureContext, type SecureVersion, type TLSSocket } from 'node:tls';
import type { Scope } from '@9volt/process';
import type { ProbeRun } from '../probe/probe-run.js';
import { certificateOf } from './certificate.js';
import { chainOf } from './certificate-chain.js';
import { asciiName } from './host.js';

const STANDARD_VERSION = 'TLSv1.2';

export interface TlsOptions {
  /** Accepts any certificate. */
  skipVerify: boolean;
  /** Certificates (PEM) of the trusted authorities, instead of the system's. */
  ca?: string | undefined;
  /** The name that the certificate must have, and that is sent as server name, instead of the host. */
  serverName?: string | undefined;
  /** Lowest permitted version; default: TLSv1.2. */
  minVersion?: SecureVersion | undefined;
  /** Permits a peer without secure renegotiation. */
  legacyRenegotiation?: boolean | undefined;
  /** Whether to check the certificates above that of the peer, too. */
  wholeChain?: boolean | undefined;
  /** Permits a connection without any certificate, by anonymous Diffie-Hellman: encrypted, but open to somebody in between. */
  anonymous?: boolean | undefined;
  /** Client certificate (PEM), and its key. */
  cert?: string | undefined;
  key?: string | undefined;
}

/** Starts TLS on an open connection, and destroys it when the scope ends. Records the certificate, and how long it took. */
export async function startTls(
  socket: Socket,
  host: string,
  options: TlsOptions,
  run: ProbeRun,
  scope: Scope,
): Promise<TLSSocket> {
  run.stage = 'shaking hands over TLS';
  const since = performance.now();
  const { skipVerify, ca, minVersion = STANDARD_VERSION } = options;
  const name = tlsName(options.serverName ?? host);
  const secure = connect({
    socket,
    // The certificate is compared with the host even if that is an address; only names may be sent as server name.
    host: name,
    ...(isIP(name) === 0 ? { servername: name } : {}),
    rejectUnauthorized: !skipVerify,
    secureContext: secureContextOf(options),
  });
  releasedWith(scope, secure);
  try {
    await once(secure, 'secureConnect');
  } catch (error) {
    throw isOfVersions(error) ? new Error(`the target does not speak ${minVersion} or later`, { cause: error }) : error;
  }
  run.spent('tls', since);
  run.certificate = certificateOf(secure);
  if (options.wholeChain) run.chain = chainOf(secure, ca);
  return secure;
}

/** A name in the form of TLS: in ASCII, and without the final dot (RFC 6066, section 3). */
export function tlsName(name: string): string {
  return asciiName(name).replace(/\.$/, '');
}

/** Contexts without certificates of their own, by what else tells them apart: the monitors of a worker share them. */
const standardContexts = new Map<string, SecureContext>();
/** Prepared options with certificates, as long as the options object lasts, which is one revision of a monitor. */
const ownContexts = new WeakMap<TlsOptions, SecureContext>();

/** Made once: it takes as long as a good part of a handshake. Throws what OpenSSL says of certificates and keys. */
function secureContextOf(options: TlsOptions): SecureContext {
  const { ca, cert, key, minVersion = STANDARD_VERSION, anonymous = false, legacyRenegotiation = false } = options;
  const isStandard = ca === undefined && cert === undefined && key === undefined;
  const name = `${minVersion} ${anonymous} ${legacyRenegotiation}`;
  const known = isStandard ? standardContexts.get(name) : ownContexts.get(options);
  if (known) return known;
  const context = createSecureContext({
    minVersion,
    ...(legacyRenegotiation ? { secureOptions: constants.SSL_OP_LEGACY_SERVER_CONNECT } : {}),
    // OpenSSL itself refuses older versions, unless it is configured to be less strict.
    ...(isOutdated(minVersion) ? { ciphers: 'DEFAULT@SECLEVEL=0' } : {}),
    // TLS 1.3 has no anonymous key exchange.
    ...(anonymous ? { ciphers: 'ADH:DEFAULT:@SECLEVEL=0', maxVersion: 'TLSv1.2' } : {}),
    ca,
    // As for curl: an authority of the operator need not be a root, it may even be the certificate of the target.
    ...(ca === undefined ? {} : { allowPartialTrustChain: true }),
    cert,
    key,
  });
  if (isStandard) standardContexts.set(name, context);
  else ownContexts.set(options, context);
  return context;
}

function isOutdated(version: SecureVersion): boolean {
  return version === 'TLSv1' || version === 'TLSv1.1';
}

/** The target reported it, or we found it. */
function isOfVersions(error: unknown): boolean {
  const code = String((error as NodeJS.ErrnoException | undefined)?.code);
  return code === 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' || code === 'ERR_SSL_UNSUPPORTED_PROTOCOL';
}

/** Destroys a socket when the scope ends. */
function releasedWith(scope: Scope, socket: Socket): void {
  // An error may come when nobody waits for one any more; without a listener it would end the process.
  socket.on('error', () => undefined);
  scope.onEnd(() => void socket.destroy());
}
