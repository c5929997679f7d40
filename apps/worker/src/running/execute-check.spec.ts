import { setImmediate as soon } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { type CheckResult, MonitorSettings, TextMap } from '@9volt/contracts';
import { GuardedTargets, type MonitorDefinition, type ProbeContext } from '@9volt/monitors';
import { deadline, Programs, type StopSignal } from '@9volt/process';
import { executeCheck } from './execute-check.js';
import { GRACE_MS } from './prepared-monitor.js';

const settings = { type: 'fake', interval: '1s' } as MonitorSettings;
const contextOf = (signal = new AbortController().signal): ProbeContext => ({
  name: 'web',
  signal,
  programs: new Programs([], 1),
  targets: new GuardedTargets(),
});
const none = () => Promise.reject(new Error('there are no secrets here'));

class FakeSettings extends MonitorSettings {
  @TextMap({ doc: 'Headers.', secret: true })
  headers?: Record<string, string>;
}

const types = (probe: (settings: MonitorSettings, context: ProbeContext) => Promise<CheckResult>, deadlineMs = 100) =>
  new Map([
    [
      'fake',
      {
        type: 'fake',
        settings: FakeSettings,
        deadlineMs: () => deadlineMs,
        prepare: (settings: MonitorSettings) => (context: ProbeContext) => probe(settings, context),
      } as unknown as MonitorDefinition,
    ],
  ]);

test('answers the result of the probe', async () => {
  const result: CheckResult = { status: 'critical', message: 'refused', latencyMs: 3 };
  expect(
    await executeCheck(
      settings,
      contextOf(),
      none,
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
  const { result, defect } = await executeCheck(settings, contextOf(), none, types(probe));
  expect(result).toMatchObject({
    status: 'unknown',
    message: 'Internal error in the check: undefined is not a function',
  });
  expect(defect?.message).toBe('undefined is not a function');
});

test('a probe that ignores its deadline is aborted and given up a second later', async () => {
  let signal: StopSignal | undefined;
  const probe = (_settings: MonitorSettings, context: ProbeContext): Promise<CheckResult> => {
    signal = context.signal;
    return new Promise(() => undefined);
  };
  const startedAt = performance.now();
  const { result } = await executeCheck(settings, contextOf(), none, types(probe, 50));
  expect(result).toMatchObject({ status: 'unknown', message: expect.stringContaining('did not end within 1050 ms') });
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  expect(signal?.aborted).toBe(true);
});

test.each([20, 1_000])('a probe with a limit of %d ms is given its grace after a standstill, too', async (limitMs) => {
  const probe = (): Promise<CheckResult> =>
    new Promise((resolve) =>
      deadline(
        limitMs,
        () => void soon().then(() => resolve({ status: 'critical', message: 'timed out', latencyMs: 1 })),
      ),
    );
  const running = executeCheck(settings, contextOf(), none, types(probe, limitMs));
  const until = performance.now() + limitMs + GRACE_MS + 200;
  while (performance.now() < until);
  expect(await running).toEqual({ result: { status: 'critical', message: 'timed out', latencyMs: 1 } });
});

test('an abort reaches the probe', async () => {
  const abort = new AbortController();
  const probe = async (_settings: MonitorSettings, context: ProbeContext): Promise<CheckResult> => {
    await new Promise<void>((resolve) => context.signal.addEventListener('abort', resolve));
    return { status: 'unknown', message: 'aborted', latencyMs: 0 };
  };
  const running = executeCheck(settings, contextOf(abort.signal), none, types(probe, 6_000));
  abort.abort();
  expect((await running).result.message).toBe('aborted');
});

test('a type that this version does not know', async () => {
  const { result } = await executeCheck(
    { ...settings, type: 'novel' } as MonitorSettings,
    contextOf(),
    none,
    new Map(),
  );
  expect(result).toMatchObject({ status: 'unknown', message: expect.stringContaining('"novel"') });
});

test('gives the probe its secrets, and shows none of them', async () => {
  let given: MonitorSettings | undefined;
  const probe = async (settings: MonitorSettings): Promise<CheckResult> => {
    given = settings;
    return {
      status: 'critical',
      message: 'refused: canary/1',
      expected: 'canary%2F1',
      found: 'canar…',
      latencyMs: 1,
      performance: [{ label: 'canary/1', value: 1 }],
    };
  };
  const own = { description: '${env:KEY}', headers: { A: 'Bearer ${env:KEY}' } };
  const written = Object.assign(new FakeSettings(), settings, own);
  const { result } = await executeCheck(written, contextOf(), () => Promise.resolve('canary/1'), types(probe));
  expect(given).toEqual({ ...settings, description: '${env:KEY}', headers: { A: 'Bearer canary/1' } });
  expect(result).toMatchObject({
    message: 'refused: ********',
    expected: '********',
    found: '********…',
    performance: [{ label: '********', value: 1 }],
  });
});

test('prepares a revision once, and again only when a secret has changed', async () => {
  const prepared: unknown[] = [];
  const type = types(async () => ({ status: 'ok', message: 'N/A', latencyMs: 1 }));
  const definition = type.get('fake') as MonitorDefinition;
  const { prepare } = definition;
  definition.prepare = (given) => {
    prepared.push((given as FakeSettings).headers?.['A']);
    return prepare(given);
  };
  const plain = Object.assign(new FakeSettings(), settings, { headers: { A: 'plain' } });
  const referring = Object.assign(new FakeSettings(), settings, { headers: { A: '${env:KEY}' } });
  for (const key of ['one', 'one', 'two', 'two', 'one']) {
    await executeCheck(plain, contextOf(), none, type);
    await executeCheck(referring, contextOf(), () => Promise.resolve(key), type);
  }
  expect(prepared).toEqual(['plain', 'one', 'two', 'one']);
  await executeCheck(Object.assign(new FakeSettings(), plain), contextOf(), none, type);
  expect(prepared).toHaveLength(5);
});

test('without its secrets a check does not run, which says nothing about its target and is no defect', async () => {
  let ran = false;
  const probe = async (): Promise<CheckResult> => {
    ran = true;
    return { status: 'ok', message: 'N/A', latencyMs: 1 };
  };
  const written = Object.assign(new FakeSettings(), settings, { headers: { A: '${env:KEY}' } });
  const missing = (): Promise<string> => Promise.reject(new Error('the variable is not set'));
  const execution = await executeCheck(written, contextOf(), missing, types(probe));
  expect(execution).toEqual({
    result: {
      status: 'unknown',
      message: 'headers: this worker cannot read ${env:KEY}: the variable is not set',
      latencyMs: expect.any(Number),
    },
  });
  expect(ran).toBe(false);
});
