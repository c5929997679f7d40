import { X509Certificate } from 'node:crypto';
import { type DetailedPeerCertificate, rootCertificates, type TLSSocket } from 'node:tls';
import type { CertificateFacts } from '@9volt/contracts';
import { factsOf } from './certificate.js';

/** More than any chain is long. */
const MAX_LENGTH = 16;

/**
 * The certificates above that of a peer, up to the trusted authority, by OpenSSL's rules: it prefers a trusted authority to what
 * the peer sends. So a cross-signed certificate that the peer still sends does not count if nobody needs it.
 */
export function chainOf(socket: TLSSocket, ca: string | undefined): CertificateFacts[] {
  const trusted = ca === undefined ? standardAuthorities() : authoritiesIn(ca);
  const [leaf, ...sent] = presented(socket);
  const chain: X509Certificate[] = [];
  for (let at = leaf, rest = sent; at && chain.length < MAX_LENGTH;) {
    const below = at;
    if (trusted.get(below.subject)?.some((each) => each.fingerprint256 === below.fingerprint256)) break;
    const authority = longest((trusted.get(below.issuer) ?? []).filter((each) => issued(each, below)));
    if (authority) {
      if (authority.fingerprint256 !== below.fingerprint256) chain.push(authority);
      break;
    }
    at = longest(rest.filter((each) => issued(each, below)));
    rest = rest.filter((each) => each !== at);
    if (at) chain.push(at);
  }
  // Node shows only one certificate of each issuer that a peer sends. If it has expired, OpenSSL verified another.
  const used = socket.authorized ? chain.filter(({ validTo }) => Date.parse(validTo) > Date.now()) : chain;
  return used.map((certificate) => factsOf(certificate));
}

/** As node has them: each followed by its issuer, until one is its own. */
function presented(socket: TLSSocket): X509Certificate[] {
  const all: X509Certificate[] = [];
  let at: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (at?.raw && all.length < MAX_LENGTH) {
    all.push(new X509Certificate(at.raw));
    at = at.issuerCertificate === at ? undefined : at.issuerCertificate;
  }
  return all;
}

function issued(by: X509Certificate, certificate: X509Certificate): boolean {
  return certificate.checkIssued(by) && certificate.verify(by.publicKey);
}

function longest(certificates: readonly X509Certificate[]): X509Certificate | undefined {
  return certificates.toSorted((a, b) => Date.parse(b.validTo) - Date.parse(a.validTo))[0];
}

type Authorities = ReadonlyMap<string, readonly X509Certificate[]>;

/** By their subjects. Reads the system's some 150 only once. */
let standard: Authorities | undefined;

function standardAuthorities(): Authorities {
  return (standard ??= bySubject(rootCertificates));
}

function authoritiesIn(ca: string): Authorities {
  return bySubject(ca.match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g) ?? []);
}

function bySubject(certificates: readonly string[]): Authorities {
  const all = new Map<string, X509Certificate[]>();
  for (const pem of certificates) {
    const certificate = new X509Certificate(pem);
    all.set(certificate.subject, [...(all.get(certificate.subject) ?? []), certificate]);
  }
  return all;
}
