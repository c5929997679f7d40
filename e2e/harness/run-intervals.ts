import { setTimeout as sleep } from 'node:timers/promises';
import { startHttpTarget, startTcpTarget } from '@9volt/monitors/testing';
import { waitFor } from '@9volt/testing';
import { expect } from '@jest/globals';
import type { Cluster } from './cluster.js';

/**
 * Monitors with intervals of 1 ms, 1 s and 1 year run side by side for this long, each as often as due: without overlap, without
 * drift.
 */
export async function runIntervals(cluster: Cluster, forMs: number): Promise<void> {
  const fast = cluster.use(await startTcpTarget({ banner: 'x' }));
  const second = cluster.use(await startHttpTarget());
  const year = cluster.use(await startHttpTarget());
  const worker = await cluster.node('server');
  await cluster.put(cluster.keys.monitor('fast'), { type: 'tcp', host: fast.host, port: fast.port, interval: '1ms' });
  await cluster.put(cluster.keys.monitor('second'), {
    type: 'http',
    host: second.host,
    port: second.port,
    interval: '1s',
  });
  await cluster.put(cluster.keys.monitor('year'), { type: 'http', host: year.host, port: year.port, interval: '1y' });
  await waitFor(() => fast.connections.length > 0 && second.requests.length > 1 && year.requests.length > 0);

  const count = async (): Promise<{ runs: number; overruns: number }> => {
    const text = await (await fetch(`${worker.url}/metrics`)).text();
    const value = (pattern: RegExp): number =>
      [...text.matchAll(pattern)].reduce((sum, match) => sum + Number(match[1]), 0);
    return {
      runs: value(/^ninevolt_checks_total\{[^}]*type="tcp"[^}]*\} (\d+)/gm),
      overruns: value(/^ninevolt_check_overruns_total(?:\{[^}]*\})? (\d+)/gm),
    };
  };
  const [before, secondBefore] = [await count(), second.requests.length];
  const startedAt = performance.now();
  await sleep(forMs);
  const after = await count();
  const tookMs = performance.now() - startedAt;
  const counted = after.runs - before.runs + after.overruns - before.overruns;
  console.log(
    `1 ms for ${Math.round(tookMs)} ms: ${after.runs - before.runs} runs, ${after.overruns - before.overruns} overruns`,
  );
  expect(counted / tookMs).toBeGreaterThan(0.97);
  expect(counted / tookMs).toBeLessThan(1.03);
  expect(year.requests).toHaveLength(1);

  const ran = second.requests.length - secondBefore;
  expect(ran).toBeGreaterThanOrEqual(forMs / 1_000 - 2);
  expect(ran).toBeLessThanOrEqual(forMs / 1_000 + 2);
  // Every check is at the same place within its second: no delay accumulates.
  const phases = second.requests.slice(1).map(({ at }) => at % 1_000);
  const [first, last] = [phases.slice(0, 7), phases.slice(-7)].map(
    (some) => [...some].sort((a, b) => a - b)[3] as number,
  );
  const drift = Math.abs((last as number) - (first as number));
  console.log(`1 s: ${ran} runs, median phase moved by ${drift} ms`);
  expect(Math.min(drift, 1_000 - drift)).toBeLessThan(150);
}
