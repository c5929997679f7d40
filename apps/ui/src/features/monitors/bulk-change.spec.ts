import { expect, it } from '@jest/globals';
import { NO_CHANGE, patchesOf } from './bulk-change.js';

const CONFIGS = [
  { name: 'a', tags: ['x', 'y'], 'critical-alerter': ['on-call'], 'critical-threshold': 3 },
  { name: 'b' },
];

it.each<[string, object, object]>([
  ['nothing', {}, {}],
  ['a tag for those without it', { addTags: ['y'] }, { b: { tags: ['y'] } }],
  ['a tag less, and the last one', { removeTags: ['x', 'y'] }, { a: { tags: null } }],
  [
    'thresholds',
    { 'critical-threshold': 3, 'warning-threshold': 1 },
    {
      a: { 'warning-threshold': 1 },
      b: { 'warning-threshold': 1, 'critical-threshold': 3 },
    },
  ],
  ['alerters', { 'critical-alerter': ['on-call'] }, { b: { 'critical-alerter': ['on-call'] } }],
  ['no alerter at all', { 'critical-alerter': [] }, { a: { 'critical-alerter': null } }],
])('changes %s', (_what, change, expected) => {
  const patches = patchesOf(CONFIGS, { ...NO_CHANGE, ...change });
  expect(Object.fromEntries(patches.map(({ name, patch }) => [name, patch]))).toEqual(expected);
});

it('says what it changes', () => {
  const [a, b] = patchesOf(CONFIGS, { addTags: ['z'], removeTags: ['x'], 'critical-threshold': 5 });
  expect(a?.lines).toEqual(['critical-threshold: 3 → 5', 'tags: x, y → y, z']);
  expect(b?.lines).toEqual(['critical-threshold: none → 5', 'tags: none → z']);
});
