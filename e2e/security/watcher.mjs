// A thread that sends one small request after the other, and reports how long each waited: work of the spec itself does not count.
import { request } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

function ask() {
  return new Promise((resolve) => {
    request(`${workerData.url}/livez`, { timeout: 60_000 }, (response) =>
      response.resume().on('close', () => resolve(response.statusCode)),
    )
      .on('error', () => resolve(0))
      .end();
  });
}

for (;;) {
  const before = performance.now();
  const status = await ask();
  parentPort?.postMessage({ status, waitedMs: performance.now() - before });
  await new Promise((resolve) => setTimeout(resolve, 20));
}
