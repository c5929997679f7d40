const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIRST_BYTES = 65_536;
/** Of a varint with 53 bits. */
const LONGEST = 8;

/** Writes the part of protocol buffers that remote write needs (https://protobuf.dev/programming-guides/encoding/), into one buffer. */
export class MessageWriter {
  private buffer = Buffer.allocUnsafe(FIRST_BYTES);
  private end = 0;

  /** An unsigned integer of at most 53 bits. */
  integer(field: number, value: number): this {
    this.varint(field * 8 + VARINT);
    this.varint(value);
    return this;
  }

  double(field: number, value: number): this {
    this.varint(field * 8 + FIXED64);
    this.reserve(8);
    this.end = this.buffer.writeDoubleLE(value, this.end);
    return this;
  }

  text(field: number, value: string): this {
    return this.message(field, () => {
      this.reserve(value.length * 3);
      this.end += this.buffer.write(value, this.end);
    });
  }

  /** A list of unsigned integers, packed. */
  integers(field: number, values: readonly number[]): this {
    return this.message(field, () => {
      for (const value of values) this.varint(value);
    });
  }

  /** What `write` writes, as a field of its own. */
  message(field: number, write: () => void): this {
    this.varint(field * 8 + BYTES);
    const start = this.end;
    write();
    const length = this.end - start;
    // The length comes first, and its own length depends on it.
    this.varint(length);
    const taken = this.end - start - length;
    this.buffer.copyWithin(start + taken, start, start + length);
    this.end = start;
    this.varint(length);
    this.end += length;
    return this;
  }

  finish(): Buffer {
    return this.buffer.subarray(0, this.end);
  }

  private varint(value: number): void {
    this.reserve(LONGEST);
    let rest = value;
    // Not by shifting: a time in milliseconds has more than 32 bits.
    while (rest >= 128) {
      this.buffer[this.end++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.buffer[this.end++] = rest;
  }

  private reserve(bytes: number): void {
    if (this.end + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.end + bytes));
    this.buffer.copy(larger, 0, 0, this.end);
    this.buffer = larger;
  }
}
