import { monitorEventLoopDelay } from 'node:perf_hooks';
import { describe, expect, it } from '@jest/globals';
import { expressionFaults, matches, matchesOf } from './expression.js';
import { Unjudged } from './match-thread.js';

const never = { onEnd: () => undefined };
const faultsOf = (...expressions: string[]) => expressionFaults(expressions.map((text) => ['/expect-regex', text]));

describe('expressions of operators', () => {
  it.each([
    [
      'repeats beside one another',
      '(?:.{0,1000})'.repeat(300),
      /is an expression of \d+ steps; expected .* at most 5000 steps/,
    ],
    ['repeats within one another', '((a{0,100}){0,100}){0,100}', /steps/],
    ['classes of Unicode', '\\pL|'.repeat(1_000), /steps/],
    ['folded ranges', `(?i)[${'\\x{100}-\\x{1e000}'.repeat(100)}]`, /steps/],
    ['its length', 'a|'.repeat(2_500), /at most 4096 characters/],
    ['a lack of sense', '(', /missing closing \)/],
  ])('are refused for %s', (_what, text, message) => {
    expect(faultsOf(text)).toEqual([
      expect.objectContaining({ path: '/expect-regex', message: expect.stringMatching(message) }),
    ]);
  });

  it('are refused at the one that exceeds the limit', () => {
    const faults = faultsOf(...Array.from({ length: 4 }, () => '.{0,900}'));
    expect(faults.map(({ message }) => message)).toEqual([
      'expect-regex: is one expression too many, with 1803 steps; expected at most 5000 steps in all expressions of a monitor',
      'expect-regex: is one expression too many, with 1803 steps; expected at most 5000 steps in all expressions of a monitor',
    ]);
  });

  it.each([
    'version \\d+\\.\\d+',
    '[\\p{L}\\p{N} ]{1,500}',
    '.{0,1000}',
    '(?:GET|POST) /[a-z]{1,64}(?:/\\d+)? HTTP/1\\.[01]',
    '"(11){60}',
  ])('that people write are accepted: %s', (text) => {
    expect(faultsOf(text)).toEqual([]);
  });

  it('match the same, in the loop and in the thread', async () => {
    const long = `${'x'.repeat(65_000)} version 2.31`;
    const texts = ['version 2.31', 'version two', long];
    const inLoop = await Promise.all(texts.slice(0, 2).map((text) => matches('version \\d+\\.\\d+$', text, never)));
    expect(inLoop).toEqual([true, false]);
    expect(await matchesOf('version \\d+\\.\\d+$', texts, never)).toEqual([true, false, true]);
    expect(await matches('^version', long, never)).toBe(false);
  });
});

describe('the event loop', () => {
  const LIMIT_MS = 50;

  /** The 99th percentile of the delay of the loop, in ms: the smallest of some tries, because others use this machine, too. */
  async function standstill(act: (attempt: number) => Promise<unknown>): Promise<number> {
    const found: number[] = [];
    for (let attempt = 0; attempt < 5 && !found.some((ms) => ms < LIMIT_MS); attempt += 1) {
      const delay = monitorEventLoopDelay({ resolution: 5 });
      delay.enable();
      await act(attempt);
      delay.disable();
      found.push(delay.percentile(99) / 1e6);
    }
    return Math.min(...found);
  }

  it('is not delayed by refused expressions, nor by the costliest permitted ones', () => {
    const hostile = [
      '(?:.{0,1000})'.repeat(300),
      '((a{0,100}){0,100}){0,100}',
      Array.from({ length: 600 }, (_, n) => `w${n}`).join('|'),
      `[${Array.from({ length: 1_300 }, (_, n) => String.fromCharCode(0x4e00 + 2 * n)).join('')}]{1000}`,
      '\\pL|'.repeat(90),
      '.{0,1000}.{0,1000}.{0,400}',
      '(?:'.repeat(900) + 'a' + ')?'.repeat(900),
      '(?i)[\\x{100}-\\x{1e000}]{500}',
    ];
    for (const text of hostile) {
      // A different one each time, so that nothing is cached. CPU time, because others use this machine, too.
      const tries = [1, 2, 3].map((attempt) => {
        const before = process.cpuUsage();
        faultsOf(`${text}${attempt}`);
        const { user, system } = process.cpuUsage(before);
        return (user + system) / 1e3;
      });
      expect(Math.min(...tries)).toBeLessThan(LIMIT_MS);
    }
  });

  it('continues while costly expressions are matched', async () => {
    const text = 'ab'.repeat(32_768);
    const costly = (attempt: number) => `.{0,1000}.{0,1000}.{0,${400 - attempt}}[!?]`;
    expect(faultsOf(costly(0))).toEqual([]);
    const p99 = await standstill(async (attempt) => {
      const slow = matches(costly(attempt), text, never).catch((error: unknown) => error);
      const quick = Array.from({ length: 200 }, (_, n) => matches(`x{${n + 1}}[!?]`, 'x'.repeat(400), never));
      await Promise.allSettled(quick);
      expect(await slow).toBeInstanceOf(Unjudged);
    });
    expect(p99).toBeLessThan(LIMIT_MS);
  });
});
