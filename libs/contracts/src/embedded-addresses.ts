import { isIPv6 } from 'node:net';

/** The eight groups of an IPv6 address without a zone. */
function groupsOf(address: string): number[] {
  // The URL parser compresses and normalizes: dotted quads at the end become groups.
  const normal = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = '', tail] = normal.split('::');
  const numbers = (text: string | undefined): number[] =>
    text ? text.split(':').map((group) => Number.parseInt(group, 16)) : [];
  const [before, after] = [numbers(head), numbers(tail)];
  return tail === undefined
    ? before
    : [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

/** The bytes in which RFC 6052 puts an IPv4 address behind a prefix of this many bits. */
const TRANSLATED: readonly (readonly [number, number, number, number])[] = [
  [12, 13, 14, 15], // /96
  [9, 10, 11, 12], // /64
  [7, 9, 10, 11], // /56
  [6, 7, 9, 10], // /48
];

/**
 * The IPv4 addresses at which a packet to this IPv6 address may end: mapped, compatible, translated, by 6to4, Teredo and ISATAP.
 */
export function embeddedAddresses(address: string): string[] {
  const bare = address.split('%', 1)[0] as string;
  if (!isIPv6(bare)) return [];
  const groups = groupsOf(bare);
  const bytes = groups.flatMap((group) => [group >> 8, group & 0xff]);
  const at = (...places: readonly number[]): string => places.map((place) => bytes[place] as number).join('.');
  const starts = (...prefix: readonly number[]): boolean => prefix.every((group, index) => groups[index] === group);
  const last = at(12, 13, 14, 15);

  if (starts(0, 0, 0, 0, 0, 0)) return groups[6] === 0 && (groups[7] as number) <= 1 ? [] : [last];
  if (starts(0, 0, 0, 0, 0, 0xffff) || starts(0, 0, 0, 0, 0xffff, 0)) return [last];
  if (starts(0x64, 0xff9b, 0, 0, 0, 0)) return [last];
  // Only the operator of this network knows the length of its prefix.
  if (starts(0x64, 0xff9b, 1)) return likely(TRANSLATED.map((places) => at(...places)));
  if (starts(0x2002)) return [at(2, 3, 4, 5)];
  if (starts(0x2001, 0)) {
    const client = bytes.slice(12).map((byte) => byte ^ 0xff);
    return [at(4, 5, 6, 7), client.join('.')];
  }
  if (groups[5] === 0x5efe && ((groups[4] as number) & 0xfdff) === 0) return [last];
  return [];
}

/** Skips addresses that come from reading the wrong bits: zeros of the prefix or behind the address. */
function likely(candidates: readonly string[]): string[] {
  const real = candidates.filter((candidate) => !candidate.startsWith('0.'));
  return real.length > 0 ? real : [...candidates];
}
