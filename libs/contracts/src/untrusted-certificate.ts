/** OpenSSL's codes for a certificate of an authority that is not trusted. */
export const UNTRUSTED_CERTIFICATE = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
] as const;

export function isUntrusted(code: string | undefined): boolean {
  return UNTRUSTED_CERTIFICATE.some((one) => one === code);
}
