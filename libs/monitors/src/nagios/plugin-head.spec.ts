import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PluginHead } from './plugin-head.js';
import { parsePluginOutput } from './plugin-output.js';

const LONG = 'line of text '.repeat(10_000);

function read(output: string, pieceBytes = 65_536) {
  const head = new PluginHead(65_536);
  const bytes = Buffer.from(output);
  for (let at = 0; at < bytes.length; at += pieceBytes) head.push(bytes.subarray(at, at + pieceBytes));
  return parsePluginOutput(head.text());
}

describe('the output of a plugin, however long it is', () => {
  it.each([
    ['a long first line', `OK ${LONG}|a=1 b=2\n`, ['a', 'b']],
    ['long text', `OK|a=1\n${LONG}\n${LONG}|b=2\nc=3\n`, ['a', 'b', 'c']],
    ['both', `${LONG}|a=1\n${LONG}|b=2`, ['a', 'b']],
    ['long text without data in the first line', `OK\n${LONG}|b=2`, ['b']],
    ['many lines', `OK\n${'x\n'.repeat(100_000)}|b=2`, ['b']],
    ['bars in the data', `OK|a=1 | b=2\n${LONG}|c=3 | d=4`, ['a', 'b', 'c', 'd']],
  ])('keeps the data behind %s', (_what, output, labels) => {
    for (const pieceBytes of [1_000, 65_536]) {
      expect(read(output, pieceBytes).performance.map(({ label }) => label)).toEqual(labels);
    }
  });

  it.each<[string, Buffer, string]>([
    ['of an old locale', Buffer.from('WARNING - Gr\xf6\xdfe\nMen\xfc|a=1', 'latin1'), 'WARNING - Größe\nMenü'],
    ['in UTF-8', Buffer.from('OK - 東京|a=1'), 'OK - 東京'],
    ['in UTF-8, cut within a character', Buffer.from(`${'x'.repeat(65_535)}ü|a=1`), 'x'.repeat(65_535)],
  ])('is read as text %s', (_what, bytes, text) => {
    const head = new PluginHead(65_536);
    head.push(bytes);
    expect(parsePluginOutput(head.text())).toEqual({ text, performance: [{ label: 'a', value: 1 }] });
  });

  it('keeps no partial item if the data itself is too long', () => {
    const { performance } = read(`OK|${'x'.repeat(65_530)}=1 last=12345678 more=1\nlong|next=7`);
    expect(performance.map(({ label }) => label)).not.toContain('last');
    expect(performance.at(-1)).toEqual({ label: 'next', value: 7 });
  });

  it('is the same as in one piece, wherever it is cut', () => {
    const output = fc
      .array(fc.constantFrom('a', '=1', '|', '\n', ' ', "'", 'ü', ';', '\r\n'), { maxLength: 60 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(output, fc.integer({ min: 1, max: 9 }), (text, pieceBytes) => {
        expect(read(text, pieceBytes)).toEqual(parsePluginOutput(text));
      }),
    );
  });
});
