import { describe, expect, it } from '@jest/globals';
import type { AwaitedCalls, ReceivedCalls } from './define-monitor.js';
import { pushMonitor } from './push.monitor.js';
import { describeProbeContract, faultsOf, monitorOf, runProbe, type Written } from './testing/index.js';

const MINUTE = 60_000;
const SINCE = Date.parse('2026-03-01T10:00:00Z');
const token = 'a-token-of-a-job';
const settings: Written = { type: 'push', token, interval: '1h', grace: '5m' };

/** 9volt has waited for calls since 10:00; the last came, and the present time is, this many minutes later. */
const calls = (lastAt: number | undefined, now: number, last: Partial<ReceivedCalls['last']> = {}): ReceivedCalls => ({
  awaitedSinceMs: SINCE,
  nowMs: SINCE + now * MINUTE,
  ...(lastAt === undefined ? {} : { last: { atMs: SINCE + lastAt * MINUTE, status: 'ok', ...last } }),
});

describeProbeContract(pushMonitor, async () => ({
  healthy: settings,
  failing: settings,
  refused: settings,
  calls: { healthy: calls(0, 1), failing: calls(0, 1, { status: 'critical' }), refused: calls(undefined, 65) },
  close: async () => undefined,
}));

const judged = (received: ReceivedCalls, more: Written = {}) =>
  runProbe({ ...settings, ...more }, undefined, { calls: received });

describe('push', () => {
  it.each<[string, ReceivedCalls, object]>([
    ['before the first call is due', calls(undefined, 64.9), { status: 'ok', message: 'N/A' }],
    [
      'without any call',
      calls(undefined, 65),
      {
        status: 'critical',
        message: 'No call ever, awaited since 2026-03-01T10:00:00.000Z; expected one within 1h5m',
        expected: 'a call every 1h, with 5m of grace',
        found: 'none',
      },
    ],
    ['in the grace', calls(30, 94.9), { status: 'ok' }],
    [
      'after the grace',
      calls(30, 95),
      {
        status: 'critical',
        message: 'No call since 2026-03-01T10:30:00.000Z; expected one within 1h5m',
        found: 'the last one at 2026-03-01T10:30:00.000Z',
      },
    ],
    [
      'when calls were lost with etcd, which is back',
      { ...calls(0, 300), awaitedSinceMs: SINCE + 290 * MINUTE },
      { status: 'ok' },
    ],
    [
      'when the job has something to say',
      calls(0, 1, { message: 'all 7 done' }),
      { status: 'ok', message: 'all 7 done' },
    ],
    ['when the job says how long it took', calls(0, 1, { latencyMs: 12_500 }), { status: 'ok', latencyMs: 12_500 }],
    ['when the job warns', calls(0, 1, { status: 'warning' }), { status: 'warning', message: 'The job says warning' }],
    [
      'when the job failed',
      calls(0, 1, { status: 'critical', message: 'disk\u001b[31m full' }),
      { status: 'critical', message: 'The job says critical: disk\\u001b[31m full', expected: 'ok', found: 'critical' },
    ],
    [
      'when the job failed long ago',
      calls(0, 95, { status: 'warning' }),
      { status: 'critical', found: expect.stringMatching(/^the last/) },
    ],
  ])('%s', async (_, received, result) => {
    expect(await judged(received)).toMatchObject(result);
  });

  it('says the same as long as no call comes, so that its state is not written again', async () => {
    const [first, second] = await Promise.all([judged(calls(0, 70)), judged(calls(0, 700))]);
    expect(second.message).toBe(first.message);
  });

  it('has a minute of grace by default', async () => {
    const { definition, settings: read } = monitorOf({ type: 'push', token, interval: '1h' });
    const { overdueAtMs } = definition.calls as AwaitedCalls;
    expect(overdueAtMs(read, calls(0, 0))).toBe(SINCE + 61 * MINUTE);
  });

  it('has nothing to try before it is saved', async () => {
    expect(await runProbe(settings)).toMatchObject({
      status: 'unknown',
      message: expect.stringContaining('save it, then call it'),
    });
  });

  it.each<[Written, RegExp[]]>([
    [{ token: 'short' }, [/^token: is not valid; expected 16 to 128 letters/]],
    [{ token: '${env:TOKEN_OF_THE_JOB}' }, [/^token: is not valid/]],
    [{ token: 'with/slashes/in/the/path' }, [/^token: is not valid/]],
    [{ token: undefined }, [/^token: is required/]],
    [{ grace: '0s' }, [/^grace: /]],
  ])('refuses %j', (more, faults) => {
    const written = Object.fromEntries(
      Object.entries({ ...settings, ...more }).filter(([, value]) => value !== undefined),
    );
    expect(faultsOf(written)).toEqual(faults.map((fault) => expect.stringMatching(fault)));
  });
});
