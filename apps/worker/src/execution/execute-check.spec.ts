import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import type { CheckResult, MonitorSettings } from '@9volt/contracts';
import type { MonitorDefinition, ProbeContext } from '@9volt/monitors';
import { executeCheck } from './execute-check.js';

const settings = { type: 'fake', interval: '1s' } as MonitorSettings;
const never = new AbortController().signal;

const types = (probe: (settings: MonitorSettings, context: ProbeContext) => Promise<CheckResult>, deadlineMs = 100) =>
  new Map([['fake', { type: 'fake', deadlineMs: () => deadlineMs, probe } as unknown as MonitorDefinition]]);

test('answers the result of the probe', async () => {
  const result: CheckResult = { status: 'critical', message: 'refused', latencyMs: 3 };
  expect(
    await executeCheck(
      'web',
      settings,
      never,
      types(async () => result),
    ),
  ).toEqual({ result });
});

test.each([
  ['throws', () => Promise.reject(new Error('undefined is not a function'))],
  [
    'throws at once',
    (): Promise<CheckResult> => {
      throw new Error('undefined is not a function');
    },
  ],
])('a probe that %s: unknown, with the defect', async (_how, probe) => {
  const { result, defect } = await executeCheck('web', settings, never, types(probe));
  expect(result).toMatchObject({ status: 'unknown', message: 'The check itself failed: undefined is not a function' });
  expect(defect?.message).toBe('undefined is not a function');
});

test('a probe that ignores its deadline is aborted and given up a second later', async () => {
  let signal: AbortSignal | undefined;
  const probe = (_settings: MonitorSettings, context: ProbeContext): Promise<CheckResult> => {
    signal = context.signal;
    return new Promise(() => undefined);
  };
  const startedAt = performance.now();
  const { result } = await executeCheck('web', settings, never, types(probe, 50));
  expect(result).toMatchObject({ status: 'unknown', message: expect.stringContaining('did not end within 1050 ms') });
  expect(performance.now() - startedAt).toBeLessThan(1_500);
  expect(signal?.aborted).toBe(true);
});

test('an abort reaches the probe', async () => {
  const abort = new AbortController();
  const probe = async (_settings: MonitorSettings, context: ProbeContext): Promise<CheckResult> => {
    await sleep(5_000, undefined, { signal: context.signal }).catch(() => undefined);
    return { status: 'unknown', message: 'aborted', latencyMs: 0 };
  };
  const running = executeCheck('web', settings, abort.signal, types(probe, 6_000));
  abort.abort();
  expect((await running).result.message).toBe('aborted');
});

test('a type that this version does not know', async () => {
  const { result } = await executeCheck('web', { ...settings, type: 'novel' } as MonitorSettings, never, new Map());
  expect(result).toMatchObject({ status: 'unknown', message: expect.stringContaining('"novel"') });
});
