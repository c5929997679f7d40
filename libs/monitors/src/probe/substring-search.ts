import { Head } from '@9volt/process';

const HEAD_BYTES = 2_048;

/**
 * Looks for a text in a stream, chunk by chunk. It keeps the stream's beginning, for messages, and as much of its end as the text
 * could begin in: memory does not grow with the stream.
 */
export class SubstringSearch {
  found: boolean;
  private readonly needle: Buffer;
  private tail: Buffer = Buffer.alloc(0);
  private readonly begin = new Head(HEAD_BYTES);

  constructor(text: string) {
    this.needle = Buffer.from(text);
    this.found = this.needle.length === 0;
  }

  get bytes(): number {
    return this.begin.bytes;
  }

  /** Returns whether the text has been found, in this chunk or before. */
  push(chunk: Buffer): boolean {
    this.begin.push(chunk);
    if (this.found) return true;
    const seam = this.needle.length - 1;
    const joint = Buffer.concat([this.tail, chunk.subarray(0, seam)]);
    this.found = joint.includes(this.needle) || chunk.includes(this.needle);
    this.tail = this.found ? Buffer.alloc(0) : lastBytes(this.tail, chunk, seam);
    return this.found;
  }

  /** The beginning of the stream as text. */
  head(): string {
    return this.begin.text();
  }
}

function lastBytes(tail: Buffer, chunk: Buffer, count: number): Buffer {
  if (count === 0) return Buffer.alloc(0);
  if (chunk.length >= count) return Buffer.from(chunk.subarray(chunk.length - count));
  return Buffer.concat([tail, chunk]).subarray(-count);
}
