import { request } from './api-client.js';

export interface StreamMessage {
  event: string;
  data: string;
}

/** Heartbeats come every 15 s. */
const SILENCE_MS = 40_000;

/**
 * Opens a stream by fetch, which, other than EventSource, carries the token. It goes on after `lastEventId`, and gives together what came
 * together until it ends.
 */
export async function openStream(
  path: string,
  signal: AbortSignal,
  lastEventId: string | undefined,
): Promise<AsyncIterable<StreamMessage[]>> {
  const headers = lastEventId === undefined ? undefined : { 'Last-Event-ID': lastEventId };
  const { body } = await orSilent(request(path, { signal, ...(headers ? { headers } : {}) }));
  if (!body) throw new Error('The answer of the event stream has no body');
  return batchesOf(body, signal);
}

/** What is awaited, or a failure when nothing is heard for long: a connection may be dead without a word. */
export async function orSilent<T>(awaited: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('The API sent nothing in time')), SILENCE_MS);
  });
  return Promise.race([awaited, silence]).finally(() => clearTimeout(timer));
}

async function* batchesOf(body: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<StreamMessage[]> {
  const parser = new EventStreamParser();
  const reader = body.getReader();
  const stop = (): void => void reader.cancel().catch(() => undefined);
  signal.addEventListener('abort', stop);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  try {
    for (;;) {
      const { done, value } = await orSilent(reader.read());
      if (done) return;
      const messages = parser.push(decoder.decode(value, { stream: true }));
      if (messages.length > 0) yield messages;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

/** Reads server-sent events (HTML standard, section 9.2), but for their ids, from pieces cut anywhere. */
export class EventStreamParser {
  private rest = '';
  private started = false;
  /** The last piece ended in CR, which a LF at the start of the next belongs to. */
  private endedInCr = false;
  private event = '';
  private data: string[] = [];

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
    return [];
  }

  private dispatch(): StreamMessage[] {
    const { event, data } = this;
    this.event = '';
    this.data = [];
    return data.length === 0 ? [] : [{ event: event || 'message', data: data.join('\n') }];
  }
}
