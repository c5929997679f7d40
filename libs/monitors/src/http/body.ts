import type { IncomingMessage } from 'node:http';
import type { Readable, Transform } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Scope } from '../probe/scope.js';
import { type BodyReader, MAX_BODY_BYTES } from './body-reader.js';

/** Reads a body, decompressed, until the reader has enough, or it ends. */
export function readBody(response: IncomingMessage, reader: BodyReader, scope: Scope): Promise<void> {
  const decoder = decoderOf(response.headers['content-encoding']);
  const body: Readable = decoder ? response.pipe(decoder) : response;
  scope.onEnd(() => void decoder?.destroy());
  return new Promise((resolve, reject) => {
    response.once('error', reject);
    decoder?.once('error', (cause) => reject(new Error(`cannot decompress the response: ${cause.message}`, { cause })));
    body.once('end', resolve);
    body.on('data', (chunk: Buffer) => {
      if (!reader.push(chunk.subarray(0, MAX_BODY_BYTES - reader.bytes))) return;
      body.removeAllListeners('data').pause();
      resolve();
    });
  });
}

function decoderOf(encoding: string | undefined): Transform | undefined {
  // A body that breaks off is searched as far as it goes, compressed or not.
  const zlib = { finishFlush: constants.Z_SYNC_FLUSH };
  switch (encoding?.trim().toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip(zlib);
    case 'deflate':
      return createInflate(zlib);
    case 'br':
      return createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH });
    default:
      return undefined;
  }
}
