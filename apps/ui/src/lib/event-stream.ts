import { createParser } from 'eventsource-parser';
import { api } from './api-client.js';

export interface StreamMessage {
  event: string;
  data: string;
}

/** Heartbeats come every 15 s. */
const SILENCE_MS = 40_000;

/**
 * Opens a stream by fetch, which, unlike EventSource, shows why it failed. It continues after `lastEventId`, and yields messages
 * together that came together, until it ends.
 */
export async function openStream(
  signal: AbortSignal,
  lastEventId: string | undefined,
): Promise<AsyncIterable<StreamMessage[]>> {
  const asked = api.GET('/api/v1/stream', {
    headers: lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId },
    parseAs: 'stream',
    signal,
  });
  const { data: body } = await orSilent(asked);
  if (!body) throw new Error('The answer of the event stream has no body');
  return messagesIn(body, signal);
}

/** The awaited value, or a failure after a long silence: a connection may die without a sign. */
export async function orSilent<T>(awaited: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('The API sent nothing in time')), SILENCE_MS);
  });
  return Promise.race([awaited, silence]).finally(() => clearTimeout(timer));
}

/** Yielded together as they came together. */
export async function* messagesIn(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<StreamMessage[]> {
  let messages: StreamMessage[] = [];
  const parser = createParser({
    onEvent: ({ event = 'message', data }) => void messages.push({ event, data }),
  });
  const reader = body.getReader();
  const stop = (): void => void reader.cancel().catch(() => undefined);
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  try {
    for (;;) {
      const { done, value } = await orSilent(reader.read());
      if (done) return;
      parser.feed(decoder.decode(value, { stream: true }));
      if (messages.length > 0) yield messages;
      messages = [];
    }
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}
