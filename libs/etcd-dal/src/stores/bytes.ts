import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** A value stays far below this size unpacked; a larger one is not ours. */
const MAX_BYTES = 16 * 1_048_576;

/** Appends numbers as bytes: small ones take one. */
export class ByteWriter {
  private bytes = Buffer.allocUnsafe(4_096);
  private length = 0;

  byte(value: number): void {
    this.room(1);
    this.bytes[this.length++] = value;
  }

  /** A whole number from 0 to 2^53. */
  count(value: number): void {
    this.room(8);
    let left = value;
    while (left > 0x7f) {
      this.bytes[this.length++] = (left % 128) + 128;
      left = Math.floor(left / 128);
    }
    this.bytes[this.length++] = left;
  }

  /** A whole number that may be negative. */
  signed(value: number): void {
    this.count(value < 0 ? -2 * value - 1 : 2 * value);
  }

  text(value: string): void {
    const bytes = Buffer.from(value);
    this.count(bytes.length);
    this.room(bytes.length);
    bytes.copy(this.bytes, this.length);
    this.length += bytes.length;
  }

  done(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  private room(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * this.bytes.length + more);
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }
}

/** Reads what a {@link ByteWriter} wrote. Throws a `RangeError` where that ends. */
export class ByteReader {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  byte(): number {
    const value = this.bytes[this.at++];
    if (value === undefined) throw new RangeError('it ends too early');
    return value;
  }

  count(): number {
    const first = this.bytes[this.at];
    // Most numbers take one byte.
    if (first !== undefined && first < 128) {
      this.at++;
      return first;
    }
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.byte();
      if (byte < 128) return value + byte * factor;
      value += (byte - 128) * factor;
      factor *= 128;
      if (factor > 2 ** 56) throw new RangeError('a number is too large');
    }
  }

  /** Passes over bytes. */
  skip(count: number): void {
    this.at += count;
  }

  /** Passes over numbers: their last byte is below 128. */
  pass(numbers: number): void {
    let { at } = this;
    for (let left = numbers; left > 0; at++) {
      const byte = this.bytes[at];
      if (byte === undefined) throw new RangeError('it ends too early');
      if (byte < 128) left--;
    }
    this.at = at;
  }

  signed(): number {
    const value = this.count();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  text(): string {
    const length = this.count();
    const end = this.at + length;
    if (end > this.bytes.length) throw new RangeError('it ends too early');
    const value = this.bytes.toString('utf8', this.at, end);
    this.at = end;
    return value;
  }

  /** The bytes from here on. */
  get rest(): Buffer {
    return this.bytes.subarray(this.at);
  }
}

export function deflated(bytes: Buffer): Buffer {
  return deflateRawSync(bytes, { level: 9 });
}

export function unpacked(bytes: Buffer): Buffer {
  return inflateRawSync(bytes, { maxOutputLength: MAX_BYTES });
}
