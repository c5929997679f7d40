import { expect, it } from '@jest/globals';
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
