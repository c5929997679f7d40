import { isUtf8 } from 'node:buffer';
import { groupsOf, ipv6Text, quoted } from './zone-text.js';
import { locationText, prefixListText, serviceParameters } from './record-data-forms.js';
import { typeName } from './record-types.js';
import { Malformed, type WireReader } from './wire-reader.js';

export interface DataText {
  data: string;
  joined?: string;
}

type Read = (reader: WireReader) => string;

/** Fields one behind the other. */
const fields =
  (...reads: Read[]): Read =>
  (reader) =>
    reads
      .map((read) => read(reader))
      .join(' ')
      .trimEnd();

const u8: Read = (reader) => String(reader.u8());
const u16: Read = (reader) => String(reader.u16());
const u32: Read = (reader) => String(reader.u32());
const name: Read = (reader) => reader.name();
const string: Read = (reader) => quoted(reader.string());
const hex: Read = (reader) => reader.bytes().toString('hex').toUpperCase();
const base64: Read = (reader) => reader.bytes().toString('base64');
/** RFC 9886. */
const someBase64: Read = (reader) => {
  if (reader.left === 0) throw new Malformed('a record without data');
  return base64(reader);
};
const typed: Read = (reader) => typeName(reader.u16());
const ipv4: Read = (reader) => `${reader.u8()}.${reader.u8()}.${reader.u8()}.${reader.u8()}`;
const ipv6: Read = (reader) => ipv6Text(reader.bytes(16));

/** A time of a signature, `YYYYMMDDHHmmSS`: its 32 bits are ambiguous; uses the time closest to now (RFC 4034, section 3.1.5). */
const stamp: Read = (reader) => {
  const seconds = reader.u32();
  const turns = Math.round((Date.now() / 1_000 - seconds) / 2 ** 32);
  return new Date((seconds + turns * 2 ** 32) * 1_000).toISOString().replace(/\D/g, '').slice(0, 14);
};

/** RFC 4034, section 4.1.2: blocks of 256 types, a bit for each. */
const types: Read = (reader) => {
  const found: string[] = [];
  while (reader.left > 0) {
    const block = reader.u8() * 256;
    [...reader.string()].forEach((byte, index) => {
      for (let bit = 0; bit < 8; bit += 1) if (byte & (0x80 >> bit)) found.push(typeName(block + index * 8 + bit));
    });
  }
  return found.join(' ');
};

const delegation = fields(u16, u8, u8, hex);
const certificate = fields(u8, u8, u8, hex);
const key = fields(u16, u8, u8, base64);
const signature = fields(typed, u8, u8, u32, stamp, stamp, u16, name, base64);
const texts: Read = (reader) => {
  const parts = [string(reader), ...reader.until(() => string(reader))];
  return parts.join(' ');
};
const salt: Read = (reader) => reader.string().toString('hex').toUpperCase() || '-';
/** RFC 8659, section 4.1. */
const propertyTag: Read = (reader) => {
  const tag = reader.string().toString('latin1');
  if (!/^[a-z0-9]+$/i.test(tag)) throw new Malformed('a tag that is no letters and digits');
  return tag;
};
/** RFC 6742. */
const identifier: Read = (reader) => groupsOf(reader.bytes(8)).replace(/\b0{1,3}/g, '');
const dashed = (bytes: Buffer): string => (bytes.toString('hex').match(/../g) ?? []).join('-');
const service = fields(u16, name, serviceParameters);

const DATA: Readonly<Record<string, Read>> = {
  A: ipv4,
  AAAA: ipv6,
  AFSDB: fields(u16, name),
  APL: prefixListText,
  AVC: texts,
  BRID: someBase64,
  CAA: fields(u8, propertyTag, (reader) => quoted(reader.bytes())),
  CDNSKEY: key,
  CDS: delegation,
  CERT: fields(
    (reader) => nameOfNumber(reader.u16(), CERTIFICATES),
    u16,
    (reader) => nameOfNumber(reader.u8(), ALGORITHMS),
    base64,
  ),
  CNAME: name,
  CSYNC: fields(u32, u16, types),
  DHCID: base64,
  DLV: delegation,
  DNAME: name,
  DNSKEY: key,
  DS: delegation,
  // RFC 9859, section 2.1.
  DSYNC: fields(typed, (reader) => nameOfNumber(reader.u8(), { 1: 'NOTIFY' }), u16, name),
  EUI48: (reader) => dashed(reader.bytes(6)),
  EUI64: (reader) => dashed(reader.bytes(8)),
  GPOS: fields(string, string, string),
  HHIT: someBase64,
  HINFO: fields(string, string),
  HIP: (reader) => {
    const [tag, algorithm, length] = [reader.u8(), reader.u8(), reader.u16()];
    const [hit, publicKey] = [reader.bytes(tag), reader.bytes(length)];
    const servers = [...reader.until(() => reader.name())];
    return [algorithm, hit.toString('hex').toUpperCase(), publicKey.toString('base64'), ...servers].join(' ');
  },
  HTTPS: service,
  IPSECKEY: (reader) => {
    const [precedence, gatewayType, algorithm] = [reader.u8(), reader.u8(), reader.u8()];
    const gateway = [() => '.', () => ipv4(reader), () => ipv6(reader), () => reader.name()][gatewayType];
    if (!gateway) throw new Malformed('an unknown kind of gateway');
    return [precedence, gatewayType, algorithm, gateway(), base64(reader)].join(' ').trimEnd();
  },
  KEY: key,
  KX: fields(u16, name),
  L32: fields(u16, ipv4),
  L64: fields(u16, identifier),
  LOC: locationText,
  LP: fields(u16, name),
  MB: name,
  MD: name,
  MF: name,
  MG: name,
  MINFO: fields(name, name),
  MR: name,
  MX: fields(u16, name),
  NAPTR: fields(u16, u16, string, string, string, name),
  NID: fields(u16, identifier),
  NINFO: texts,
  NS: name,
  'NSAP-PTR': name,
  NSEC: fields(name, types),
  NSEC3: fields(u8, u8, u16, salt, (reader) => base32hex(reader.string()), types),
  NSEC3PARAM: fields(u8, u8, u16, salt),
  OPENPGPKEY: base64,
  PTR: name,
  PX: fields(u16, name, name),
  RESINFO: texts,
  RP: fields(name, name),
  RRSIG: signature,
  RT: fields(u16, name),
  SIG: signature,
  SMIMEA: certificate,
  SOA: fields(name, name, u32, u32, u32, u32, u32),
  SPF: texts,
  SRV: fields(u16, u16, u16, name),
  SSHFP: fields(u8, u8, hex),
  SVCB: service,
  TA: delegation,
  TALINK: fields(name, name),
  TLSA: certificate,
  TXT: texts,
  URI: fields(u16, u16, (reader) => quoted(reader.bytes())),
  WALLET: texts,
  X25: string,
  ZONEMD: fields(u32, u8, u8, hex),
};

/** RFC 4398, section 2.1. */
const CERTIFICATES: Readonly<Record<number, string>> = {
  1: 'PKIX',
  2: 'SPKI',
  3: 'PGP',
  4: 'IPKIX',
  5: 'ISPKI',
  6: 'IPGP',
  7: 'ACPKIX',
  8: 'IACPKIX',
  253: 'URI',
  254: 'OID',
};

const ALGORITHMS: Readonly<Record<number, string>> = {
  1: 'RSAMD5',
  2: 'DH',
  3: 'DSA',
  5: 'RSASHA1',
  6: 'NSEC3DSA',
  7: 'NSEC3RSASHA1',
  8: 'RSASHA256',
  10: 'RSASHA512',
  12: 'ECCGOST',
  13: 'ECDSAP256SHA256',
  14: 'ECDSAP384SHA384',
  15: 'ED25519',
  16: 'ED448',
  252: 'INDIRECT',
  253: 'PRIVATEDNS',
  254: 'PRIVATEOID',
};

function nameOfNumber(number: number, names: Readonly<Record<number, string>>): string {
  return names[number] ?? String(number);
}

/** The data of a record in the syntax of zone files. Throws {@link Malformed}. */
export function dataText(type: number, reader: WireReader): DataText {
  const known = typeName(type);
  const read = Object.hasOwn(DATA, known) ? DATA[known] : undefined;
  if (!read) {
    // RFC 3597, section 5: the syntax for records of an unknown type.
    const length = reader.left;
    return { data: `\\# ${length} ${hex(reader)}`.trimEnd() };
  }
  if (read !== texts) return { data: read(reader) };
  const from = reader.at;
  const data = texts(reader);
  reader.at = from;
  const whole = Buffer.concat([...reader.until(() => reader.string())]);
  return { data, joined: isUtf8(whole) ? `"${whole.toString().replace(/["\\]/g, '\\$&')}"` : quoted(whole) };
}

/** RFC 4648, section 7: the encoding of hashed owner names. */
function base32hex(data: Buffer): string {
  const bits = [...data].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? [])
    .map((five) => Number.parseInt(five.padEnd(5, '0'), 2).toString(32))
    .join('')
    .toUpperCase();
}
