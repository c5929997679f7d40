import { describe, expect, it } from '@jest/globals';
import { isName, newNameFault } from './name.js';

describe('a new name', () => {
  it.each([
    'web',
    'Zürich – API',
    '日本',
    'שלום',
    'नमस्ते',
    'क्‍ष',
    'نمی‌خواهم',
    '👩‍💻',
    '❤️',
    '__proto__',
    'constructor',
    'a b',
    'naïve',
    'e\u0301',
  ])('may be %s', (name) => expect(newNameFault('monitor', name)).toBeUndefined());

  it.each([
    ['right to left override', 'pay\u202egnp', '202E'],
    ['isolate', 'a\u2066b', '2066'],
    ['mark of direction', 'a\u200eb', '200E'],
    ['Arabic letter mark', 'a\u061cb', '061C'],
    ['zero width space', 'shop\u200b', '200B'],
    ['zero width joiner between letters', 'sh\u200dop', '200D'],
    ['zero width non-joiner between letters', 'sh\u200cop', '200C'],
    ['joiner at the end', 'shop\u200d', '200D'],
    ['word joiner', 'a\u2060b', '2060'],
    ['byte order mark', 'a\ufeffb', 'FEFF'],
    ['soft hyphen', 'a\u00adb', '00AD'],
    ['filler', 'a\u3164b', '3164'],
    ['a tag', 'a\u{e0041}b', 'E0041'],
    ['half a character', 'a\ud83d', 'D83D'],
    ['a control in one character', 'a\u009bb', '009B'],
    ['a line separator', 'a\u2028b', '2028'],
  ])('is refused for a %s, and the message names it', (_what, name, code) => {
    const fault = newNameFault('monitor', name);
    expect(fault?.message).toContain(`cannot name a monitor: it contains U+${code}; expected a name without`);
    expect(fault?.message).toMatch(/^[\x20-\x7e]+$/);
  });

  it('is refused for characters that no name may contain', () => {
    expect(newNameFault('alerter', 'a/b')).toBeDefined();
    expect(newNameFault('alerter', '')).toBeDefined();
  });

  it('has stricter rules than a stored one', () => {
    expect(isName('shop\u200b')).toBe(true);
    expect(isName('pay\u202egnp')).toBe(true);
  });
});
