// `npm run bench:status-page`: what many visitors of a status page cost, and whether the API answers as fast while they come. A process of
// `9volt status` answers them; the API is another one. On two cores everything here shares them, the visitors too.
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { BenchCluster } from './parts/cluster.mjs';
import { cpuMs, memoryMb, startPart, until } from './parts/processes.mjs';
import { quantile, report } from './parts/report.mjs';

const { values } = parseArgs({
  options: {
    monitors: { type: 'string', default: '200' },
    visitors: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '20' },
    json: { type: 'string' },
  },
});
const [monitors, visitors, seconds] = [values.monitors, values.visitors, values.seconds].map(Number);
const API_PAUSE_MS = 20;
/** All visitors come from one address here. */
const CROWDED = ['--max-connections', '5000', '--max-connections-per-address', '5000'];
const cluster = await BenchCluster.start();
const rows = [];
try {
  const [api, status] = await Promise.all([
    cluster.node('api', 'a1'),
    cluster.node('status', 's1', { args: CROWDED }),
    cluster.node('scheduler', 'sch1'),
    cluster.node('worker', 'w1', { stubbed: true }),
  ]);
  await cluster.add(monitors, () => ({ type: 'tcp', host: '127.0.0.1', port: 9, interval: '10s' }));
  const page = { title: 'Bench', groups: [{ title: 'All', monitors: ['*'] }] };
  await cluster.put([{ put: `${cluster.keys.statusPages}bench`, value: JSON.stringify(page) }]);
  await cluster.assigned();
  const url = `${status.url}/status/bench`;
  const isShown = async () => ((await (await fetch(url)).text()).match(/m\d+/g) ?? []).length >= monitors;
  await until(isShown, 60_000, () => 'the page to show all monitors');
  rows.push(await during('nobody', api, status, sleep(seconds * 1_000)));
  const crowd = startPart('visitors.mjs', [url, visitors, seconds]);
  const row = await during(`${visitors} visitors a second`, api, status, crowd.ended);
  const { ok, unchanged, failed, perSecond, p50, p99 } = JSON.parse(crowd.output);
  rows.push({ ...row, perSecond, p50Ms: p50, p99Ms: p99, ok, unchanged, failed });
} finally {
  await cluster.stop();
}
await report(rows, values.json, { monitors, visitors, seconds });
process.exit();

/** What the API and the status page cost and how long the API takes, until `end`. */
async function during(who, api, status, end) {
  let isOver = false;
  void end.then(() => (isOver = true));
  const times = [];
  const before = cpuMs(status.pid);
  const startedAt = performance.now();
  while (!isOver) {
    const at = performance.now();
    await (await fetch(`${api.url}/api/v1/state?limit=100`)).text();
    times.push(performance.now() - at);
    await sleep(API_PAUSE_MS);
  }
  return {
    who,
    apiP50Ms: quantile(times, 0.5),
    apiP99Ms: quantile(times, 0.99),
    statusCores: (cpuMs(status.pid) - before) / (performance.now() - startedAt),
    statusMb: memoryMb(status.pid),
  };
}
