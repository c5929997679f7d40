import { isIP, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import { fault, type FieldError } from '@9volt/contracts';

const LABEL = /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?$/i;

const HOST_EXPECTED = 'a host name or an IP address, without scheme, port or path';

/** A host for a socket: without the brackets of an IPv6 address, and in ASCII. Undefined if it is not a host. */
export function hostOf(written: string): string | undefined {
  const bare = written.startsWith('[') && written.endsWith(']') ? written.slice(1, -1) : written;
  const [address = ''] = bare.split('%', 1);
  if (isIP(address) !== 0) return bare;
  if (bare !== written) return undefined;
  const name = asciiName(written);
  const labels = (name.endsWith('.') ? name.slice(0, -1) : name).split('.');
  return name.length <= 254 && labels.every((label) => label.length <= 63 && LABEL.test(label)) ? name : undefined;
}

/** An international name in its ASCII form; any other name, and one that cannot be converted, as it is. */
export function asciiName(name: string): string {
  // domainToASCII parses a URL's host: it drops, rather than refuses, the part after one of these.
  return /^[\x20-\x7e]*$|[\s/?#@:\\]/.test(name) ? name : domainToASCII(name) || name;
}

/** `host:port`, with brackets around an IPv6 address. */
export function hostAndPort(host: string, port: number): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

export function hostFault(host: string): FieldError[] {
  return hostOf(host) === undefined ? [fault('/host', host, HOST_EXPECTED)] : [];
}
