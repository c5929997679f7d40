import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:tls';
import { UNTRUSTED_CERTIFICATE } from '@9volt/contracts';
import type { EtcdSettings } from '@9volt/platform';
import { askMember } from './ask-member.js';
import type { EtcdAdvice } from './etcd-advice.js';

const TIMEOUT_MS = 3_000;

const NO_TLS: EtcdAdvice = { option: '--etcd-members', text: 'it does not use TLS; write its address with http://' };

/** Error codes of Node.js and OpenSSL for which other settings of this process help. */
const FAULTS: readonly [readonly string[], (etcd: EtcdSettings) => EtcdAdvice][] = [
  [
    ['CERT_HAS_EXPIRED'],
    () => ({
      text: 'its certificate has expired: renew it there (--cert-file), and check the clock of this machine',
    }),
  ],
  [['CERT_NOT_YET_VALID'], () => ({ text: 'its certificate is not valid yet; check the clock of this machine' })],
  [
    ['ERR_TLS_CERT_ALTNAME_INVALID'],
    () => ({
      option: '--etcd-members',
      text: 'its certificate is for another name; use a name from the certificate, or issue one for this name',
    }),
  ],
  [['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG'], () => NO_TLS],
  [
    [...UNTRUSTED_CERTIFICATE, 'CERT_SIGNATURE_FAILURE', 'INVALID_CA'],
    ({ ca }) => ({
      option: '--etcd-ca',
      text: ca
        ? 'its certificate is not signed by the authority in --etcd-ca'
        : 'its certificate is not trusted; set --etcd-ca to the authority that signed it',
    }),
  ],
];

/**
 * The TLS problem between this process and a member; undefined if there is none. It makes its own request: what gRPC says about a
 * failed connection depends on when it is asked.
 */
export async function tlsFault(etcd: EtcdSettings, member: string): Promise<EtcdAdvice | undefined> {
  if (!member.startsWith('https:')) {
    const text = 'it requires TLS; write its address with https://';
    return (await speaksTls(member)) ? { option: '--etcd-members', text } : undefined;
  }
  const own = ownCertificateFault(etcd);
  if (own) return own;
  try {
    await handshake(etcd, member);
    return undefined;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const [, advice] = FAULTS.find(([codes]) => codes.includes(code)) ?? [];
    if (advice) return advice(etcd);
    // etcd closes a connection that begins with TLS although it expects none.
    if (code === 'ECONNRESET' && (await speaksPlain(etcd, member))) return NO_TLS;
    if (!/ALERT/.test(code)) return undefined;
    return {
      option: '--etcd-cert',
      text: etcd.cert
        ? 'it rejects the certificate in --etcd-cert; use one that the authority in its --trusted-ca-file signed'
        : 'it requires a client certificate; set --etcd-cert and --etcd-key',
    };
  }
}

function ownCertificateFault({ cert }: EtcdSettings): EtcdAdvice | undefined {
  if (!cert) return undefined;
  const option = '--etcd-cert';
  try {
    const { validTo } = new X509Certificate(cert);
    return Date.parse(validTo) < Date.now() ? { option, text: `it expired on ${validTo}; renew it` } : undefined;
  } catch {
    return { option, text: 'it is not a certificate; expected PEM' };
  }
}

/** Any answer to a request: only then a server has checked our certificate. */
async function handshake(etcd: EtcdSettings, member: string): Promise<void> {
  const response = await askMember(etcd, member, { path: '/version', certified: true });
  response.resume();
}

async function speaksPlain(etcd: EtcdSettings, member: string): Promise<boolean> {
  try {
    const response = await askMember(etcd, member.replace(/^https:/, 'http:'), { path: '/version', certified: false });
    response.resume();
    return response.statusCode === 200;
  } catch {
    return false;
  }
}

async function speaksTls(member: string): Promise<boolean> {
  const { hostname, port } = new URL(member);
  const socket = connect({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || 80),
    rejectUnauthorized: false,
  });
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return true;
  } catch (error) {
    return /ALERT/.test((error as NodeJS.ErrnoException).code ?? '');
  } finally {
    socket.on('error', () => undefined).destroy();
  }
}
