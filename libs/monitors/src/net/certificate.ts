import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { capped, type CertificateFacts } from '@9volt/contracts';

const DAY_MS = 86_400_000;

/** The facts about the certificate of a peer; undefined if it sent none. */
export function certificateOf(socket: TLSSocket, now = Date.now()): CertificateFacts | undefined {
  const certificate = socket.getPeerCertificate();
  // Without a certificate node answers an empty object; its types do not say so.
  if (!certificate?.valid_to) return undefined;
  const notAfter = Date.parse(certificate.valid_to);
  return {
    subject: distinguishedName(certificate.subject),
    issuer: distinguishedName(certificate.issuer),
    notAfter: new Date(notAfter).toISOString(),
    daysLeft: Math.floor((notAfter - now) / DAY_MS),
  };
}

/** The same for a certificate of the chain. */
export function factsOf(certificate: X509Certificate, now = Date.now()): CertificateFacts {
  const notAfter = Date.parse(certificate.validTo);
  return {
    subject: capped(certificate.subject.split('\n').join(', '), 200),
    issuer: capped(certificate.issuer.split('\n').join(', '), 200),
    notAfter: new Date(notAfter).toISOString(),
    daysLeft: Math.floor((notAfter - now) / DAY_MS),
  };
}

function distinguishedName(name: object | undefined): string {
  const parts = Object.entries(name ?? {}).map(([key, value]) => `${key}=${[value].flat().join('+')}`);
  return capped(parts.join(', '), 200);
}
