import { pipeline, Readable } from 'node:stream';
import { constants, crc32, createInflateRaw } from 'node:zlib';
import type { Scope } from '@9volt/process';

const GZIP = Buffer.from([0x1f, 0x8b]);
const HEADER_BYTES = 10;
const TRAILER_BYTES = 8;
const DEFLATE = 8;
const [HAS_CRC, HAS_EXTRA, HAS_NAME, HAS_COMMENT, RESERVED] = [0x02, 0x04, 0x08, 0x10, 0xe0] as const;
/** Limit of the texts of a header. */
const MAX_HEADER_BYTES = 131_072;

export function isGzip(begin: Buffer): boolean {
  return begin[0] === 0x1f && begin[1] === 0x8b;
}

/**
 * Decompresses gzip (RFC 1952), all of its members. What follows the last one is no part of it, as for gunzip and browsers; zlib
 * would fail, and lose the text before it. A member may end early.
 */
export async function* gunzipped(pieces: AsyncIterator<Buffer>, scope: Scope): AsyncGenerator<Buffer> {
  const source = new Source(pieces);
  for (let isFirst = true; ; isFirst = false) {
    const header = await headerOf(source);
    if (header === 'invalid' && isFirst) throw new Error('incorrect header check');
    if (header !== 'valid') return;
    let [sum, bytes] = [0, 0];
    for await (const chunk of inflated(source, scope)) {
      sum = crc32(chunk, sum);
      bytes += chunk.length;
      yield chunk;
    }
    if (!(await source.has(TRAILER_BYTES))) return;
    const trailer = source.take(TRAILER_BYTES);
    if (trailer.readUInt32LE() !== sum) throw new Error('incorrect data check');
    if (trailer.readUInt32LE(4) !== bytes % 2 ** 32) throw new Error('incorrect length check');
  }
}

/** Takes the header of a member. */
async function headerOf(source: Source): Promise<'valid' | 'invalid' | 'cut'> {
  if (!(await source.has(HEADER_BYTES)))
    return GZIP.subarray(0, source.held.length).equals(source.held.subarray(0, 2)) ? 'cut' : 'invalid';
  const head = source.take(HEADER_BYTES);
  const flags = head.readUInt8(3);
  if (!isGzip(head) || head[2] !== DEFLATE || (flags & RESERVED) !== 0) return 'invalid';
  if ((flags & HAS_EXTRA) !== 0) {
    if (!(await source.has(2))) return 'cut';
    const length = source.take(2).readUInt16LE();
    if (!(await source.has(length))) return 'cut';
    source.take(length);
  }
  for (const text of [HAS_NAME, HAS_COMMENT]) {
    if ((flags & text) !== 0 && !(await skipText(source))) return 'cut';
  }
  if ((flags & HAS_CRC) !== 0) {
    if (!(await source.has(2))) return 'cut';
    source.take(2);
  }
  return 'valid';
}

async function skipText(source: Source): Promise<boolean> {
  for (;;) {
    const end = source.held.indexOf(0);
    if (end >= 0) {
      source.take(end + 1);
      return true;
    }
    if (source.held.length > MAX_HEADER_BYTES || !(await source.has(source.held.length + 1))) return false;
  }
}

/** The text of one member; afterwards the source is behind its last byte. */
async function* inflated(source: Source, scope: Scope): AsyncGenerator<Buffer> {
  const decoder = createInflateRaw({ finishFlush: constants.Z_SYNC_FLUSH });
  scope.onEnd(() => void decoder.destroy());
  const fed: Buffer[] = [];
  let dropped = 0;
  let settle = (): void => undefined;
  const settled = new Promise<void>((resolve) => (settle = resolve));
  const feed = async function* (): AsyncGenerator<Buffer> {
    try {
      for (let piece = await source.next(); piece !== undefined; piece = await source.next()) {
        while (fed[0] && dropped + fed[0].length <= decoder.bytesWritten) dropped += (fed.shift() as Buffer).length;
        fed.push(piece);
        yield piece;
      }
    } finally {
      settle();
    }
  };
  pipeline(Readable.from(feed()), decoder, () => undefined);
  yield* decoder as AsyncIterable<Buffer>;
  // It may still have asked for a piece.
  await settled;
  source.unread(Buffer.concat(fed).subarray(decoder.bytesWritten - dropped));
}

/** Pieces of a stream, of which some can be given back. */
class Source {
  held: Buffer = Buffer.alloc(0);

  constructor(private readonly pieces: AsyncIterator<Buffer>) {}

  /** Whether this many bytes are held, after waiting for them. */
  async has(bytes: number): Promise<boolean> {
    while (this.held.length < bytes) {
      const { value, done } = await this.pieces.next();
      if (done) return false;
      this.held = Buffer.concat([this.held, value]);
    }
    return true;
  }

  take(bytes: number): Buffer {
    const taken = this.held.subarray(0, bytes);
    this.held = this.held.subarray(bytes);
    return taken;
  }

  unread(piece: Buffer): void {
    this.held = Buffer.concat([piece, this.held]);
  }

  /** The next piece; undefined at the end. */
  async next(): Promise<Buffer | undefined> {
    if (this.held.length > 0) return this.take(this.held.length);
    const { value, done } = await this.pieces.next();
    return done ? undefined : value;
  }
}
