import { expect, it } from '@jest/globals';
import { lowerBoundText, uptimeText } from './uptime-text.js';

it.each([
  [{ uptime: { min: 1, max: 1 }, watched: 1 }, '100 %'],
  [{ uptime: { min: 0.9972, max: 1 }, watched: 0.9972 }, '99.72 – 100 %, 99.72 % watched'],
  [{ uptime: { min: 0.999_999, max: 0.999_999 }, watched: 1 }, '99.99 %'],
  [{ uptime: { min: 0.5, max: 0.5 }, watched: 1 }, '50 %'],
  [{ uptime: { min: 0, max: 1 }, watched: 0 }, 'not watched'],
  [{ uptime: null, watched: null }, 'nothing to watch'],
])('%j is shown as %s', (facts, text) => {
  expect(uptimeText(facts)).toBe(text);
});

it.each([
  [{ uptime: { min: 1, max: 1 }, watched: 1 }, '100 %'],
  [{ uptime: { min: 0.9972, max: 1 }, watched: 0.9972 }, '≥ 99.72 %'],
  [{ uptime: { min: 0, max: 1 }, watched: 0 }, '–'],
  [{ uptime: null, watched: null }, '–'],
])('%j is %s in a column', (facts, text) => {
  expect(lowerBoundText(facts)).toBe(text);
});
