import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { Debounce } from './debounce.js';

const QUIET_MS = 40;
const MAX_MS = 250;

let calls: number;
let debounce: Debounce;
beforeEach(() => {
  jest.useFakeTimers();
  calls = 0;
  debounce = new Debounce(() => calls++, QUIET_MS, MAX_MS);
});
afterEach(() => {
  jest.useRealTimers();
});

/** Triggers every 15 ms, for so long. */
function storm(ms: number): void {
  for (let at = 0; at < ms; at += 15) {
    debounce.trigger();
    jest.advanceTimersByTime(15);
  }
}

it('calls once for a storm, when it has calmed down', () => {
  storm(60);
  expect(calls).toBe(0);
  jest.advanceTimersByTime(QUIET_MS);
  expect(calls).toBe(1);
  jest.advanceTimersByTime(MAX_MS);
  expect(calls).toBe(1);
});

it('does not wait for the end of a storm for ever', () => {
  storm(2 * MAX_MS);
  expect(calls).toBeGreaterThanOrEqual(1);
  expect(calls).toBeLessThanOrEqual(2);
});

it('calls again for later triggers', () => {
  storm(30);
  jest.advanceTimersByTime(QUIET_MS);
  storm(30);
  jest.advanceTimersByTime(QUIET_MS);
  expect(calls).toBe(2);
});

it('does not call once it is stopped', () => {
  debounce.trigger();
  debounce.stop();
  jest.advanceTimersByTime(MAX_MS);
  expect(calls).toBe(0);
});
