export type Random = (below: number) => number;

/** mulberry32: small, and the same everywhere. */
export function randomFrom(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const u8 = (value: number): Buffer => Buffer.from([value]);
export const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);
export const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const text = (value: Buffer | string): Buffer => Buffer.concat([u8(value.length), Buffer.from(value)]);

type Data = (maker: RandomData) => Buffer;

const many =
  (...parts: Data[]): Data =>
  (maker) =>
    Buffer.concat(parts.map((part) => part(maker)));
const byte: Data = (m) => u8(m.random(256));
const word: Data = (m) => u16(m.random(65_536));
const long: Data = (m) => u32(m.random(2 ** 32));
const name: Data = (m) => m.name();
const bytes =
  (least: number, most: number): Data =>
  (m) =>
    m.bytes(least + m.random(most - least + 1));
const string: Data = (m) => text(m.text(m.random(30)));
const bitmap: Data = (m) => Buffer.concat([u8(0), text(Buffer.concat([m.bytes(m.random(6)), u8(1 + m.random(255))]))]);

/**
 * The data of a record, by type and number. Without RRSIG and NSEC3: dig also judges their owners, and refuses some that a monitor
 * accepts.
 */
export const TYPES: readonly [type: string, code: number, data: Data][] = [
  ['A', 1, bytes(4, 4)],
  ['A', 1, bytes(4, 4)],
  ['AAAA', 28, (m) => m.sparse(16)],
  ['AAAA', 28, (m) => m.sparse(16)],
  ['NS', 2, name],
  ['PTR', 12, name],
  ['MX', 15, many(word, name)],
  ['TXT', 16, (m) => Buffer.concat(Array.from({ length: 1 + m.random(4) }, () => text(m.text(m.random(80)))))],
  ['TXT', 16, (m) => Buffer.concat(Array.from({ length: 1 + m.random(4) }, () => text(m.text(m.random(80)))))],
  ['SPF', 99, string],
  ['SOA', 6, many(name, name, long, long, long, long, long)],
  ['SRV', 33, many(word, word, word, name)],
  [
    'CAA',
    257,
    many(
      byte,
      (m) => text(['issue', 'issuewild', 'iodef'][m.random(3)] as string),
      (m) => m.text(m.random(40)),
    ),
  ],
  ['HINFO', 13, many(string, string)],
  [
    'NAPTR',
    35,
    many(
      word,
      word,
      () => text('u'),
      string,
      () => text('!^.*$!sip:info@example.test!'),
      name,
    ),
  ],
  ['DS', 43, many(word, byte, () => u8(2), bytes(32, 32))],
  ['CDS', 59, many(word, byte, () => u8(2), bytes(32, 32))],
  [
    'DNSKEY',
    48,
    many(
      () => u16(257),
      () => u8(3),
      () => u8(13),
      bytes(64, 64),
    ),
  ],
  ['TLSA', 52, many(byte, byte, byte, bytes(1, 40))],
  ['SMIMEA', 53, many(byte, byte, byte, bytes(1, 40))],
  [
    'SSHFP',
    44,
    many(
      () => u8(4),
      () => u8(2),
      bytes(32, 32),
    ),
  ],
  ['NSEC', 47, many(name, bitmap)],
  [
    'NSEC3PARAM',
    51,
    many(
      () => u8(1),
      byte,
      word,
      (m) => text(m.bytes(m.random(8))),
    ),
  ],
  [
    'LOC',
    29,
    (m) =>
      Buffer.concat([
        u8(0),
        m.size(),
        m.size(),
        m.size(),
        m.angle(324_000_000),
        m.angle(648_000_000),
        u32(m.random(2 ** 32)),
      ]),
  ],
  [
    'CERT',
    37,
    many(
      (m) => u16(1 + m.random(9)),
      word,
      (m) => u8(m.random(20)),
      bytes(1, 40),
    ),
  ],
  ['URI', 256, many(word, word, (m) => m.text(1 + m.random(40)))],
  ['RP', 17, many(name, name)],
  ['AFSDB', 18, many(word, name)],
  ['KX', 36, many(word, name)],
  ['EUI48', 108, bytes(6, 6)],
  ['EUI64', 109, bytes(8, 8)],
  ['NID', 104, many(word, bytes(8, 8))],
  ['L32', 105, many(word, bytes(4, 4))],
  ['L64', 106, many(word, bytes(8, 8))],
  ['LP', 107, many(word, name)],
  ['OPENPGPKEY', 61, bytes(1, 60)],
  [
    'ZONEMD',
    63,
    many(
      long,
      () => u8(1),
      () => u8(1),
      bytes(48, 48),
    ),
  ],
  ['HTTPS', 65, (m) => m.service()],
  ['HTTPS', 65, (m) => m.service()],
  ['SVCB', 64, (m) => m.service()],
  ['DSYNC', 66, many(word, byte, word, name)],
  ['HHIT', 67, bytes(1, 60)],
  ['BRID', 68, bytes(1, 60)],
  ['RESINFO', 261, string],
  ['WALLET', 262, many(string, string)],
  ['TYPE65280', 65_280, bytes(0, 40)],
  ['TYPE731', 731, bytes(0, 40)],
];

/** The parts of records. */
export class RandomData {
  constructor(readonly random: Random) {}

  labels(count: number): string[] {
    const odd = [
      'a.b',
      'a\\b',
      'x_y',
      'UPPER',
      'a;b',
      'a(b)',
      '$a',
      '@',
      'a b',
      'a"b',
      '*',
      '\xe9',
      '-',
      '0',
      'xn--bcher-kva',
    ];
    return Array.from({ length: count }, () =>
      this.random(4) === 0
        ? (odd[this.random(odd.length)] as string)
        : `l${this.random(1_000)}`.repeat(1 + this.random(3)),
    );
  }

  name(): Buffer {
    return wire(this.labels(this.random(4)).map((label) => Buffer.from(label, 'latin1')));
  }

  bytes(count: number): Buffer {
    return Buffer.from(Array.from({ length: count }, () => this.random(256)));
  }

  /** With runs of zeros. */
  sparse(count: number): Buffer {
    const least = this.random(3);
    return Buffer.from(Array.from({ length: count }, () => (this.random(3) < least ? 0 : this.random(256))));
  }

  text(length: number): Buffer {
    const pool = this.random(4) === 0 ? '"\\;\0\t\n\x7f\xff ' : 'abc XYZ 0123 v=spf1 "\\;@$();';
    return Buffer.from(Array.from({ length }, () => pool.charCodeAt(this.random(pool.length))));
  }

  size(): Buffer {
    return u8(this.random(10) === 0 ? 0 : ((1 + this.random(9)) << 4) | this.random(10));
  }

  angle(most: number): Buffer {
    return u32(2 ** 31 - most + this.random(2 * most + 1));
  }

  service(): Buffer {
    const { random } = this;
    const parameters: [number, Buffer][] = [
      [1, Buffer.concat([text('h2'), ...(random(2) ? [text('h3')] : [])])],
      [3, u16(random(65_536))],
      [4, this.bytes(4 * (1 + random(2)))],
      [5, this.bytes(1 + random(20))],
      [6, this.sparse(16)],
      [7, Buffer.from('/dns-query{?dns}')],
      [65_281, this.text(random(20))],
    ];
    // With priority 0 it is an alias and has no parameters.
    const priority = random(4);
    const chosen = priority === 0 ? [] : parameters.filter(() => random(2) === 0);
    return Buffer.concat([
      u16(priority),
      this.name(),
      ...chosen.map(([key, value]) => Buffer.concat([u16(key), u16(value.length), value])),
    ]);
  }
}

export function wire(labels: readonly Buffer[]): Buffer {
  return Buffer.concat([...labels.map(text), u8(0)]);
}
