import { crc32 } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ANSWER, decodeAnswer, encodePacket, NrpeError, type NrpeVersion, packetLength } from './packet.js';

/** Up to the length that the beginning announces, as read from a connection. */
const onTheWire = (version: NrpeVersion, exitCode: number, output: string): Buffer => {
  const packet = encodePacket(version, ANSWER, exitCode, output);
  return packet.subarray(0, packetLength(packet));
};

describe('a packet of NRPE', () => {
  it.each<NrpeVersion>([2, 3, 4])('of version %d comes back as it was written', (version) => {
    const output = fc.string({ unit: 'grapheme', maxLength: 200 }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(output, fc.integer({ min: -32_768, max: 32_767 }), (text, exitCode) => {
        expect(decodeAnswer(onTheWire(version, exitCode, text))).toEqual({ exitCode, output: text });
      }),
    );
  });

  it('of an old locale is read as text', () => {
    const packet = encodePacket(4, ANSWER, 1, 'WARNING - Gr__e');
    packet.set(Buffer.from('Gr\xf6\xdfe', 'latin1'), packet.indexOf('Gr__e'));
    packet.writeUInt32BE(0, 4);
    packet.writeUInt32BE(crc32(packet), 4);
    expect(decodeAnswer(packet).output).toBe('WARNING - Größe');
  });

  it('of version 2 contains 1,023 bytes', () => {
    const packet = onTheWire(2, 0, 'x'.repeat(2_000));
    expect(packet.length).toBe(1_036);
    expect(decodeAnswer(packet).output).toHaveLength(1_024);
  });

  it('reports its length as soon as possible', () => {
    const packet = encodePacket(4, ANSWER, 0, 'OK');
    expect([0, 1, 2, 15, 16].map((bytes) => packetLength(packet.subarray(0, bytes)))).toEqual([
      ...[undefined, undefined, undefined, undefined],
      packet.length,
    ]);
    expect(packetLength(encodePacket(2, ANSWER, 0, 'OK').subarray(0, 2))).toBe(1_036);
  });

  it.each([
    ['another protocol', () => packetLength(Buffer.from('HTTP/1.1 400'))],
    ['an absurd length', () => packetLength(Buffer.from('0004000200000000000000007fffffff', 'hex'))],
    ['a question', () => decodeAnswer(encodePacket(4, 1, 0, 'OK'))],
  ])('that is %s is refused', (_what, read) => {
    expect(read).toThrow(NrpeError);
  });

  it.each<NrpeVersion>([2, 3, 4])('of version %d is refused when any bit of it has changed', (version) => {
    const packet = onTheWire(version, 2, 'DISK CRITICAL');
    fc.assert(
      fc.property(fc.nat(packet.length * 8 - 1), (bit) => {
        const damaged = Buffer.from(packet);
        damaged.writeUInt8(damaged.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        // A version that changed to another known one is refused by its checksum, too.
        expect(() => decodeAnswer(damaged)).toThrow(NrpeError);
      }),
    );
  });
});
