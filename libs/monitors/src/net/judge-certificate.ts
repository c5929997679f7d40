import { type CertificateFacts, ownOf, type UNTRUSTED_CERTIFICATE } from '@9volt/contracts';
import type { ExpiryLimits } from './tls-attributes.js';

/** A finding of something wrong. */
export interface Finding {
  status: 'warning' | 'critical';
  message: string;
  expected: string;
  found: string;
}

/**
 * Whether a certificate, or one above it in its chain, expires too soon: that ends its validity as well. Reports the worst of the
 * chain.
 */
export function judgeExpiries(
  certificate: CertificateFacts | undefined,
  chain: readonly CertificateFacts[],
  limits: ExpiryLimits,
): Finding[] {
  const [first] = chain.toSorted((a, b) => a.daysLeft - b.daysLeft);
  return [
    certificate && judgeExpiry(certificate, limits),
    first && judgeExpiry(first, limits, `certificate of the chain, ${first.subject},`),
  ].filter((finding) => finding !== undefined);
}

/** Whether a certificate expires too soon; undefined if it does not. */
export function judgeExpiry(
  { daysLeft, notAfter }: Pick<CertificateFacts, 'daysLeft' | 'notAfter'>,
  { warningDays, criticalDays }: ExpiryLimits,
  which = 'certificate',
): Finding | undefined {
  const day = notAfter.slice(0, 10);
  if (daysLeft < 0) {
    return {
      status: 'critical',
      message: `The ${which} expired on ${day}`,
      expected: 'a certificate that is valid',
      found: `expired on ${day}`,
    };
  }
  const reached = (limit: number | undefined): limit is number => limit !== undefined && daysLeft < limit;
  const [status, limit] = reached(criticalDays)
    ? (['critical', criticalDays] as const)
    : reached(warningDays)
      ? (['warning', warningDays] as const)
      : [];
  if (status === undefined) return undefined;
  const left = daysLeft === 0 ? 'in less than a day' : daysLeft === 1 ? 'in 1 day' : `in ${daysLeft} days`;
  return {
    status,
    message: `The ${which} expires ${left}, on ${day}; expected at least ${inDays(limit)}`,
    expected: `valid for at least ${inDays(limit)}`,
    found: `expires ${left}`,
  };
}

function inDays(count: number): string {
  return count === 1 ? '1 day' : `${count} days`;
}

type ChainCode = 'CERT_HAS_EXPIRED' | 'CERT_NOT_YET_VALID' | 'CERT_REVOKED' | (typeof UNTRUSTED_CERTIFICATE)[number];

const CHAIN_WORDS: Readonly<Record<ChainCode, string>> = {
  CERT_HAS_EXPIRED: 'a certificate of the chain has expired',
  CERT_NOT_YET_VALID: 'a certificate of the chain is not valid yet',
  CERT_REVOKED: 'a certificate of the chain is revoked',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'the chain leads to an authority that is not trusted',
  UNABLE_TO_GET_ISSUER_CERT: 'the chain leads to no authority that is trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'the chain leads to no authority that is trusted: an intermediate certificate may be missing',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'the issuer of the certificate is not known: an intermediate certificate may be missing',
};

/** A chain that cannot be verified, by OpenSSL's code. */
export function judgeChain(code: string): Finding {
  const words = ownOf<string>(CHAIN_WORDS, code) ?? 'the chain cannot be verified';
  return {
    status: 'critical',
    message: `The certificate cannot be trusted: ${words} (${code})`,
    expected: 'a chain of certificates to a trusted authority',
    found: words,
  };
}

const SEVERITY: Readonly<Record<Finding['status'], number>> = { critical: 0, warning: 1 };

/** The worst first. */
export function worstFirst(findings: readonly (Finding | undefined)[]): Finding[] {
  return findings.filter((finding) => finding !== undefined).sort((a, b) => SEVERITY[a.status] - SEVERITY[b.status]);
}
