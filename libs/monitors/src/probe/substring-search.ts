const HEAD_BYTES = 2_048;

/**
 * Looks for a text in a stream, chunk by chunk. It keeps the stream's head, for messages, and as much of its tail as the text
 * could begin in: memory does not grow with the stream.
 */
export class SubstringSearch {
  found: boolean;
  bytes = 0;
  private readonly needle: Buffer;
  private tail: Buffer = Buffer.alloc(0);
  private readonly headChunks: Buffer[] = [];
  private headBytes = 0;

  constructor(text: string) {
    this.needle = Buffer.from(text);
    this.found = this.needle.length === 0;
  }

  /** Returns whether the text has been found, in this chunk or before. */
  push(chunk: Buffer): boolean {
    this.bytes += chunk.length;
    if (this.headBytes < HEAD_BYTES) {
      // Copied: a slice would keep the whole chunk alive.
      const part = Buffer.from(chunk.subarray(0, HEAD_BYTES - this.headBytes));
      this.headChunks.push(part);
      this.headBytes += part.length;
    }
    if (this.found) return true;
    const seam = this.needle.length - 1;
    const joint = Buffer.concat([this.tail, chunk.subarray(0, seam)]);
    this.found = joint.includes(this.needle) || chunk.includes(this.needle);
    this.tail = this.found ? Buffer.alloc(0) : lastBytes(this.tail, chunk, seam);
    return this.found;
  }

  /** The beginning of the stream as text. */
  head(): string {
    return new TextDecoder().decode(Buffer.concat(this.headChunks));
  }
}

function lastBytes(tail: Buffer, chunk: Buffer, count: number): Buffer {
  if (count === 0) return Buffer.alloc(0);
  if (chunk.length >= count) return Buffer.from(chunk.subarray(chunk.length - count));
  return Buffer.concat([tail, chunk]).subarray(-count);
}
