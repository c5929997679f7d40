// Visitors of a web page: each has a connection of its own and asks once a second. Arguments: URL, visitors, seconds. Says what they got as JSON.
import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const [url, visitors, seconds] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const agent = new Agent({ keepAlive: true, maxSockets: visitors });
const times = [];
let [ok, unchanged, failed] = [0, 0, 0];

/** One in two has seen the page before. */
function visit(etag) {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const headers = { 'accept-encoding': 'gzip', ...(etag === undefined ? {} : { 'if-none-match': etag }) };
    get(url, { agent, headers }, (response) => {
      response.resume().once('end', () => {
        times.push(performance.now() - startedAt);
        if (response.statusCode === 200) ok++;
        else if (response.statusCode === 304) unchanged++;
        else failed++;
        resolve(response.headers.etag);
      });
    }).once('error', () => {
      failed++;
      resolve(undefined);
    });
  });
}

const endAt = performance.now() + seconds * 1_000;
await Promise.all(
  Array.from({ length: visitors }, async (_none, n) => {
    await sleep((n / visitors) * 1_000);
    let etag;
    while (performance.now() < endAt) {
      const nextAt = performance.now() + 1_000;
      const seen = await visit(n % 2 === 0 ? etag : undefined);
      etag = seen;
      await sleep(Math.max(0, nextAt - performance.now()));
    }
  }),
);
times.sort((a, b) => a - b);
const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
console.log(JSON.stringify({ ok, unchanged, failed, perSecond: times.length / seconds, p50: at(0.5), p99: at(0.99) }));
agent.destroy();
