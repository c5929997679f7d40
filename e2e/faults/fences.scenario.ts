import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { FaultBench, names, type NodeProcess, startSeverableProxy, waitFor } from './harness/index.js';
import { report } from './harness/results.js';

/** Long enough for a slow machine to send everything before the process considers itself stale. */
const TTL_MS = 4_000;
/** Before a call is given up. */
const SOON_MS = 500;

/** Longer than two calls that are given up. */
const LONG_TTL_MS = 12_000;

/** A test in which a write arrives too late, with processes that omit this comparison. */
interface Story {
  compare: string;
  story: string;
  ttlMs?: number;
  tell: (bench: FaultBench, dropCompare: string | undefined) => Promise<void>;
}

const STORIES: Story[] = [
  { compare: 'leader: epoch', story: 'assignments of a leader that was replaced meanwhile', tell: deposedLeader },
  {
    compare: 'leader: mod revision of what it replaces',
    story: 'an edit while the owner hands over',
    tell: editDuringHandOver,
  },
  {
    compare: 'worker: create revision of its assignment',
    story: 'a state from whom the monitor was taken',
    tell: stateAfterWithdrawal,
  },
  {
    compare: 'worker: mod revision of the state',
    story: 'a state that is overtaken by the next one',
    ttlMs: LONG_TTL_MS,
    tell: stateOvertaken,
  },
  {
    compare: 'worker: its own member key',
    story: 'a state from a worker whose lease is over',
    tell: stateWithoutMembership,
  },
];

describe('each comparison of a fenced write is needed', () => {
  let bench: FaultBench;
  afterEach(() => bench.stop());

  /** A write that etcd accepted and should not have. */
  const violationsOf = async ({ tell, ttlMs = TTL_MS }: Story, dropCompare: string | undefined): Promise<string[]> => {
    bench = await FaultBench.start({ ttlMs });
    await tell(bench, dropCompare);
    await sleep(SOON_MS);
    await bench.audit.caughtUp(bench.cluster.client);
    return bench.audit.violations;
  };

  it.each(STORIES)('$story: nothing is wrong with all comparisons', async (story) => {
    expect(await violationsOf(story, undefined)).toEqual([]);
  });

  it.each(STORIES)('$story: goes wrong without "$compare"', async (story) => {
    const violations = await violationsOf(story, story.compare);
    expect(violations).not.toEqual([]);
    report({
      scenario: `without ${story.compare}`,
      lost: 0,
      repeated: 0,
      doubles: 0,
      longestGapMs: 0,
      note: `red: ${violations.length} violations by ${story.story}`,
    });
  });
});

/** A leader writes, is suspended until another leads and has assigned otherwise, and then its writes arrive. */
async function deposedLeader(bench: FaultBench, dropCompare: string | undefined): Promise<void> {
  const proxy = bench.cluster.use(await startSeverableProxy(bench.cluster.etcd.clientPort));
  const deposed = await bench.node('scheduler', 's1', { etcd: proxy.endpoint, ...dropping(dropCompare) });
  const leader = await bench.leader();
  await bench.node('worker', 'w1');
  await bench.watch(names(3), { intervalMs: 1_000 });
  await bench.running();
  proxy.hold();
  // A single one: in a transaction with others, unchanged assignments would make etcd refuse it.
  await bench.watch(['late'], { intervalMs: 1_000 });
  await sleep(SOON_MS);
  await deposed.signal('SIGSTOP');
  // With more workers to choose from the next leader decides otherwise; so they come after the suspension.
  await bench.node('worker', 'w2');
  await bench.node('scheduler', 's2');
  await bench.leader(leader);
  await waitFor(() => bench.audit.ownerOf('late')?.startsWith('w2-'), { timeoutMs: 30_000 });
  proxy.heal();
  await sleep(SOON_MS);
  await deposed.signal('SIGCONT');
}

/** The leader rewrites an assignment that its owner has handed over by the time the write arrives. */
async function editDuringHandOver(bench: FaultBench, dropCompare: string | undefined): Promise<void> {
  const proxy = bench.cluster.use(await startSeverableProxy(bench.cluster.etcd.clientPort));
  await bench.node('scheduler', 's1', { etcd: proxy.endpoint, ...dropping(dropCompare) });
  const owner = await bench.node('worker', 'w1');
  const monitors = names(6);
  // Checks that do not end keep the owner from handing over.
  bench.targets.break(monitors, 'hang');
  const settings = { timeout: '25s' };
  await bench.watch(monitors, { intervalMs: 30_000, settings });
  await waitFor(() => new Set(bench.targets.probes.map(({ monitor }) => monitor)).size === monitors.length, {
    timeoutMs: 30_000,
  });
  await bench.node('worker', 'w2');
  const retiring = await waitFor(async () => {
    const assignments = await bench.cluster.list<{ phase: string }>(
      bench.cluster.keys.assignmentsOf(await owner.memberId()),
    );
    const found = [...assignments].filter(([, { phase }]) => phase === 'retire').map(([name]) => name);
    return found.length > 0 ? found : undefined;
  });
  proxy.hold();
  for (const name of retiring) {
    const edited = bench.settings(name, { intervalMs: 30_000, settings: { ...settings, description: 'edited' } });
    await bench.cluster.put(bench.cluster.keys.monitor(name), edited);
  }
  await sleep(SOON_MS);
  bench.targets.mend(monitors);
  await waitFor(() => retiring.every((name) => bench.audit.ownerOf(name)?.startsWith('w2-')), { timeoutMs: 20_000 });
  proxy.heal();
}

/** The monitor moves away from a live worker while its state is on the way. */
async function stateAfterWithdrawal(bench: FaultBench, dropCompare: string | undefined): Promise<void> {
  const { proxy } = await oneWorker(bench, dropCompare);
  await holdOneState(bench, proxy);
  const settings = { 'member-tag': 'nowhere' };
  await bench.cluster.put(bench.cluster.keys.monitor('m0'), bench.settings('m0', { intervalMs: 500, settings }));
  await waitFor(() => bench.audit.ownerOf('m0') === undefined);
  proxy.heal();
}

/** There is no leader to move the monitors of a worker whose lease ends while its state is on the way. */
async function stateWithoutMembership(bench: FaultBench, dropCompare: string | undefined): Promise<void> {
  const { proxy, scheduler } = await oneWorker(bench, dropCompare);
  await scheduler.signal('SIGKILL');
  await holdOneState(bench, proxy);
  proxy.strand();
  const { client, keys } = bench.cluster;
  await waitFor(
    async () => (await client.list(keys.members)).entries.every(({ key }) => !key.startsWith(keys.member('w1-'))),
    { timeoutMs: 20_000, what: 'its lease to end' },
  );
  proxy.heal();
}

/** A state is on the way on one connection, and the worker continues on another. */
async function stateOvertaken(bench: FaultBench, dropCompare: string | undefined): Promise<void> {
  const { clientPort } = bench.cluster.etcd;
  const proxies = [await startSeverableProxy(clientPort), await startSeverableProxy(clientPort)];
  for (const proxy of proxies) bench.cluster.use(proxy);
  await bench.node('scheduler', 's1');
  await bench.node('worker', 'w1', {
    etcd: proxies.map(({ endpoint }) => endpoint).join(','),
    ...dropping(dropCompare),
  });
  // Below the threshold: it writes only the count.
  const settings = { 'critical-threshold': 1_000 };
  await bench.watch(['m0'], { intervalMs: 500, settings });
  await bench.running();
  const used = proxies.reduce((one, other) => (other.connections > one.connections ? other : one));
  await holdOneState(bench, used);
  used.strand();
  const heldAt = Date.now();
  await waitFor(
    async () => {
      const state = await bench.cluster.get<{ lastRunAt: string }>(bench.cluster.keys.state('m0'));
      return Date.parse(state?.lastRunAt ?? '') > heldAt;
    },
    { timeoutMs: 30_000, what: 'the next state to be written' },
  );
  used.heal();
}

async function oneWorker(
  bench: FaultBench,
  dropCompare: string | undefined,
): Promise<{ proxy: Awaited<ReturnType<typeof startSeverableProxy>>; scheduler: NodeProcess }> {
  const proxy = bench.cluster.use(await startSeverableProxy(bench.cluster.etcd.clientPort));
  const scheduler = await bench.node('scheduler', 's1');
  await bench.node('worker', 'w1', { etcd: proxy.endpoint, ...dropping(dropCompare) });
  await bench.watch(['m0'], { intervalMs: 500 });
  await bench.running();
  return { proxy, scheduler };
}

/** The target fails, and the writes that follow are delayed. */
async function holdOneState(bench: FaultBench, proxy: { hold(): void }): Promise<void> {
  proxy.hold();
  bench.targets.break(['m0']);
  await waitFor(() => bench.targets.probes.some(({ answer }) => answer === 'fail'));
  await sleep(SOON_MS / 2);
}

function dropping(dropCompare: string | undefined): { dropCompare?: string } {
  return dropCompare === undefined ? {} : { dropCompare };
}
