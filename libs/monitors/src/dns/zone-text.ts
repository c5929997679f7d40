/** The bytes as groups of four hexadecimal digits. */
export function groupsOf(bytes: Buffer): string {
  return (bytes.toString('hex').match(/.{1,4}/g) ?? []).join(':');
}

/** A text in quotes, with bytes that are not printable ASCII as numbers. */
export function quoted(text: Buffer): string {
  let inner = '';
  for (const byte of text) {
    if (byte < 0x20 || byte >= 0x7f) inner += `\\${String(byte).padStart(3, '0')}`;
    else inner += byte === 0x22 || byte === 0x5c ? `\\${String.fromCharCode(byte)}` : String.fromCharCode(byte);
  }
  return `"${inner}"`;
}

/** RFC 5952; an address that may contain an IPv4 address shows it, as inet_ntop(3) does. */
export function ipv6Text(address: Buffer): string {
  const words = Array.from({ length: 8 }, (_, index) => address.readUInt16BE(2 * index));
  const zeros = words.findIndex((word) => word !== 0);
  const ofV4 = [...address.subarray(12)].join('.');
  if (zeros === 5 && words[5] === 0xffff) return `::ffff:${ofV4}`;
  if (zeros === 6) return `::${ofV4}`;
  return new URL(`http://[${groupsOf(address)}]`).hostname.slice(1, -1);
}
