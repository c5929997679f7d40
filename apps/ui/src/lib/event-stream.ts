import { request } from './api-client.js';

export interface StreamMessage {
  event: string;
  data: string;
}

/** A stream that is open. */
export interface OpenStream {
  /** What came together is applied together. Ends when the stream does. */
  batches: AsyncIterable<StreamMessage[]>;
  /** From where to resume. */
  lastEventId(): string | undefined;
}

/** Heartbeats come every 15 s. */
const SILENCE_MS = 40_000;

/** Opens a stream by fetch, which, other than EventSource, carries the token. */
export async function openStream(path: string, signal: AbortSignal, lastEventId?: string): Promise<OpenStream> {
  const headers = lastEventId === undefined ? undefined : { 'Last-Event-ID': lastEventId };
  const { body } = await orSilent(request(path, { signal, ...(headers ? { headers } : {}) }));
  if (!body) throw new Error('The stream has no body');
  const parser = new EventStreamParser(lastEventId);
  return { batches: batchesOf(body, parser, signal), lastEventId: () => parser.lastEventId };
}

/** What is awaited, or a failure when nothing is heard for long: a connection may be dead without a word. */
export async function orSilent<T>(awaited: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('The API is silent')), SILENCE_MS);
  });
  return Promise.race([awaited, silence]).finally(() => clearTimeout(timer));
}

async function* batchesOf(
  body: ReadableStream<Uint8Array>,
  parser: EventStreamParser,
  signal: AbortSignal,
): AsyncGenerator<StreamMessage[]> {
  const reader = body.getReader();
  const stop = (): void => void reader.cancel().catch(() => undefined);
  signal.addEventListener('abort', stop);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  try {
    for (;;) {
      const { done, value } = await orSilent(reader.read());
      if (done) return;
      // Also without a message: the id may have moved.
      yield parser.push(decoder.decode(value, { stream: true }));
    }
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

/** Reads server-sent events (HTML standard, section 9.2) from pieces cut anywhere. */
export class EventStreamParser {
  private rest = '';
  private started = false;
  /** The last piece ended in CR, which a LF at the start of the next belongs to. */
  private endedInCr = false;
  private event = '';
  private data: string[] = [];
  private id: string | undefined;

  constructor(public lastEventId?: string) {
    this.id = lastEventId;
  }

  /** The messages that this piece completes. */
  push(piece: string): StreamMessage[] {
    if (piece === '') return [];
    let text = piece;
    if (!this.started) text = text.replace(/^\uFEFF/, '');
    this.started = true;
    if (this.endedInCr && text.startsWith('\n')) text = text.slice(1);
    this.endedInCr = piece.endsWith('\r');
    const lines = (this.rest + text).split(/\r\n|\r|\n/);
    this.rest = lines.pop() ?? '';
    return lines.flatMap((line) => this.line(line));
  }

  private line(line: string): StreamMessage[] {
    if (line === '') return this.dispatch();
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.event = value;
    else if (field === 'data') this.data.push(value);
    else if (field === 'id' && !value.includes('\0')) this.id = value;
    return [];
  }

  private dispatch(): StreamMessage[] {
    this.lastEventId = this.id;
    const { event, data } = this;
    this.event = '';
    this.data = [];
    return data.length === 0 ? [] : [{ event: event || 'message', data: data.join('\n') }];
  }
}
