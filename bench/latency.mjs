// `npm run bench:latency`: how long a change takes to have its effect, in a cluster that has nothing else to do.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { BenchCluster } from './parts/cluster.mjs';
import { until } from './parts/processes.mjs';
import { quantile, report } from './parts/report.mjs';

const { values } = parseArgs({
  options: { times: { type: 'string', default: '40' }, json: { type: 'string' } },
});
const times = Number(values.times);
const LIMIT_MS = 60_000;
const cluster = await BenchCluster.start();
/** By path: when it was first asked for, and since when it fails. */
const asked = new Map();
const failing = new Set();
const failedAt = new Map();
const alarmedAt = new Map();
const streamedAt = new Map();
const target = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://target');
  if (pathname === '/alert') alarmedAt.set(searchParams.get('monitor'), performance.now());
  else if (!asked.has(pathname)) asked.set(pathname, performance.now());
  const fails = failing.has(pathname);
  response.writeHead(fails ? 500 : 200, { Connection: 'close' }).end();
  if (fails && !failedAt.has(pathname)) failedAt.set(pathname, performance.now());
}).listen(0, '127.0.0.1');
await once(target, 'listening');
const { port } = target.address();
const rows = [];
try {
  const started = [cluster.node('api', 'a1'), cluster.node('scheduler', 's1'), cluster.node('worker', 'w1')];
  const [api] = await Promise.all(started);
  rows.push(row('a put of a monitor in etcd → its first request', await firstRuns()));
  const { toAlert, toStream } = await failures(api);
  rows.push(row('a failed check → the request to the alerter', toAlert));
  rows.push(row('a failed check → the message on the stream', toStream));
} finally {
  await cluster.stop();
}
await report(rows, values.json, { times });
process.exit();

function row(what, all) {
  return { what, medianMs: quantile(all, 0.5), p95Ms: quantile(all, 0.95), mostMs: Math.max(...all) };
}

function monitorOf(path, more) {
  return { type: 'http', host: '127.0.0.1', port, url: path, ...more };
}

async function firstRuns() {
  const all = [];
  for (let n = 0; n < times; n++) {
    const path = `/first-${n}`;
    const at = performance.now();
    await cluster.put([
      { put: cluster.keys.monitor(`first-${n}`), value: JSON.stringify(monitorOf(path, { interval: '60s' })) },
    ]);
    await until(
      () => asked.has(path),
      LIMIT_MS,
      () => `a request for ${path}`,
    );
    all.push(asked.get(path) - at);
    await sleep(50 + Math.random() * 100);
  }
  return all;
}

async function failures(api) {
  const names = Array.from({ length: times }, (_, n) => `fails-${n}`);
  const url = `http://127.0.0.1:${port}/alert?monitor={{monitor}}`;
  await cluster.put([{ put: cluster.keys.alerter('hook'), value: JSON.stringify({ type: 'http', options: { url } }) }]);
  await listen(api);
  for (const name of names) {
    const value = JSON.stringify(monitorOf(`/${name}`, { interval: '1s', 'critical-alerter': ['hook'] }));
    await cluster.put([{ put: cluster.keys.monitor(name), value }]);
  }
  await until(
    () => names.every((name) => asked.has(`/${name}`)),
    LIMIT_MS,
    () => 'each monitor to run',
  );
  await sleep(2_000);
  for (const name of names) {
    failing.add(`/${name}`);
    await until(
      () => alarmedAt.has(name) && streamedAt.has(name),
      LIMIT_MS,
      () => `an alarm about ${name}`,
    );
  }
  const since = (at) => names.map((name) => at.get(name) - failedAt.get(`/${name}`));
  return { toAlert: since(alarmedAt), toStream: since(streamedAt) };
}

/** Notes when the stream tells that a monitor is critical. */
async function listen(api) {
  const response = await fetch(`${api.url}/api/v1/stream?types=state`);
  const read = async () => {
    const decoder = new TextDecoder();
    let text = '';
    for await (const piece of response.body) {
      text += decoder.decode(piece, { stream: true });
      const messages = text.split('\n\n');
      text = messages.pop();
      for (const message of messages) {
        const name = /"(fails-\d+)"/.exec(message)?.[1];
        if (name && message.includes('"critical"') && !streamedAt.has(name)) streamedAt.set(name, performance.now());
      }
    }
  };
  // It ends with the process of the API.
  read().catch(() => undefined);
}
