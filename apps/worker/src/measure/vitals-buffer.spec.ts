import { expect, test } from '@jest/globals';
import { type CheckResult, MAX_SAMPLES, type Sample } from '@9volt/contracts';
import { someOf } from '@9volt/testing';
import fc from 'fast-check';
import { VitalsBuffer } from './vitals-buffer.js';

const ok: CheckResult = { status: 'ok', message: 'N/A', latencyMs: 3 };

test('keeps the newest samples and counts all', () => {
  const buffer = new VitalsBuffer();
  for (let at = 0; at < 100; at++) buffer.ran('web', ok, at);
  buffer.overran('web', 7);
  const taken = buffer.take('web');
  expect(taken).toMatchObject({ runs: 100, overruns: 7 });
  expect(taken?.samples.map(({ at }) => at)).toEqual(
    Array.from({ length: MAX_SAMPLES }, (_, i) => 100 - MAX_SAMPLES + i),
  );
  expect(buffer.take('web')).toBeUndefined();
});

test('keeps the message of a failure only, capped', () => {
  const buffer = new VitalsBuffer();
  buffer.ran('web', ok, 1);
  buffer.ran('web', { status: 'critical', message: 'x'.repeat(1_000), latencyMs: 1, phases: { connect: 1 } }, 2);
  const [first, second] = buffer.take('web')?.samples ?? [];
  expect(first).toEqual({ at: 1, latencyMs: 3, status: 'ok' });
  expect(second?.message).toHaveLength(200);
  expect(second?.phases).toEqual({ connect: 1 });
});

test('keeps measured values, and the remark of a success, of the newest result only', () => {
  const buffer = new VitalsBuffer();
  const load = (value: number): CheckResult => ({
    ...ok,
    message: `OK - load ${value}`,
    performance: [{ label: 'load', value }],
  });
  buffer.ran('web', load(1), 1);
  buffer.ran('web', load(2), 2);
  expect(buffer.latest('web')).toMatchObject({ message: 'OK - load 2', performance: [{ label: 'load', value: 2 }] });
  const taken = buffer.take('web');
  expect(taken?.samples[0]).toEqual({ at: 1, latencyMs: 3, status: 'ok' });
  buffer.ran('web', load(3), 3);
  if (taken) buffer.giveBack({ name: 'web', nextDueAt: 0, ...taken });
  const samples = buffer.take('web')?.samples ?? [];
  expect(samples.map(({ at, performance }) => [at, performance?.[0]?.value])).toEqual([
    [1, undefined],
    [2, undefined],
    [3, 3],
  ]);
});

test('dumps the next time what could not be dumped, before later results', () => {
  const buffer = new VitalsBuffer();
  buffer.ran('web', ok, 1);
  const taken = buffer.take('web');
  buffer.ran('web', ok, 2);
  if (taken) buffer.giveBack({ name: 'web', nextDueAt: 0, ...taken });
  expect(buffer.take('web')).toMatchObject({ runs: 2, samples: [{ at: 1 }, { at: 2 }] });
});

test('repeats the last result of a monitor without a new one, and counts it once', () => {
  const buffer = new VitalsBuffer();
  expect(buffer.take('web', true)).toBeUndefined();
  buffer.ran('web', ok, 1);
  expect(buffer.take('web', true)).toMatchObject({ runs: 1, samples: [{ at: 1 }] });
  expect(buffer.take('web')).toBeUndefined();
  buffer.overran('web', 2);
  const repeated = buffer.take('web', true);
  expect(repeated).toMatchObject({ runs: 0, overruns: 2, samples: [{ at: 1 }] });
  // A dump that failed: the result is repeated another time.
  if (repeated) buffer.giveBack({ name: 'web', nextDueAt: 0, ...repeated });
  expect(buffer.take('web')).toEqual({ runs: 0, overruns: 2, samples: [] });
  buffer.forget('web');
  expect(buffer.take('web', true)).toBeUndefined();
});

test('gives the newest samples of each monitor in order, whatever is taken, given back and forgotten', () => {
  const act = fc.record({
    what: fc.constantFrom('run', 'run', 'run', 'run', 'take', 'fail', 'forget'),
    name: fc.constantFrom('a', 'b', 'c'),
    status: fc.constantFrom('ok', 'critical' as const),
    phases: fc.option(fc.record({ connect: fc.nat(), firstByte: fc.nat() }), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(act, { minLength: 1, maxLength: 150 }), (acts) => {
      const buffer = new VitalsBuffer();
      const model = new Map<string, Sample[]>();
      for (const [at, { what, name, status, phases }] of someOf(acts).entries()) {
        const fresh = model.get(name) ?? [];
        if (what === 'run') {
          const message = status === 'ok' ? 'N/A' : `failed ${at}`;
          buffer.ran(name, { status, message, latencyMs: at / 3, ...(phases ? { phases } : {}) }, at);
          const sample: Sample = { at, latencyMs: at / 3, status, ...(phases ? { phases } : {}) };
          if (status !== 'ok') sample.message = message;
          model.set(name, [...fresh, sample].slice(-MAX_SAMPLES));
        } else if (what === 'forget') {
          buffer.forget(name);
          model.delete(name);
        } else {
          const taken = buffer.take(name);
          expect(taken?.samples ?? []).toEqual(fresh);
          if (what === 'fail' && taken) buffer.giveBack({ name, nextDueAt: 0, ...taken });
          else model.delete(name);
        }
      }
      for (const name of someOf(['a', 'b', 'c'])) expect(buffer.latest(name)).toEqual(model.get(name)?.at(-1));
    }),
  );
});
