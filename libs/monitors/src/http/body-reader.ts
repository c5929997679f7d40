import { SubstringSearch } from '../probe/substring-search.js';

/** How much of a body is read, counted after decompression. */
export const MAX_BODY_BYTES = 1_048_576;

export interface BodyWishes {
  /** Texts that are looked for as the body comes, and are not kept. */
  wanted: string | undefined;
  unwanted: string | undefined;
  /** How many bytes of its beginning are kept. */
  keepBytes: number;
}

/** Reads a body as far as that is needed to judge it, and keeps as little of it. */
export class BodyReader {
  readonly wanted: SubstringSearch;
  readonly unwanted: SubstringSearch | undefined;
  private readonly keepBytes: number;
  private readonly chunks: Buffer[] = [];
  private keptBytes = 0;

  constructor({ wanted, unwanted, keepBytes }: BodyWishes) {
    this.wanted = new SubstringSearch(wanted ?? '');
    this.unwanted = unwanted ? new SubstringSearch(unwanted) : undefined;
    this.keepBytes = keepBytes;
  }

  get bytes(): number {
    return this.wanted.bytes;
  }

  /** The beginning of the body as text, for messages. */
  head(): string {
    return this.wanted.head();
  }

  kept(): Buffer {
    return Buffer.concat(this.chunks);
  }

  /** Returns whether enough was read. */
  push(chunk: Buffer): boolean {
    const found = this.wanted.push(chunk);
    if (this.unwanted?.push(chunk)) return true;
    if (this.keptBytes < this.keepBytes) {
      // Copied: a slice would keep the whole chunk alive.
      const part = Buffer.from(chunk.subarray(0, this.keepBytes - this.keptBytes));
      this.chunks.push(part);
      this.keptBytes += part.length;
    }
    if (this.bytes >= MAX_BODY_BYTES) return true;
    return found && this.unwanted === undefined && this.keptBytes >= this.keepBytes;
  }
}
