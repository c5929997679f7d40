import { pipeline, Readable, type Transform } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { codingsOf, type WireResponse } from '@9volt/net';
import type { Scope } from '@9volt/process';
import { type BodyReader, MAX_BODY_BYTES } from './body-reader.js';

/** curl's limit. */
const MAX_CODINGS = 5;
/** The output of one coding that is the input of another. */
const MAX_BETWEEN_BYTES = 16 * MAX_BODY_BYTES;

/** Names that occur in Content-Encoding and mean no coding. */
const NO_CODING = /^(?:identity|none|chunked|binary|[78]bit|utf-?8|us-ascii|iso-8859-\d+|aws-chunked)$/;

/** Reads and decodes a body until the reader has enough, or it ends. */
export async function readBody(response: WireResponse, reader: BodyReader, scope: Scope): Promise<void> {
  const { stream, source } = decoded(response, reader, scope);
  try {
    for await (const chunk of stream) {
      if (reader.push(chunk.subarray(0, MAX_BODY_BYTES - reader.bytes))) return;
    }
  } catch (cause) {
    throw source.failure ?? cause;
  }
  if (source.failure) throw source.failure;
  // An empty body is the same in every encoding.
  if (reader.bytes === 0) reader.unreadable = undefined;
  reader.end();
}

function decoded(
  response: WireResponse,
  reader: BodyReader,
  scope: Scope,
): { stream: AsyncIterable<Buffer>; source: Source } {
  const codings = [
    ...codingsOf(response.fields, 'Content-Encoding'),
    ...codingsOf(response.fields, 'Transfer-Encoding'),
  ]
    .filter((coding) => !NO_CODING.test(coding))
    .reverse();
  const source = new Source(response.body());
  if (codings.length > MAX_CODINGS) throw new Error(`the response has more than ${MAX_CODINGS} content encodings`);
  const unknown = codings.findIndex((coding) => !DECODERS.has(coding));
  // If a body cannot be decoded, search its bytes: they may contain the text.
  if (unknown !== -1) reader.unreadable = `the content encoding '${codings[unknown]}'`;
  const known = unknown === -1 ? codings : codings.slice(0, unknown);
  const stream = known.reduce<AsyncIterable<Buffer>>(
    (input, coding, index) => decodedBy(coding, input, index < known.length - 1, scope),
    source.pieces(),
  );
  return { stream, source };
}

/**
 * The body as it was sent. A body that ends early is searched up to its end, compressed or not; its failure is reported afterwards.
 */
class Source {
  failure: unknown;

  constructor(private readonly body: AsyncGenerator<Buffer>) {}

  async *pieces(): AsyncGenerator<Buffer> {
    try {
      yield* this.body;
    } catch (error) {
      this.failure = error;
    }
  }
}

const zlib = { finishFlush: constants.Z_SYNC_FLUSH };

/** By the first two bytes, if they decide. */
const DECODERS = new Map<string, (begin: Buffer) => Transform>(
  Object.entries({
    gzip: () => createGunzip(zlib),
    'x-gzip': () => createGunzip(zlib),
    // "deflate" means zlib (RFC 9110, section 8.4.1.2); some servers send it without the zlib header.
    deflate: (begin) => (isZlib(begin) ? createInflate(zlib) : createInflateRaw(zlib)),
    br: () => createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH }),
  }),
);

function isZlib(begin: Buffer): boolean {
  return begin.length < 2 || ((begin[0] as number) % 16 === 8 && begin.readUInt16BE() % 31 === 0);
}

async function* decodedBy(
  coding: string,
  input: AsyncIterable<Buffer>,
  isBetween: boolean,
  scope: Scope,
): AsyncGenerator<Buffer> {
  const pieces = input[Symbol.asyncIterator]();
  let begin = Buffer.alloc(0);
  while (begin.length < 2) {
    const { value, done } = await pieces.next();
    if (done) break;
    begin = Buffer.concat([begin, value]);
  }
  if (begin.length === 0) return;
  const decoder = (DECODERS.get(coding) as (begin: Buffer) => Transform)(begin);
  scope.onEnd(() => void decoder.destroy());
  const rest = async function* (): AsyncGenerator<Buffer> {
    yield begin;
    yield* { [Symbol.asyncIterator]: () => pieces };
  };
  pipeline(Readable.from(rest()), decoder, () => undefined);
  let bytes = 0;
  try {
    for await (const chunk of decoder as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (isBetween && bytes > MAX_BETWEEN_BYTES) {
        throw new Error(`within ${coding} it is longer than ${MAX_BETWEEN_BYTES / 1_048_576} MiB`);
      }
      yield chunk;
    }
  } catch (cause) {
    const { message } = cause as Error;
    throw message.startsWith(CANNOT) ? cause : new Error(`${CANNOT}: ${message}`, { cause });
  }
}

const CANNOT = 'cannot decompress the response';
