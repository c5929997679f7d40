import { guarded } from '@9volt/contracts';
import type { Readable } from 'node:stream';
import type { Share } from './byte-budget.js';

export interface ReadBytes {
  bytes: Buffer;
  /** Whether that is all of it, and why not. */
  end: 'whole' | 'too-long' | 'no-room' | 'in-crumbs';
}

const FIRST_BYTES = 4_096;
/** A client that sends so many tiny pieces wants to keep this process busy. */
const MAX_CRUMBS = 2_000;
const CRUMB_BYTES = 16;

/**
 * Reads a stream into one buffer, up to a limit and as far as there is room. Pieces of a byte cost no more than one large piece,
 * because it does not keep the pieces. The caller drains the rest of the stream.
 */
export function readBytes(stream: Readable, limit: number, share: Share): Promise<ReadBytes> {
  return new Promise((resolve, reject) => {
    let buffer = Buffer.alloc(0);
    let length = 0;
    let pieces = 0;
    const finish = (end: ReadBytes['end']): void => {
      stream.off('data', onData).off('end', onEnd).off('error', reject);
      stream.on('error', () => undefined);
      resolve({ bytes: buffer.subarray(0, length), end });
    };
    const onEnd = guarded('the end of a body', () => finish('whole'));
    const onData = guarded('a piece of a body', (piece: Buffer) => {
      const kept = Math.min(length + piece.length, limit);
      if (kept > buffer.length) {
        const size = Math.min(Math.max(2 * buffer.length, kept, FIRST_BYTES), limit);
        if (!share.take(size - buffer.length)) return finish('no-room');
        const larger = Buffer.allocUnsafeSlow(size);
        buffer.copy(larger, 0, 0, length);
        buffer = larger;
      }
      const isTooLong = length + piece.length > limit;
      piece.copy(buffer, length, 0, kept - length);
      length = kept;
      pieces += 1;
      if (isTooLong) finish('too-long');
      else if (pieces > MAX_CRUMBS && length < pieces * CRUMB_BYTES) finish('in-crumbs');
    });
    stream.on('data', onData).on('end', onEnd).on('error', reject);
  });
}
