/** @jest-environment node */
import { describe, expect, it } from '@jest/globals';
import './../testing/location.js';
import type { StreamMessage } from './event-stream.js';

const { messagesIn } = await import('./event-stream.js');

describe('a stream', () => {
  const text =
    '\uFEFF: hello\r\nevent: state\ndata: {"a":1}\n\ndata:x\rdata: y\r\revent: none\nid: c.7\n\nid: c.8\ndata: late é\n\n: heartbeat\nid: c.9\n\ndata: cut off';
  const expected = [
    { event: 'state', data: '{"a":1}' },
    { event: 'message', data: 'x\ny' },
    { event: 'message', data: 'late é' },
  ];

  it.each([1, 2, 3, 7, 1_000])('is read the same in pieces of %d bytes', async (size) => {
    const bytes = new TextEncoder().encode(text);
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
        controller.close();
      },
    });
    const messages: StreamMessage[] = [];
    for await (const together of messagesIn(body, new AbortController().signal)) messages.push(...together);
    expect(messages).toEqual(expected);
  });

  it('ends at once when it was aborted before it was read', async () => {
    const silent = new ReadableStream<Uint8Array>();
    const { done } = await messagesIn(silent, AbortSignal.abort()).next();
    expect(done).toBe(true);
  });
});
