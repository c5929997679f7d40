import { crc32 } from 'node:zlib';
import { pluginText } from '../nagios/plugin-text.js';

/**
 * The packets of NRPE, by the sources of its daemon (https://github.com/NagiosEnterprises/nrpe, include/common.h). All numbers are
 * big-endian.
 *
 * Version 2: version, type, CRC-32, result, 1,024 bytes of text (the payload: NSClient++ can use another length), 2 of padding.
 * Versions 3 and 4: version, type, CRC-32, result, 2 bytes of
 * alignment, the length of the text, the text. In version 3 three zero bytes follow that nobody reads, and that the CRC covers.
 */
export type NrpeVersion = 2 | 3 | 4;

export interface NrpeAnswer {
  exitCode: number;
  output: string;
}

/** The answer is invalid; the message says why. */
export class NrpeError extends Error {
  override readonly name = 'NrpeError';
}

export const QUERY = 1;
export const ANSWER = 2;

const V2_TEXT_AT = 10;
const V2_PADDING = 2;
/** The payload of version 2, unless both ends use another length. */
export const PAYLOAD_BYTES = 1_024;
/** The largest configurable payload. */
export const MAX_PAYLOAD_BYTES = 65_536;
/** The length of a packet of version 2 with such a payload. */
const v2Bytes = (payload: number): number => V2_TEXT_AT + payload + V2_PADDING;
const TEXT_AT = 16;
const V3_TAIL_BYTES = 3;
/** The daemon sends no more than 64 KiB. */
const MAX_TEXT_BYTES = 1_048_576;

/** The longest query of a version, in bytes. */
export function maxQueryBytes(version: NrpeVersion, payload: number): number {
  return version === 2 ? payload - 1 : 65_535;
}

/** A packet with this text and a NUL at its end. No packet is shorter than one of version 2, as in Nagios' own client. */
export function encodePacket(
  version: NrpeVersion,
  type: number,
  result: number,
  text: string,
  payload = PAYLOAD_BYTES,
): Buffer {
  const bytes = Buffer.from(`${text}\0`);
  const around = TEXT_AT + (version === 3 ? V3_TAIL_BYTES : 0);
  const packet = Buffer.alloc(
    version === 2 ? v2Bytes(payload) : Math.max(v2Bytes(PAYLOAD_BYTES), around + bytes.length),
  );
  packet.writeUInt16BE(version, 0);
  packet.writeUInt16BE(type, 2);
  packet.writeInt16BE(result, 8);
  if (version !== 2) packet.writeUInt32BE(packet.length - around, 12);
  bytes.copy(packet, version === 2 ? V2_TEXT_AT : TEXT_AT, 0, version === 2 ? payload : undefined);
  packet.writeUInt32BE(crc32(packet), 4);
  return packet;
}

/**
 * The length of the packet that begins with these bytes; undefined if they do not say yet. Throws {@link NrpeError} if they are not
 * a packet.
 */
export function packetLength(begin: Buffer, payload = PAYLOAD_BYTES): number | undefined {
  if (begin.length < 2) return undefined;
  const version = begin.readUInt16BE(0);
  if (version === 2) return v2Bytes(payload);
  if (version !== 3 && version !== 4) throw new NrpeError('the answer of the target is not NRPE');
  if (begin.length < TEXT_AT) return undefined;
  const length = begin.readUInt32BE(12);
  if (length > MAX_TEXT_BYTES) {
    throw new NrpeError(
      `the target announces an answer of ${length} bytes, and ${MAX_TEXT_BYTES} are the most that is read`,
    );
  }
  return TEXT_AT + length;
}

/**
 * Whether these bytes are a packet of version 2 with a payload of any length. Only the checksum of a packet shows its length: if it
 * is right, the packet is complete.
 */
export function isWholeV2(received: Buffer): boolean {
  return received.length > v2Bytes(0) && received.readUInt16BE(0) === 2 && isIntact(received);
}

/** What is wrong with the length of bytes that are not a packet of version 2, if it is the length. */
export function payloadHint(received: Buffer, payload: number): string {
  const sent = received.length - v2Bytes(0);
  if (received.length < 2 || received.readUInt16BE(0) !== 2 || sent === payload || sent <= 0) return '';
  return `: it has a payload of ${sent} bytes, and this monitor a payload-length of ${payload}`;
}

function isIntact(packet: Buffer): boolean {
  const whole = Buffer.from(packet);
  const checksum = whole.readUInt32BE(4);
  whole.writeUInt32BE(0, 4);
  return crc32(whole) === checksum;
}

/**
 * Reads a whole packet of the length that {@link packetLength} announces. Throws {@link NrpeError} for an invalid or damaged
 * answer.
 */
export function decodeAnswer(packet: Buffer): NrpeAnswer {
  const version = packet.readUInt16BE(0);
  const whole = version === 3 ? Buffer.concat([packet, Buffer.alloc(V3_TAIL_BYTES)]) : packet;
  if (!isIntact(whole)) throw new NrpeError('the answer is damaged: its checksum is wrong');
  if (whole.readUInt16BE(2) !== ANSWER) throw new NrpeError('the target sent something other than an answer');
  const text = version === 2 ? packet.subarray(V2_TEXT_AT, -V2_PADDING) : packet.subarray(TEXT_AT);
  const end = text.indexOf(0);
  return {
    exitCode: packet.readInt16BE(8),
    output: pluginText(end < 0 ? text : text.subarray(0, end), end < 0),
  };
}
