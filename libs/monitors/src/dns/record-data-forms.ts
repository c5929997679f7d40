import { isUtf8 } from 'node:buffer';
import { ipv6Text, quoted } from './zone-text.js';
import { Malformed, type WireReader } from './wire-reader.js';

/** RFC 1876: `52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m`. */
export function locationText(reader: WireReader): string {
  const version = reader.u8();
  if (version !== 0)
    return `\\# ${reader.left + 1} ${Buffer.concat([Buffer.from([version]), reader.bytes()])
      .toString('hex')
      .toUpperCase()}`;
  const [size, horizontal, vertical] = [reader.u8(), reader.u8(), reader.u8()].map(metres);
  const [latitude, longitude] = [angle(reader.u32(), 90, 'N', 'S'), angle(reader.u32(), 180, 'E', 'W')];
  const centimetres = reader.u32() - 10_000_000;
  const altitude = `${centimetres < 0 ? '-' : ''}${hundredths(Math.abs(centimetres))}m`;
  return [latitude, longitude, altitude, size, horizontal, vertical].join(' ');
}

function angle(written: number, most: number, above: string, below: string): string {
  const thousandths = Math.abs(written - 2 ** 31);
  if (thousandths > most * 3_600_000) throw new Malformed('an invalid angle');
  const [seconds, minutes] = [Math.floor(thousandths / 1_000), Math.floor(thousandths / 60_000)];
  const fraction = String(thousandths % 1_000).padStart(3, '0');
  return `${Math.floor(minutes / 60)} ${minutes % 60} ${seconds % 60}.${fraction} ${written >= 2 ** 31 ? above : below}`;
}

/** A digit and its power of ten, in centimetres. */
function metres(written: number): string {
  const [digit, power] = [written >> 4, written & 0xf];
  if (digit > 9 || power > 9 || (digit === 0 && power > 0)) throw new Malformed('an invalid size');
  return power >= 2 ? `${digit * 10 ** (power - 2)}m` : `${hundredths(digit * 10 ** power)}m`;
}

function hundredths(number: number): string {
  return `${Math.floor(number / 100)}.${String(number % 100).padStart(2, '0')}`;
}

/** RFC 3123: `1:192.0.2.0/24 !2:2001:db8::/32`. */
export function prefixListText(reader: WireReader): string {
  const items: string[] = [];
  while (reader.left > 0) {
    const [family, prefix, rest] = [reader.u16(), reader.u8(), reader.u8()];
    const given = reader.bytes(rest & 0x7f);
    const length = family === 1 ? 4 : family === 2 ? 16 : 0;
    if (given.length > length) throw new Malformed('an address of an unknown kind');
    const address = Buffer.concat([given, Buffer.alloc(length - given.length)]);
    items.push(
      `${rest & 0x80 ? '!' : ''}${family}:${family === 1 ? [...address].join('.') : ipv6Text(address)}/${prefix}`,
    );
  }
  return items.join(' ');
}

/** RFC 9460, section 14.3.2. */
const SERVICE_KEYS = ['mandatory', 'alpn', 'no-default-alpn', 'port', 'ipv4hint', 'ech', 'ipv6hint', 'dohpath'];

/** RFC 9460, section 2.1: `alpn="h2,h3" port=8443`. */
export function serviceParameters(reader: WireReader): string {
  const found: string[] = [];
  let last = -1;
  while (reader.left > 0) {
    const key = reader.u16();
    if (key <= last) throw new Malformed('parameters of a service in the wrong order');
    last = key;
    const value = reader.part(reader.u16());
    found.push(parameter(key, value));
    if (value.left > 0) throw new Malformed('a parameter of a service is longer than it should be');
  }
  return found.join(' ');
}

function parameter(key: number, value: WireReader): string {
  const name = keyName(key);
  switch (name) {
    case 'mandatory':
      return `${name}=${[...value.until(() => keyName(value.u16()))].join(',')}`;
    case 'alpn': {
      // Escapes distinguish a comma within a protocol from one between two.
      const protocols = [...value.until(() => value.string().toString('latin1').replace(/[\\,]/g, '\\$&'))];
      return `${name}=${quoted(Buffer.from(protocols.join(','), 'latin1'))}`;
    }
    case 'no-default-alpn':
      return name;
    case 'port':
      return `${name}=${value.u16()}`;
    case 'ipv4hint':
      return `${name}=${[...value.until(() => [...value.bytes(4)].join('.'))].join(',')}`;
    case 'ipv6hint':
      return `${name}=${[...value.until(() => ipv6Text(value.bytes(16)))].join(',')}`;
    case 'dohpath': {
      // RFC 9461, section 5.
      const path = value.bytes();
      if (!isUtf8(path) || !/^\/.*\{\?(.*,)?dns(,.*)?\}/.test(path.toString()))
        throw new Malformed('a dohpath without {?dns}');
      return `${name}=${quoted(path)}`;
    }
    case 'ech':
      return `${name}=${value.bytes().toString('base64')}`;
    default:
      return value.left === 0 ? name : `${name}=${quoted(value.bytes())}`;
  }
}

function keyName(key: number): string {
  return SERVICE_KEYS[key] ?? `key${key}`;
}
