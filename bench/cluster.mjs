// `npm run bench:cluster`: what a push costs, and what happens to the checks when processes come, go and die. Probes are stubbed; everything else is real.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { phaseOf, slotAfter } from '../apps/worker/dist/time/slots.js';
import { BenchCluster } from './parts/cluster.mjs';
import { runCommand, until } from './parts/processes.mjs';
import { report } from './parts/report.mjs';

const { values } = parseArgs({
  options: {
    monitors: { type: 'string', default: '10000' },
    interval: { type: 'string', default: '10' },
    // After each step; at least what the lease of a killed process takes.
    settle: { type: 'string', default: '10' },
    lease: { type: 'string', default: '6' },
    // Of those after the cold start, in this order.
    steps: { type: 'string', default: 'join,leave,kill,leader' },
    json: { type: 'string' },
  },
});
const [monitors, intervalS] = [values.monitors, values.interval].map(Number);
const intervalMs = intervalS * 1_000;
const settleMs = Number(values.settle) * 1_000;
const scratch = await mkdtemp(join(tmpdir(), 'bench-'));
const [runs, files] = ['runs', 'files'].map((name) => join(scratch, name));
const cluster = await BenchCluster.start({ leaseS: Number(values.lease) });
const rows = [];
const STEPS = {
  join: () => step('a worker joins', () => cluster.node('worker', 'w3', { runs })),
  leave: () => step('a worker leaves', () => cluster.end(cluster.workers.at(-1).name)),
  kill: () =>
    step('a worker is killed', async () => {
      await cluster.node('worker', 'w4', { runs });
      await cluster.assigned();
      await sleep(2 * intervalMs);
      return () => cluster.end('w1', 'SIGKILL');
    }),
  leader: () => step('the leader is killed', async () => cluster.end(await cluster.leader(), 'SIGKILL')),
};

try {
  for (const dir of [runs, files]) await mkdir(dir);
  await push();
  await steps();
} finally {
  await cluster.stop();
  await rm(scratch, { recursive: true, force: true });
}
await report(rows, values.json, { monitors, intervalS });
process.exit();

async function push() {
  const entry = (_, n) =>
    `  m${n}:\n    type: tcp\n    host: 192.0.2.${n % 250}\n    port: 80\n    interval: ${intervalS}s\n`;
  await writeFile(join(files, 'monitors.yaml'), `monitor:\n${Array.from({ length: monitors }, entry).join('')}`);
  for (const step of ['push', 'push, unchanged']) {
    const at = performance.now();
    const cpuMs = await runCommand(['cfg', files, '--etcd-members', cluster.etcd.url]);
    rows.push({ step, tookMs: performance.now() - at, cpuMs });
  }
  cluster.monitors = monitors;
}

async function steps() {
  const chosen = values.steps.split(',');
  const schedulers = chosen.includes('leader') ? ['s1', 's2'] : ['s1'];
  await Promise.all(schedulers.map((name) => cluster.node('scheduler', name)));
  await step('cold start', () => Promise.all(['w1', 'w2'].map((name) => cluster.node('worker', name, { runs }))));
  for (const name of chosen) await STEPS[name]();
}

/** Does something, waits until all monitors have a worker, and looks at the gaps in their checks. `act` may answer what to do once it is prepared. */
async function step(name, act) {
  let from = Date.now();
  const prepared = await act();
  if (typeof prepared === 'function') {
    from = Date.now();
    await prepared();
  }
  await cluster.assigned();
  const tookMs = Date.now() - from;
  if (name === 'cold start') await until(hasAllRuns, 120_000, () => 'a run of each monitor');
  const runningMs = Date.now() - from;
  await sleep(2 * intervalMs + settleMs);
  const gaps = await gapsSince(from);
  rows.push({ step: name, tookMs, ...(name === 'cold start' ? { runningMs } : {}), ...gaps });
}

async function hasAllRuns() {
  return (await readRuns()).size === monitors;
}

/** By monitor, when and where it ran, in order. */
async function readRuns() {
  const byMonitor = new Map();
  for (const worker of readdirSync(runs)) {
    for (const line of (await readFile(join(runs, worker), 'utf8')).split('\n')) {
      const [at, name] = line.split(' ');
      if (name === undefined) continue;
      if (!byMonitor.has(name)) byMonitor.set(name, []);
      byMonitor.get(name).push({ at: Number(at), worker });
    }
  }
  for (const each of byMonitor.values()) each.sort((a, b) => a.at - b.at);
  return byMonitor;
}

/** The longest time between two checks of a monitor, and how many monitors skipped a slot: those whose worker changed, and the others. */
async function gapsSince(from) {
  const longest = { moved: 0, others: 0 };
  const skipped = { moved: 0, others: 0 };
  let moved = 0;
  for (const [name, each] of await readRuns()) {
    const seen = each.filter(({ at }) => at >= from - 1.5 * intervalMs);
    const kind = new Set(seen.map(({ worker }) => worker)).size > 1 ? 'moved' : 'others';
    if (kind === 'moved') moved++;
    const gap = Math.max(0, ...seen.slice(1).map(({ at }, index) => at - seen[index].at));
    longest[kind] = Math.max(longest[kind], gap);
    if (seen.slice(1).some(({ at }, index) => hasSlotBetween(name, seen[index].at, at))) skipped[kind]++;
  }
  return {
    moved,
    longestGapMovedMs: longest.moved,
    skippedMoved: skipped.moved,
    longestGapOthersMs: longest.others,
    skippedOthers: skipped.others,
  };
}

/** Whether a slot passed between two checks for which neither counts: a check serves the slots closer than half an interval. */
function hasSlotBetween(name, at, next) {
  return slotAfter(at + intervalMs / 2, intervalMs, phaseOf(name, intervalMs)) < next - intervalMs / 2;
}
