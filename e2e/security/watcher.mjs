// A thread of its own asks one small thing after the other, and tells how long each waited: what is busy in the spec does not count.
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
