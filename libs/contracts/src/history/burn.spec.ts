import { expect, it } from '@jest/globals';
import { BURN_WINDOWS, burnRate, judgeBurn, minutesText, scaledWindow, type UpDown, upDownOf } from './burn.js';
import { CLASS } from './tally.js';

/** Minutes down of each window: 5 min, 30 min, 1 h, 6 h, 3 d; the rest is up. */
type Down = readonly [number, number, number, number, number];

const judged = (slo: number, down: Down, scale = 1) =>
  judgeBurn(slo, scale, (minutes): UpDown => {
    const at = BURN_WINDOWS.findIndex((window) => Math.round(window * scale) === minutes);
    return { up: minutes - (down[at] as number), down: down[at] as number };
  });

// By hand, for 99.9 %: the budget of a window is 0.1 % of it: 0.06 minutes of an hour, 0.36 of 6 h, 4.32 of 3 days.
it.each<[string, Down, string, string]>([
  ['nothing is down', [0, 0, 0, 0, 0], 'off', 'off'],
  // 1 h: 0.9 / 60 / 0.001 = 15; 5 min: 0.9 / 5 / 0.001 = 180
  ['54 s of the last 5 min', [0.9, 0.9, 0.9, 0.9, 0.9], 'on', 'off'],
  // 1 h: 0.86 / 60 / 0.001 = 14.33 is below 14.4; 6 h: 0.86 / 360 / 0.001 = 2.4
  ['52 s of the last 5 min', [0.86, 0.86, 0.86, 0.86, 0.86], 'off', 'off'],
  // It ended more than 5 min ago: the short window of the first rule is calm; 6 h: 2 / 360 / 0.001 = 5.6 is below 6
  ['2 min, half an hour ago', [0, 0, 2, 2, 2], 'off', 'off'],
  // 6 h: 2.2 / 360 / 0.001 = 6.1; 30 min: 0.2 / 30 / 0.001 = 6.7; 1 h: 0.8 / 60 / 0.001 = 13.3
  ['2.2 min of 6 h, and it goes on', [0.05, 0.2, 0.8, 2.2, 2.2], 'on', 'off'],
  // 6 h: 2.1 / 360 / 0.001 = 5.8; 30 min: 6.7
  ['2.1 min of 6 h, and it goes on', [0.05, 0.2, 0.8, 2.1, 2.1], 'off', 'off'],
  // 3 d: 4.4 / 4320 / 0.001 = 1.02; 6 h: 0.4 / 360 / 0.001 = 1.1
  ['4.4 min of 3 days, and it goes on', [0, 0, 0, 0.4, 4.4], 'off', 'on'],
  // 3 d: 1.02; 6 h: 0.3 / 360 / 0.001 = 0.83
  ['4.4 min of 3 days, and it is better now', [0, 0, 0, 0.3, 4.4], 'off', 'off'],
  ['all of an hour', [5, 30, 60, 60, 60], 'on', 'on'],
])('%s', (_name, down, fast, slow) => {
  const verdicts = judged(0.999, down);
  expect([verdicts.fast.is, verdicts.slow.is]).toEqual([fast, slow]);
});

it('windows grow with that of the objective, and the factors stay', () => {
  // Of 7 days: 84 min instead of 6 h, 7 min instead of 30 min. 84 min: 0.6 / 84 / 0.001 = 7.1; 7 min: 0.1 / 7 / 0.001 = 14.3; 14 min: 7.1
  const verdicts = judged(0.999, [0, 0.1, 0.1, 0.6, 0.6], 7 / 30);
  expect(verdicts.fast).toEqual({
    is: 'on',
    message: 'The error budget of 0.1 % burns 7.14 times too fast over 1h24m, and 14.3 times over 7m',
  });
});

it('a rate that uses up exactly the budget is no warning', () => {
  // An objective of 50 %: half of 3 days, and half of 6 h.
  expect(judged(0.5, [0, 0, 0, 180, 2_160]).slow.is).toBe('off');
  expect(judged(0.5, [0, 0, 0, 180.1, 2_160.1]).slow.is).toBe('on');
});

it.each([
  [5, 1, 5],
  [5, 7 / 30, 2],
  [30, 7 / 30, 7],
  [360, 7 / 30, 84],
  [5, 0.9, 5],
  [360, 3, 1_080],
])('%s minutes of 30 days, times %s, are %s', (minutes, scale, scaled) => {
  expect(scaledWindow(minutes, scale)).toBe(scaled);
});

it('of the classes of time, warning is up, and only critical is down', () => {
  const time = Object.values(CLASS).map((code) => 10 ** code);
  expect(upDownOf(time)).toEqual({ up: 10 ** CLASS.ok + 10 ** CLASS.warning, down: 10 ** CLASS.critical });
});

it('says how fast', () => {
  expect(judged(0.99, [5, 30, 60, 60, 60]).fast.message).toBe(
    'The error budget of 1 % burns 100 times too fast over 1h, and 100 times over 5m',
  );
});

it('an hour that nobody watched says nothing; a rule whose windows are known still counts', () => {
  const unwatched = judgeBurn(0.999, 1, () => ({ up: 0, down: 0 }));
  expect([unwatched.fast.is, unwatched.slow.is]).toEqual(['unknown', 'unknown']);
  const blind = judgeBurn(0.999, 1, (minutes) => (minutes === 5 ? { up: 0, down: 0 } : { up: 10, down: 1 }));
  expect([blind.fast.is, blind.slow.is]).toEqual(['on', 'on']);
  const calm = judgeBurn(0.999, 1, (minutes) => (minutes === 5 ? { up: 0, down: 0 } : { up: 10, down: 0 }));
  expect([calm.fast.is, calm.slow.is]).toEqual(['unknown', 'off']);
});

it('an objective of 100 % has no budget to burn', () => {
  expect(judged(1, [5, 30, 60, 360, 4_320]).fast.is).toBe('off');
  expect(burnRate({ up: 1, down: 1 }, 1)).toBeUndefined();
});

it.each([
  [5, '5m'],
  [60, '1h'],
  [84, '1h24m'],
  [4_320, '3d'],
])('%s minutes are %s', (minutes, text) => {
  expect(minutesText(minutes)).toBe(text);
});
