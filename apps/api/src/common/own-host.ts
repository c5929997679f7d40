import { isIP } from 'node:net';

/**
 * Whether a `Host` header can only mean us: an address, `localhost`, or the host of the public URL. Any other name may be one that
 * somebody else points at loopback (DNS rebinding).
 */
export function isOwnHost(header: string | undefined, publicUrl: string | undefined): boolean {
  if (header === undefined) return true;
  const host = header.replace(/:\d+$/, '').toLowerCase();
  if (host === 'localhost' || host.endsWith('.localhost') || isIP(host.replace(/^\[|\]$/g, '')) !== 0) return true;
  return publicUrl !== undefined && URL.canParse(publicUrl) && new URL(publicUrl).hostname === host;
}
