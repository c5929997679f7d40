import { describe, expect, it } from '@jest/globals';
import { highlight } from './highlight.js';

const kinds = (line: string): string[] =>
  highlight(line)[0]?.flatMap(({ kind, text }) => (text.trim() === '' ? [] : [`${kind} ${text.trim()}`])) ?? [];

it.each([
  ['interval: 10s', ['key interval', 'plain :', 'text 10s']],
  ['  port: 8080 # the proxy', ['key port', 'plain :', 'number 8080', 'comment # the proxy']],
  ['ssl: true', ['key ssl', 'plain :', 'word true']],
  ['  - a: b', ['plain -', 'key a', 'plain :', 'text b']],
  ['- "x: y"', ['plain -', 'text "x: y"']],
  ['url: http://a/b?c=1', ['key url', 'plain :', 'text http://a/b?c=1']],
  ['# only', ['comment # only']],
  ['tags:', ['key tags', 'plain :']],
])('%j is %j', (line, expected) => expect(kinds(line)).toEqual(expected));

it('leaves blocks of text alone, and loses no character', () => {
  const yaml = 'request-body: |\n  {"a": 1}\n\n  b: c\nssl: false\n';
  const lines = highlight(yaml);
  expect(lines[1]).toEqual([{ kind: 'text', text: '  {"a": 1}' }]);
  expect(lines[3]).toEqual([{ kind: 'text', text: '  b: c' }]);
  expect(lines[4]?.[0]).toEqual({ kind: 'key', text: 'ssl' });
  expect(lines.map((tokens) => tokens.map(({ text }) => text).join('')).join('\n')).toBe(yaml);
});

it.each([
  ['- - a: 1', ['plain - -', 'key a', 'plain :', 'number 1']],
  ['"a\\"b": c', ['key "a\\"b"', 'plain :', 'text c']],
  ["'it''s': c # d", ["key 'it''s'", 'plain :', 'text c', 'comment # d']],
  ['"open: c', ['text "open: c']],
  ['a b: c#d', ['key a b', 'plain :', 'text c#d']],
  ['a:b: c', ['key a:b', 'plain :', 'text c']],
  ['a#b: c', ['text a#b: c']],
  ['&x y: z', ['text &x y: z']],
  ['[a, b]', ['text [a, b]']],
])('%j has the parts %j', (line, expected) => expect(kinds(line)).toEqual(expected));

describe('highlighting takes time linear in the text', () => {
  const SIZE = 200_000;
  it.each([
    ['spaces', ' '],
    ['tabs', '\t'],
    ['marks of a list', '- '],
    ['quotes', '"'],
    ['single quotes', "'"],
    ['backslashes', '\\'],
    ['hashes', '#'],
    ['hashes with spaces', ' #'],
    ['colons', ':'],
    ['colons with spaces', ': '],
    ['letters', 'a'],
    ['keys', 'a: '],
    ['digits', '1'],
    ['underscores', '1_'],
    ['brackets', '['],
    ['bars', '|'],
    ['empty lines', '\n'],
  ])('of %s', (_what, piece) => {
    const repeated = piece.repeat(SIZE / piece.length);
    for (const yaml of [
      repeated,
      `${repeated}x`,
      `a: ${repeated}x`,
      `x${repeated}`,
      `- "${repeated}`,
      `a: |${repeated}.`,
    ]) {
      const before = process.cpuUsage();
      const lines = highlight(yaml);
      const { user, system } = process.cpuUsage(before);
      // With quadratic work it would take minutes.
      expect(user + system).toBeLessThan(2_000_000);
      expect(lines.map((tokens) => tokens.map(({ text }) => text).join('')).join('\n')).toBe(yaml);
    }
  });
});
