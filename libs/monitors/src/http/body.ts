import { pipeline, Readable, type Transform } from 'node:stream';
import { constants, createBrotliDecompress, createInflate, createInflateRaw } from 'node:zlib';
import { codingsOf, type WireResponse } from '@9volt/net';
import type { Scope } from '@9volt/process';
import { type BodyReader, MAX_BODY_BYTES } from './body-reader.js';
import { gunzipped, isGzip } from './gunzip.js';

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
    .map(bareCoding)
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

/** Without quotes and parameters, which belong into Accept-Encoding. */
function bareCoding(coding: string): string {
  return (coding.split(';', 1)[0] as string).trim().replace(/^"(.*)"$/, '$1');
}

type Decoder = (begin: Buffer, body: AsyncGenerator<Buffer>, scope: Scope) => AsyncIterable<Buffer>;

const zlib = { finishFlush: constants.Z_SYNC_FLUSH };

const ofGzip: Decoder = (begin, body, scope) =>
  isZlib(begin) ? through(createInflate(zlib), body, scope) : gunzipped(body, scope);

/**
 * "deflate" means zlib (RFC 9110, section 8.4.1.2); some servers send it without the zlib header, or gzip. The first two bytes show
 * which.
 */
const ofDeflate: Decoder = (begin, body, scope) =>
  isGzip(begin)
    ? gunzipped(body, scope)
    : through(isZlib(begin) ? createInflate(zlib) : createInflateRaw(zlib), body, scope);

const DECODERS = new Map<string, Decoder>(
  Object.entries({
    gzip: ofGzip,
    'x-gzip': ofGzip,
    deflate: ofDeflate,
    'x-deflate': ofDeflate,
    br: (_begin, body, scope) =>
      through(createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH }), body, scope),
  } satisfies Record<string, Decoder>),
);

function through(decoder: Transform, body: AsyncGenerator<Buffer>, scope: Scope): AsyncIterable<Buffer> {
  scope.onEnd(() => void decoder.destroy());
  pipeline(Readable.from(body), decoder, () => undefined);
  return decoder as AsyncIterable<Buffer>;
}

function isZlib(begin: Buffer): boolean {
  return begin.length >= 2 && (begin[0] as number) % 16 === 8 && begin.readUInt16BE() % 31 === 0;
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
  const body = async function* (): AsyncGenerator<Buffer> {
    yield begin;
    yield* { [Symbol.asyncIterator]: () => pieces };
  };
  const decoder = DECODERS.get(coding) as Decoder;
  let bytes = 0;
  try {
    for await (const chunk of decoder(begin, body(), scope)) {
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
