import { BrokenAnswer } from './head.js';

const MAX_SIZE_DIGITS = 16;
/** Limit of the extensions of a chunk, and of all trailers together. */
const MAX_LINE_BYTES = 16_384;

const HEX = /^[0-9a-f]+/i;
const LF = 0x0a;
const CR = 0x0d;

/** Decodes a body in chunks (RFC 9112, section 7.1), as leniently as curl does. */
export class ChunkedReader {
  /** Whether the last chunk and its trailers have come. Later bytes are not part of this body. */
  done = false;
  private state: 'size' | 'data' | 'behind' | 'trailer' = 'size';
  private left = 0;
  private line: number[] = [];
  private trailerBytes = 0;

  constructor(private readonly oddities: Set<string>) {}

  /** The parts of the body in a piece of the stream. Throws {@link BrokenAnswer}. */
  push(piece: Buffer): Buffer[] {
    const parts: Buffer[] = [];
    for (let at = 0; at < piece.length && !this.done;) {
      if (this.state === 'data') {
        const part = piece.subarray(at, at + this.left);
        parts.push(part);
        at += part.length;
        this.left -= part.length;
        if (this.left === 0) this.state = 'behind';
        continue;
      }
      const byte = piece[at] as number;
      at += 1;
      if (this.state === 'behind') this.takeBehind(byte);
      else if (byte === LF) this.takeLine(Buffer.from(this.line).toString('latin1').replace(/\r$/, ''));
      else this.takeByte(byte);
    }
    return parts;
  }

  private takeByte(byte: number): void {
    this.line.push(byte);
    const limit = this.state === 'trailer' ? MAX_LINE_BYTES - this.trailerBytes : MAX_LINE_BYTES;
    if (this.line.length > limit)
      throw broken(`a line between its chunks is longer than ${MAX_LINE_BYTES / 1_024} KiB`);
  }

  private takeBehind(byte: number): void {
    if (byte === LF) this.state = 'size';
    else if (byte !== CR) throw broken('a chunk is longer than it says');
  }

  private takeLine(line: string): void {
    this.line = [];
    if (this.state === 'trailer') return this.takeTrailer(line);
    const [digits] = HEX.exec(line) ?? [];
    if (digits === undefined) throw broken(`'${line.slice(0, 40).replace(/[^\x20-\x7e]/g, '?')}' is not a chunk size`);
    if (digits.length > MAX_SIZE_DIGITS) throw broken(`the size of a chunk has more than ${MAX_SIZE_DIGITS} digits`);
    const behind = line.slice(digits.length);
    if (behind !== '' && !behind.startsWith(';')) this.oddities.add('something behind the size of a chunk');
    this.left = Number.parseInt(digits, 16);
    this.state = this.left === 0 ? 'trailer' : 'data';
  }

  private takeTrailer(line: string): void {
    this.trailerBytes += line.length;
    if (line === '') this.done = true;
    // A line that begins with a space continues the one before, as in the head.
    else if (!/^[ \t]/.test(line) && !line.includes(':')) throw broken('a trailer has no colon');
  }
}

function broken(message: string): BrokenAnswer {
  return new BrokenAnswer(`the body is not valid HTTP: ${message}`);
}
