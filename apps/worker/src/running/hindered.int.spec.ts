import { beforeEach, describe, expect, test } from '@jest/globals';
import { waitFor } from '@9volt/etcd-dal/testing';
import { CheckRunner } from '../execution/check-runner.js';
import { VitalsBuffer } from '../measure/vitals-buffer.js';
import { WorkerBench } from '../testing/worker-bench.js';
import type { LeaderStandIn, WebTarget, WorkerRig } from '../testing/worker-rig.js';

const bench = new WorkerBench();
let view: LeaderStandIn;
let web: WebTarget;
let worker: WorkerRig;
beforeEach(async () => {
  ({ view, web } = bench);
  worker = await bench.startWorker();
});

/** One failure is enough to notify. The interval is long: everything within it happens because of one check. */
const settings = (over: object = {}): object => ({
  ...web.settings,
  interval: '1h',
  timeout: '900ms',
  'critical-threshold': 1,
  'critical-alerter': ['pager'],
  ...over,
});

const latest = () => worker.get(VitalsBuffer).latest('web');

/** The worker stands still, like a stopped process: nothing of it runs, and time passes. */
function standStill(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

/** Runs the check once, with a standstill after it has asked its target. */
async function runAcrossStandstill(): Promise<void> {
  const asked = web.askedAt.length;
  const run = worker.get(CheckRunner).runNow('web', AbortSignal.timeout(20_000));
  await waitFor(() => web.askedAt.length > asked);
  standStill(1_300);
  await run;
}

describe('a worker that stands still during a check', () => {
  test('does not blame a target that answers: it checks again at once, and says why', async () => {
    await view.assign(worker.id, 'web', settings());
    await view.reaches('web', { status: 'ok' });
    web.delayMs = 300;
    await runAcrossStandstill();
    expect(latest()).toMatchObject({
      status: 'ok',
      note: expect.stringMatching(/^checked again: this worker stood still for 1\.\d+s$/),
    });
    expect((await view.state('web'))?.status).toBe('ok');
    expect(view.said('web')).toEqual([]);
    await waitFor(() => worker.events.some(({ type }) => type === 'member-held-up'), { what: 'the event' });
  });

  test('reports a target that fails all the same', async () => {
    await view.assign(worker.id, 'web', settings());
    await view.reaches('web', { status: 'ok' });
    web.healthy = false;
    web.delayMs = 300;
    await runAcrossStandstill();
    await view.reaches('web', { status: 'critical' });
    expect(view.said('web')).toEqual(['pager: critical']);
  });

  test('an unjudged result is shown as unknown, and counts towards no threshold', async () => {
    // When it could check again, the next check is due.
    await view.assign(worker.id, 'web', settings({ interval: '1s', timeout: '900ms' }));
    await view.reaches('web', { status: 'ok' });
    web.delayMs = 700;
    await runAcrossStandstill();
    expect(latest()).toMatchObject({
      status: 'unknown',
      unjudged: true,
      message: expect.stringMatching(/^this worker stood still for 1\.\d+s$/),
    });
    web.delayMs = 0;
    await waitFor(() => latest()?.status === 'ok', { what: 'the next check' });
    expect(await view.state('web')).toMatchObject({ status: 'ok', count: 0, incident: null });
    expect(view.said('web')).toEqual([]);
  });
});
