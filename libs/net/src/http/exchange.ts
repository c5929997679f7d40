import type { Socket } from 'node:net';
import { ChunkedReader } from './chunked.js';
import { type Field, isNamed, valueOf, valuesOf } from './fields.js';
import { framingOf } from './framing.js';
import { BrokenAnswer, HeadReader, type WholeHead } from './head.js';
import { Incoming } from './incoming.js';
import { plainHead } from './plain-head.js';

/** One request, sent as it is. */
export interface WireRequest {
  method: string;
  /** The part after the method: path and query, or a whole address for a proxy. */
  target: string;
  headers: Readonly<Record<string, string>>;
  body?: string | undefined;
}

/** A request as bytes: to be made once, where it is sent again and again. */
export interface EncodedRequest {
  method: string;
  bytes: Buffer;
}

/** A response whose headers have come. */
export class WireResponse {
  constructor(
    readonly status: number,
    readonly fields: readonly Field[],
    /** What was odd about it so far; reading the body may find more. */
    readonly oddities: Set<string>,
    /** The body without chunks, otherwise as it was sent. Throws if it ends early. Call it once. */
    readonly body: () => AsyncGenerator<Buffer>,
  ) {}

  /** The value of a header, repeated ones joined; undefined if there is none. */
  header(name: string): string | undefined {
    return valueOf(this.fields, name);
  }

  /** The first value of a header, as it was sent. */
  bytesOf(name: string): Buffer | undefined {
    const [, value, bytes] = this.fields.find(([each]) => isNamed(each, name)) ?? [];
    return bytes ?? (value === undefined ? undefined : Buffer.from(value));
  }

  /** All values of a header. */
  headers(name: string): string[] {
    return valuesOf(this.fields, name);
  }
}

/** Callbacks for what happens. */
export interface ExchangeMoments {
  /** The system has taken the whole request. */
  onSent?: () => void;
  onFirstByte?: () => void;
}

/**
 * Sends a request over an open connection that is used for nothing else, and waits for the headers of its response. Rejects with
 * {@link BrokenAnswer}, or the error of the connection. It sets no time limit: the owner of the connection does.
 */
export async function exchangeOver(
  socket: Socket,
  { method, bytes }: EncodedRequest,
  { onSent, onFirstByte }: ExchangeMoments = {},
): Promise<WireResponse> {
  const incoming = new Incoming(socket);
  if (onSent) socket.write(bytes, (error) => void (error ?? onSent()));
  else socket.write(bytes);
  const { head, rest, oddities } = await readHead(incoming, onFirstByte);
  incoming.unread(rest);
  const framing = framingOf(method, head, oddities);
  const body = (): AsyncGenerator<Buffer> => {
    switch (framing.ends) {
      case 'never-begins':
        return nothing();
      case 'chunked':
        return chunks(incoming, oddities);
      case 'after':
        return counted(incoming, framing.bytes);
      case 'with-the-connection':
        return everything(incoming);
    }
  };
  return new WireResponse(head.status, head.fields, oddities, body);
}

/** Most heads are plain, and come in one piece. */
async function readHead(incoming: Incoming, onFirstByte?: () => void): Promise<WholeHead> {
  let chunk = await incoming.read();
  if (chunk) onFirstByte?.();
  const plain = chunk && plainHead(chunk);
  if (plain) return plain;
  const reader = new HeadReader();
  while (chunk && !reader.push(chunk)) chunk = await incoming.read();
  const { head, rest, oddities } = reader;
  if (!head) throw reader.cutShort();
  return { head, rest, oddities };
}

/** Methods whose requests have no body unless they say so. */
const BODILESS = /^(?:get|head|delete|options|trace)$/i;

export function encodeRequest({ method, target, headers, body }: WireRequest): EncodedRequest {
  const names = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  const inChunks = /\bchunked\b/i.test(valueOf(Object.entries(headers), 'Transfer-Encoding') ?? '');
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...Object.entries(headers)
      .filter(([name]) => !(inChunks && /^content-length$/i.test(name)))
      .map(([name, value]) => `${name}: ${value}`),
    ...(names.has('connection') ? [] : ['Connection: close']),
    ...(body === undefined && !BODILESS.test(method) && !names.has('content-length') && !inChunks
      ? ['Content-Length: 0']
      : []),
    '\r\n',
  ];
  const content = Buffer.from(body ?? '');
  const parts = inChunks
    ? [...(content.length > 0 ? [`${content.length.toString(16)}\r\n`, content, '\r\n'] : []), '0\r\n\r\n']
    : [content];
  const bytes = Buffer.concat([
    Buffer.from(lines.join('\r\n'), 'latin1'),
    ...parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)),
  ]);
  return { method, bytes };
}

async function* nothing(): AsyncGenerator<Buffer> {
  // There is no body.
}

async function* everything(incoming: Incoming): AsyncGenerator<Buffer> {
  for (let chunk = await incoming.read(); chunk !== undefined; chunk = await incoming.read()) yield chunk;
}

async function* counted(incoming: Incoming, bytes: number): AsyncGenerator<Buffer> {
  for (let left = bytes; left > 0;) {
    const chunk = await incoming.read();
    if (chunk === undefined) {
      throw new BrokenAnswer(
        `the target closed the connection after ${bytes - left} of the ${bytes} bytes of the body`,
      );
    }
    const part = chunk.subarray(0, left);
    left -= part.length;
    yield part;
  }
}

async function* chunks(incoming: Incoming, oddities: Set<string>): AsyncGenerator<Buffer> {
  const reader = new ChunkedReader(oddities);
  while (!reader.done) {
    const chunk = await incoming.read();
    if (chunk === undefined)
      throw new BrokenAnswer('the target closed the connection before the last chunk of the body');
    yield* reader.push(chunk);
  }
}
