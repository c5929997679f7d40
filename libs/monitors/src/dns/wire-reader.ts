import { nameText } from './domain-name.js';

/** A message, or a record of it, ends too early or is invalid. */
export class Malformed extends Error {}

/** More than any name can need that points to each label of its end once. */
const MAX_POINTERS = 127;
const MAX_NAME_BYTES = 255;

/** Reads a part of a message from beginning to end. All numbers are big-endian. */
export class WireReader {
  constructor(
    private readonly message: Buffer,
    public at = 0,
    readonly end = message.length,
  ) {}

  get left(): number {
    return this.end - this.at;
  }

  u8(): number {
    return this.message.readUInt8(this.step(1));
  }

  u16(): number {
    return this.message.readUInt16BE(this.step(2));
  }

  /** Skips two bytes if they are these. */
  skips(bytes: number): boolean {
    if (this.left < 2 || this.message.readUInt16BE(this.at) !== bytes) return false;
    this.at += 2;
    return true;
  }

  u32(): number {
    return this.message.readUInt32BE(this.step(4));
  }

  bytes(length = this.left): Buffer {
    const from = this.step(length);
    return this.message.subarray(from, from + length);
  }

  /** A text after its length. */
  string(): Buffer {
    return this.bytes(this.u8());
  }

  /** A part of the rest, to read separately. */
  part(length: number): WireReader {
    const from = this.step(length);
    return new WireReader(this.message, from, from + length);
  }

  /** A name, whose end may be earlier in the message (RFC 1035, section 4.1.4). Its cost does not depend on the message. */
  name(): string {
    const labels: Buffer[] = [];
    let total = 1;
    let pointers = 0;
    let from = this.at;
    let at = this.at;
    // Only its beginning must be within the part.
    let end = this.end;
    for (;;) {
      if (at >= end) throw new Malformed('a name ends too early');
      const length = this.message.readUInt8(at);
      if (length >= 0xc0) {
        if (at + 2 > end) throw new Malformed('a name ends too early');
        const to = this.message.readUInt16BE(at) & 0x3fff;
        if (to >= from || ++pointers > MAX_POINTERS) throw new Malformed('a name points at itself');
        if (pointers === 1) this.at = at + 2;
        end = this.message.length;
        from = at = to;
      } else if (length > 0x3f) {
        throw new Malformed('a label of an unknown kind');
      } else if (length === 0) {
        if (pointers === 0) this.at = at + 1;
        return nameText(labels);
      } else {
        total += 1 + length;
        if (total > MAX_NAME_BYTES || at + 1 + length > end) throw new Malformed('a name is too long');
        labels.push(this.message.subarray(at + 1, at + 1 + length));
        at += 1 + length;
      }
    }
  }

  /** Reads with `read` until the end. */
  *until<T>(read: () => T): Generator<T> {
    while (this.left > 0) yield read();
  }

  private step(length: number): number {
    const from = this.at;
    if (length < 0 || from + length > this.end) throw new Malformed('it ends too early');
    this.at += length;
    return from;
  }
}
