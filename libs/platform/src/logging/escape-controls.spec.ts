import { expect, it } from '@jest/globals';
import { escapeControls } from './escape-controls.js';

it.each([
  ['\u001b[31mred', '\\u001b[31mred'],
  ['\u001b]0;title\u0007', '\\u001b]0;title\\u0007'],
  ['\u009b2J', '\\u009b2J'],
  ['bad\rgood\b\f', 'bad\\rgood\\b\\f'],
  ['a\u202eb\u2066', 'a\\u202eb\\u2066'],
  ['a line\n\tand another', 'a line\n\tand another'],
  ['C:\\u001b\\b', 'C:\\u001b\\b'],
  ['Zürich 日本 👩‍💻', 'Zürich 日本 👩‍💻'],
])('%j is shown as %j', (text, shown) => {
  expect(JSON.parse(escapeControls(JSON.stringify({ msg: text })))).toEqual({ msg: shown });
});
