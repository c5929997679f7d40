import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { say, warn } from './say.js';
import { table } from './table.js';
import { visible, visibleLines } from './visible.js';

/** What terminals obey. */
const TRICKS: [string, string][] = [
  ['a colour', '\u001b[31mred'],
  ['the title', '\u001b]0;owned\u0007'],
  ['the title, in one character', '\u009d0;owned\u009c'],
  ['a sequence in one character', '\u009b2J'],
  ['the clipboard', '\u001b]52;c;ZWNobw==\u0007'],
  ['a link', '\u001b]8;;http://evil\u001b\\shop\u001b]8;;\u001b\\'],
  ['a line written over', 'bad\rgood'],
  ['letters taken back', 'bad\b\b\bok'],
  ['a form feed', 'a\fb\vc'],
  ['the direction of writing', 'safe\u202egnp.exe'],
  ['an isolate', 'a\u2066b\u2069'],
  ['a line of another kind', 'a\u2028b\u2029c\u0085d'],
  ['nothing to see', 'a\u200b\ufeff\u00adb'],
  ['a null', 'a\u0000b\u007f'],
];
const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\u200b\ufeff\u00ad]/;

afterEach(() => {
  jest.restoreAllMocks();
});

describe('the output of the command', () => {
  it.each(TRICKS)('shows %s without its effect', (_what, text) => {
    expect(visible(text)).not.toMatch(OBEYED);
    expect(visible(text)).toMatch(/\\u[0-9a-f]{4}/);
    const printed: string[] = [];
    for (const stream of [process.stdout, process.stderr]) {
      jest.spyOn(stream, 'write').mockImplementation((chunk) => printed.push(String(chunk)) > 0);
    }
    say(text);
    warn(text);
    jest.restoreAllMocks();
    printed.push(
      table(
        ['NAME', 'TAGS'],
        [
          [text, [text]],
          [{ text }, text],
        ],
      ),
    );
    expect(printed).toHaveLength(3);
    for (const one of printed) expect(one).not.toMatch(OBEYED);
  });

  it('keeps JSON valid', () => {
    const value = { [TRICKS[2]?.[1] ?? '']: TRICKS.map(([, text]) => text) };
    const text = visibleLines(JSON.stringify(value, null, 2));
    expect(text).not.toMatch(OBEYED);
    expect(JSON.parse(text)).toEqual(value);
  });

  it('has one line of a table for each row', () => {
    expect(table(['NAME'], [['a\nb'], ['c\r\nd']]).split('\n')).toHaveLength(4);
  });

  it('leaves letters of all scripts as they are', () => {
    for (const text of ['Zürich', '日本', 'שלום', '👩‍💻', 'نمی‌خواهم']) expect(visible(text)).toBe(text);
  });
});
