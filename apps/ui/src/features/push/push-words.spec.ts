import { expect, it } from '@jest/globals';
import { addressOf, callTimes, randomToken, snippetsOf } from './push-words.js';

it('makes tokens that the API accepts, each another one', () => {
  const tokens = Array.from({ length: 50 }, randomToken);
  expect(new Set(tokens).size).toBe(50);
  expect(tokens.filter((token) => /^[A-Za-z0-9]{32}$/.test(token))).toHaveLength(50);
});

it('shows how to call it', () => {
  const address = addressOf('http://localhost', 't');
  expect(address).toBe('http://localhost/api/v1/push/t');
  expect(snippetsOf(address).map(({ name }) => name)).toEqual(['curl', 'cron', 'PowerShell']);
  expect(snippetsOf(address).map(({ code }) => code.includes(address))).toEqual([true, true, true]);
});

const at = (minute: number): string => `2026-06-01T12:0${minute}:00.000Z`;
const config = { interval: '5m', grace: '2m' };

it.each<[string, { last: string | null; awaitedSince: string } | null, string | undefined, string | undefined]>([
  ['a call', { last: at(1), awaitedSince: at(0) }, at(1), at(8)],
  ['a call before 9volt waited again', { last: at(0), awaitedSince: at(1) }, at(0), at(8)],
  ['no call ever', { last: null, awaitedSince: at(1) }, undefined, at(8)],
  ['nothing', null, undefined, undefined],
])('knows the times of %s', (_what, calls, last, due) => {
  const time = (text: string | undefined) => (text === undefined ? undefined : Date.parse(text));
  expect(callTimes(calls, config)).toEqual({ last: time(last), due: time(due) });
});

it('has a minute of grace, as the monitor has, and does not guess without an interval', () => {
  const calls = { last: at(1), awaitedSince: at(0) };
  expect(callTimes(calls, { interval: '5m' }).due).toBe(Date.parse(at(7)));
  expect(callTimes(calls, {}).due).toBeUndefined();
});
