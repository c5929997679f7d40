import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterEvent, Member } from '@9volt/contracts';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { FaultBench, names, waitFor } from './harness/index.js';

let bench: FaultBench;
let dir: string;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), '9volt-overload-'));
  bench = await FaultBench.start();
});
afterEach(async () => {
  await bench.stop();
  rmSync(dir, { recursive: true, force: true });
});

it('a worker with three times the programs that it can run skips fairly, says so once, alerts in time, and recovers', async () => {
  const { cluster, alerters } = bench;
  const worker = await bench.node('worker', 'w1', {
    args: ['--exec-allow', '/bin/sh', '--exec-concurrency', '2'],
  });
  await bench.node('scheduler', 's1');
  await bench.alert('pager');
  const well = names(10, 'web');
  await bench.watch(well, { intervalMs: 1_000, alerters: ['pager'], settings: { 'critical-threshold': 1 } });
  await bench.running();
  const members = await cluster.list<Member>(cluster.keys.members);
  const member = [...members.keys()].find((id) => id.startsWith('w1-')) as string;

  // Each needs a place for half a second: 24 of them every two seconds need six places, and there are two.
  const runs = join(dir, 'runs');
  const command = { command: '/bin/sh', args: ['-c', `echo "$NINEV_CHECK" >> ${runs}; sleep 0.5`] };
  const common = { type: 'exec', ...command, 'critical-threshold': 1, 'critical-alerter': ['pager'] };
  const programs = names(24, 'program');
  for (const [n, name] of programs.entries()) {
    const value = { ...common, interval: '2s', timeout: n % 2 === 0 ? '1900ms' : '1200ms' };
    await cluster.put(cluster.keys.monitor(name), value);
  }
  const counts = (): Map<string, number> => {
    const all = new Map(programs.map((name) => [name, 0]));
    for (const name of readFileSync(runs, 'utf8').trim().split('\n')) all.set(name, (all.get(name) ?? 0) + 1);
    return all;
  };
  const events = async (type: string): Promise<ClusterEvent[]> =>
    [...(await cluster.list<ClusterEvent>(cluster.keys.events)).values()].filter((event) => event.type === type);
  const told = await waitFor(async () => (await events('member-overloaded'))[0], {
    timeoutMs: 90_000,
    what: 'the event of an overload',
  });
  expect(told.message).toMatch(/^w1 cannot keep up: .*--exec-concurrency/);
  const reports = async (): Promise<Member | undefined> =>
    (await cluster.list<Member>(cluster.keys.members)).get(member);
  expect((await reports())?.Overloaded).toMatch(/cannot keep up/);
  expect(await (await fetch(`${worker.url}/readyz`)).json()).toMatchObject({
    status: 'ready',
    notes: { checks: expect.stringContaining('cannot keep up') },
  });

  // One that is due once a year gets its turn like the others.
  await cluster.put(cluster.keys.monitor('yearly'), { ...common, interval: '1y', timeout: '1200ms' });
  await waitFor(() => counts().get('yearly'), { timeoutMs: 30_000, what: 'the first run of a yearly check' });

  const [failing = ''] = well;
  bench.targets.break([failing]);
  const brokenAt = Date.now();
  await bench.told(failing, ['critical']);
  const tellMs = Date.now() - brokenAt;
  const before = counts();
  await sleep(30_000);
  const ran = programs.map((name) => (counts().get(name) ?? 0) - (before.get(name) ?? 0));
  console.log(
    `each of 24 programs ran ${Math.min(...ran)} to ${Math.max(...ran)} times of 15; told after ${tellMs} ms`,
  );
  expect(Math.min(...ran)).toBeGreaterThan(0);
  expect(Math.max(...ran) - Math.min(...ran)).toBeLessThanOrEqual(2);
  bench.targets.mend([failing]);
  await bench.told(failing, ['critical', 'resolve']);

  for (const name of programs.slice(4)) await cluster.delete(cluster.keys.monitor(name));
  const [relieved] = await waitFor(
    async () => (await events('member-relieved')).length > 0 && events('member-relieved'),
    {
      timeoutMs: 90_000,
      what: 'the event that it keeps up again',
    },
  );
  expect(relieved?.message).toMatch(/^w1 keeps up again after /);
  expect((await reports())?.Overloaded ?? '').toBe('');
  expect(await events('member-overloaded')).toHaveLength(1);
  // It never left the cluster, and blamed no target.
  expect((await cluster.list<Member>(cluster.keys.members)).has(member)).toBe(true);
  expect(await events('member-detached')).toEqual([]);
  expect(alerters.deliveries.filter(({ monitor }) => monitor !== failing)).toEqual([]);
});
