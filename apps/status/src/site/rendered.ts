import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

/** An answer in memory, ready to be sent. */
export interface Rendered {
  body: Buffer;
  /** Absent if it is not shorter. */
  gzipped?: Buffer;
  type: string;
  etag: string;
  /** Milliseconds since the epoch. */
  modifiedAt: number;
}

/** Below this nothing is gained. */
const WORTH_BYTES = 1_024;

export function rendered(text: string, type: string, now: number): Rendered {
  const body = Buffer.from(text);
  const gzipped = body.length < WORTH_BYTES ? undefined : gzipSync(body);
  return {
    body,
    ...(gzipped ? { gzipped } : {}),
    type,
    etag: `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
    modifiedAt: Math.floor(now / 1_000) * 1_000,
  };
}
