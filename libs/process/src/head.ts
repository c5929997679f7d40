/** The beginning of a stream: keeps no more than its limit, however long the stream is. */
export class Head {
  bytes = 0;
  private readonly chunks: Buffer[] = [];

  constructor(private readonly limit: number) {}

  push(chunk: Buffer): void {
    const left = this.limit - this.bytes;
    this.bytes += chunk.length;
    // Copied: a slice would keep the whole chunk alive.
    if (left > 0) this.chunks.push(Buffer.from(chunk.subarray(0, left)));
  }

  buffer(): Buffer {
    return Buffer.concat(this.chunks);
  }

  text(): string {
    return new TextDecoder().decode(this.buffer());
  }
}
