import { setTimeout as sleep } from 'node:timers/promises';
import { setOpenFilesLimit } from '../harness/open-files.js';
import { canFakeClocks, clockOff, EDITS, editMonitor } from '../harness/index.js';
import { ALERTERS, INTERVAL_MS, type SoakMember, type SoakBench } from './soak-bench.js';

/** A fault that may be drawn. */
export interface RandomFault {
  name: string;
  weight: number;
  /** Injects it and ends it. Its effects may last longer. */
  inject: (soak: SoakBench) => Promise<void>;
}

type Choice = (soak: SoakBench) => Promise<SoakMember> | SoakMember;

const aWorker: Choice = (soak) => soak.random.pick(soak.membersOf('worker'));
const theLeader: Choice = (soak) => soak.leading();
const anybody: Choice = (soak) => soak.random.pick(soak.members);

export const FAULTS: readonly RandomFault[] = [
  { name: 'kill -9 worker', weight: 4, inject: crash(aWorker) },
  { name: 'kill -9 leader', weight: 3, inject: crash(theLeader) },
  {
    name: 'kill -9 leader and worker',
    weight: 2,
    inject: async (soak) => {
      await Promise.all([crash(theLeader)(soak), crash(aWorker)(soak)]);
    },
  },
  { name: 'SIGTERM worker', weight: 3, inject: stop(aWorker) },
  { name: 'SIGTERM leader', weight: 2, inject: stop(theLeader) },
  { name: 'pause worker', weight: 3, inject: pause(aWorker) },
  { name: 'worker held up now and then', weight: 3, inject: stutter },
  { name: 'pause leader', weight: 2, inject: pause(theLeader) },
  { name: 'connections cut twice', weight: 3, inject: cutTwice },
  { name: 'worker cut off', weight: 3, inject: severed(aWorker, 'blackhole') },
  { name: 'leader cut off', weight: 2, inject: severed(theLeader, 'blackhole') },
  { name: 'requests held', weight: 2, inject: severed(anybody, 'hold') },
  { name: 'answers withheld', weight: 2, inject: severed(anybody, 'mute') },
  { name: 'etcd slow for one', weight: 2, inject: slowed(anybody) },
  { name: 'etcd slow for all', weight: 2, inject: slowForAll },
  { name: 'worker may open no more files', weight: 2, inject: outOfFiles },
  { name: 'worker killed during first runs', weight: 2, inject: killedDuringFirstRuns },
  ...(canFakeClocks ? [{ name: 'clock of a worker off by hours, then kill -9', weight: 2, inject: clockWrong }] : []),
  { name: 'etcd down, workers stopped and started', weight: 2, inject: stoppedWithoutEtcd },
  { name: 'worker cut off while monitors are edited', weight: 2, inject: editedWhileCutOff },
  { name: 'etcd restarted', weight: 2, inject: outage(0, 0) },
  { name: 'etcd down', weight: 2, inject: outage(1, 20) },
  { name: 'etcd paused', weight: 1, inject: etcdPaused },
  { name: 'etcd compacted while a watch is cut', weight: 2, inject: compactedBehind },
  { name: 'an alerter in trouble', weight: 4, inject: alerterTrouble },
  { name: 'an alerter answers late', weight: 2, inject: alerterSlow },
  { name: 'monitors edited', weight: 2, inject: edited },
];

function crash(choose: Choice): RandomFault['inject'] {
  return async (soak) => {
    const member = await choose(soak);
    await soak.bench.fault('crash', member.name, () => member.node.signal('SIGKILL'));
    await sleep(soak.random.msBetween(0, 12));
    await soak.refill(member);
  };
}

function stop(choose: Choice): RandomFault['inject'] {
  return async (soak) => {
    const member = await choose(soak);
    await soak.bench.fault('graceful', member.name, () => member.node.signal('SIGTERM'));
    await soak.refill(member);
  };
}

function pause(choose: Choice): RandomFault['inject'] {
  return async (soak) => {
    const member = await choose(soak);
    await soak.bench.fault('pause', member.name, async () => {
      await member.node.signal('SIGSTOP');
      await sleep(soak.random.msBetween(1, 15));
      await member.node.signal('SIGCONT');
    });
  };
}

/** Too short to lose the lease, long enough for checks to seem late. */
async function stutter(soak: SoakBench): Promise<void> {
  const member = (await aWorker(soak)) as SoakMember;
  await soak.bench.fault('pause', member.name, async () => {
    for (let times = 0; times < 5; times++) {
      await member.node.signal('SIGSTOP');
      await sleep(soak.random.msBetween(0.8, 3));
      await member.node.signal('SIGCONT');
      await sleep(soak.random.msBetween(0.5, 3));
    }
  });
}

function severed(choose: Choice, how: 'blackhole' | 'hold' | 'mute'): RandomFault['inject'] {
  return async (soak) => {
    const { name, proxy } = await choose(soak);
    await soak.bench.fault('partition', name, async () => {
      proxy[how]();
      await sleep(soak.random.msBetween(1, 20));
      proxy.heal();
    });
  };
}

function slowed(choose: Choice): RandomFault['inject'] {
  return async (soak) => {
    const { name, proxy } = await choose(soak);
    await soak.bench.fault('partition', name, () => slowly(soak, [proxy]));
  };
}

function slowForAll(soak: SoakBench): Promise<void> {
  return soak.bench.fault('outage', 'etcd', () =>
    slowly(
      soak,
      soak.members.map(({ proxy }) => proxy),
    ),
  );
}

/** Answers come late by some seconds, now and then; so do watches. */
async function slowly({ random }: SoakBench, proxies: readonly SoakMember['proxy'][]): Promise<void> {
  for (let times = 0; times < 3; times++) {
    const delayMs = random.msBetween(0.5, 6);
    for (const proxy of proxies) proxy.slow(delayMs);
    await sleep(random.msBetween(1, 6));
    for (const proxy of proxies) proxy.slow(0);
    await sleep(random.msBetween(0.5, 3));
  }
}

async function stoppedWithoutEtcd(soak: SoakBench): Promise<void> {
  const workers = soak.membersOf('worker');
  const stopped = soak.random.chance(0.5) ? workers : [soak.random.pick(workers)];
  await soak.bench.fault('outage', 'etcd', async () => {
    await soak.bench.cluster.etcd.kill();
    await sleep(soak.random.msBetween(5, 15));
    await Promise.all(stopped.map(({ node }) => node.signal('SIGTERM')));
    await soak.bench.cluster.etcd.restart();
    await Promise.all(stopped.map((member) => soak.refill(member)));
  });
}

/** It keeps its connections, and can open some more files or none. */
async function outOfFiles(soak: SoakBench): Promise<void> {
  const { name, node } = soak.random.pick(soak.membersOf('worker'));
  await soak.bench.fault('shortage', name, async () => {
    const restore = await setOpenFilesLimit(node.pid, Math.floor(soak.random.msBetween(0, 0.008)));
    await sleep(soak.random.msBetween(3, 20));
    await restore();
  });
}

/** Each edit makes the next run of a monitor a first one; the heir does not know which of them killed the worker. */
async function killedDuringFirstRuns(soak: SoakBench): Promise<void> {
  const { bench, random, monitors } = soak;
  const member = random.pick(soak.membersOf('worker'));
  bench.targets.delayMs = () => 400;
  await bench.edit(monitors, { description: `first runs ${Math.floor(random.next() * 1e9)}` });
  await sleep(random.msBetween(0, 1));
  await bench.fault('crash', member.name, () => member.node.signal('SIGKILL'));
  await sleep(random.msBetween(0, 12));
  bench.targets.delayMs = () => 0;
  await soak.refill(member);
}

/** Its wall clock is hours ahead, or behind, for some seconds; then it dies. */
async function clockWrong(soak: SoakBench): Promise<void> {
  const { bench, random } = soak;
  const member = random.pick(soak.membersOf('worker'));
  await bench.fault('graceful', member.name, () => member.node.signal('SIGTERM'));
  await soak.refill(member, { env: clockOff(random.pick([1, -1])) });
  await sleep(random.msBetween(2, 20));
  await bench.fault('crash', member.name, () => member.node.signal('SIGKILL'));
  await sleep(random.msBetween(0, 12));
  await soak.refill(member);
}

/** Monitors of this fault's own, of which both sides have some: each is edited in another way, and fails before or after. */
async function editedWhileCutOff(soak: SoakBench): Promise<void> {
  const { bench, random } = soak;
  const { name, proxy } = random.pick(soak.membersOf('worker'));
  const edits = [...EDITS, ...EDITS];
  const extras = soak.freshNames(edits.length);
  const [alerter, other] = ALERTERS;
  await bench.watch(extras, { intervalMs: INTERVAL_MS, alerters: [alerter] });
  await bench.begun(extras);
  await soak.recovered();
  await bench.fault('partition', name, async () => {
    proxy.blackhole();
    await sleep(random.msBetween(1, 8));
    bench.targets.break(extras.filter(() => random.chance(0.8)));
    await sleep(random.msBetween(2, 8));
    bench.targets.mend(extras.filter(() => random.chance(0.3)));
    for (const [index, how] of edits.entries()) await editMonitor(bench, how, extras[index] as string, other);
    await sleep(random.msBetween(1, 10));
    bench.targets.mend(extras);
    proxy.heal();
  });
  await soak.recovered();
  await bench.remove(extras);
}

async function cutTwice(soak: SoakBench): Promise<void> {
  const { name, proxy } = anybody(soak) as SoakMember;
  await soak.bench.fault('partition', name, async () => {
    proxy.cutOnce();
    await sleep(soak.random.msBetween(0, 0.3));
    proxy.cutOnce();
  });
}

function outage(fromS: number, toS: number): RandomFault['inject'] {
  return ({ bench, random }) =>
    bench.fault('outage', 'etcd', async () => {
      await bench.cluster.etcd.kill();
      await sleep(random.msBetween(fromS, toS));
      await bench.cluster.etcd.restart();
    });
}

function etcdPaused({ bench, random }: SoakBench): Promise<void> {
  return bench.fault('outage', 'etcd', async () => {
    await bench.cluster.etcd.pause();
    await sleep(random.msBetween(1, 12));
    await bench.cluster.etcd.resume();
  });
}

async function compactedBehind(soak: SoakBench): Promise<void> {
  const { name, proxy } = anybody(soak) as SoakMember;
  await soak.bench.fault('partition', name, async () => {
    proxy.cut();
    await edited(soak);
    await soak.bench.cluster.etcd.compact();
    await sleep(soak.random.msBetween(0, 3));
    proxy.heal();
  });
}

async function alerterTrouble({ bench, random }: SoakBench): Promise<void> {
  const alerter = random.pick(ALERTERS);
  const trouble = random.pick(['fail', 'hang', 'down', 'rate-limit'] as const);
  bench.alerters.behave(alerter, trouble === 'rate-limit' ? { kind: trouble, retryAfterS: 3 } : { kind: trouble });
  await sleep(random.msBetween(2, 20));
  bench.alerters.behave(alerter, { kind: 'accept' });
}

/** Later than an answer usually comes, and within the wait for a request that was sent whole: no notification may be repeated. */
async function alerterSlow({ bench, random }: SoakBench): Promise<void> {
  const alerter = random.pick(ALERTERS);
  bench.alerters.behave(alerter, { kind: 'slow', afterMs: random.msBetween(11, 26) });
  await sleep(random.msBetween(10, 40));
  bench.alerters.behave(alerter, { kind: 'accept' });
}

/** An edit that changes nothing important. */
async function edited({ bench, monitors, random }: SoakBench): Promise<void> {
  const description = `edit ${Math.floor(random.next() * 1e9)}`;
  await bench.edit(
    monitors.filter(() => random.chance(0.3)),
    { description },
  );
}
