import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import type { ClusterEvent } from '@9volt/contracts';
import { type NodeProcess, waitFor } from '../../harness/index.js';
import { type FaultBench, names } from './fault-bench.js';

interface Shown {
  status: string;
  reason: string | null;
}

/**
 * Adds a monitor that kills its process among ordinary ones, together with some others that are new: one worker is lost, no more;
 * everything else is checked; the monitor is quarantined, and runs again once an edit makes it harmless.
 */
export async function runPoisonStory(
  bench: FaultBench,
  type: 'aborting' | 'throwing' | 'rejecting' | 'hanging',
  { scenario, workers: workerNames, ordinary }: { scenario: string; workers: readonly string[]; ordinary: number },
): Promise<void> {
  const options = { poisonousTypes: true };
  const [, workers, api] = await Promise.all([
    bench.node('scheduler', 's1', options),
    bench.nodes('worker', workerNames, options),
    bench.node('api', 'a1', options),
  ]);
  const old = names(ordinary);
  await bench.watch(old);
  await bench.running();
  const { keys } = bench.cluster;
  const fresh = names(5, 'fresh');
  let quarantinedMs = 0;
  await bench.fault('crash', type, async () => {
    const startedAt = Date.now();
    await Promise.all([
      bench.cluster.put(keys.monitor('poison'), bench.settings('poison', { settings: { type } })),
      bench.watch(fresh),
    ]);
    const shown = await waitFor(
      async () => {
        const state = await shownState(api, 'poison');
        return state?.status === 'quarantined' ? state : undefined;
      },
      { timeoutMs: 60_000, what: 'it to be quarantined' },
    );
    quarantinedMs = Date.now() - startedAt;
    expect(shown.reason).toMatch(
      /^it killed two processes: w\d-\w+ at .* \(it died or hung\), a process of w\d-\w+ at /,
    );
  });
  const lost = await lostWorkers(bench, workers);
  expect(lost).toHaveLength(1);
  // A hanging process stays until somebody ends it.
  if (type === 'hanging') await lost[0]?.signal('SIGKILL');

  const since = Date.now();
  const all = [...old, ...fresh];
  await waitFor(
    () => all.every((name) => bench.targets.probes.some(({ monitor, at }) => monitor === name && at > since)),
    {
      timeoutMs: 30_000,
      what: 'all others to be checked',
    },
  );
  await sleep(3_000);
  expect(await lostWorkers(bench, workers)).toEqual(lost);
  const events = [...(await bench.cluster.list<ClusterEvent>(keys.events)).values()];
  const refused = events.filter((event) => event.type === 'config-refused');
  expect(refused.map(({ monitor }) => monitor)).toEqual(['poison']);
  expect(refused[0]?.message).toContain('is quarantined and does not run: it killed two processes');
  const why = (await (await fetch(`${api.url}/api/v1/monitor/poison/why`)).json()) as {
    verdict: string;
    message: string;
  };
  expect(why).toMatchObject({ verdict: 'nowhere', message: expect.stringContaining('it killed two processes') });
  expect(await bench.cluster.list(keys.suspects)).toEqual(new Map());

  await bench.watch(['poison']);
  await bench.begun(['poison']);
  await waitFor(async () => (await shownState(api, 'poison'))?.status === 'ok', {
    what: 'the harmless one to be well',
  });
  await waitFor(async () => (await bench.cluster.list(keys.poison)).size === 0, { what: 'nothing to be on record' });
  const note = `quarantined within ${(quarantinedMs / 1_000).toFixed(1)} s, one worker lost`;
  // A suspect waits for a process of its own.
  await bench.conclude(scenario, { note }, { gapInFaultMs: bench.ttlMs + 15_000, beatMs: 1_000 });
}

/** Those that died, or are no longer members. */
async function lostWorkers(bench: FaultBench, workers: readonly NodeProcess[]): Promise<NodeProcess[]> {
  const ids = [...(await bench.cluster.list(bench.cluster.keys.members)).keys()];
  return workers.filter(({ hasEnded, name }) => hasEnded || !ids.some((id) => id.startsWith(`${name}-`)));
}

async function shownState({ url }: NodeProcess, monitor: string): Promise<Shown | undefined> {
  const response = await fetch(`${url}/api/v1/state/${monitor}`);
  return response.ok ? ((await response.json()) as Shown) : undefined;
}
