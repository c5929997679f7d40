import { describe, expect, it } from '@jest/globals';
import { EventStreamParser } from './event-stream.js';

describe('EventStreamParser', () => {
  const text =
    '\uFEFF: hello\r\nevent: state\ndata: {"a":1}\n\ndata:x\rdata: y\r\revent: none\nid: c.7\n\nid: c.8\ndata: late\n';
  const expected = [
    { event: 'state', data: '{"a":1}' },
    { event: 'message', data: 'x\ny' },
  ];

  it.each([1, 2, 3, 7, 1_000])('reads the same in pieces of %d', (size) => {
    const parser = new EventStreamParser();
    const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
    expect(pieces.flatMap((piece) => parser.push(piece))).toEqual(expected);
    expect(parser.push('\n')).toEqual([{ event: 'message', data: 'late' }]);
    expect(parser.push(': heartbeat\nid: c.9\n\n')).toEqual([]);
  });
});
