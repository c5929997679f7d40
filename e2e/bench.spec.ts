import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

/** They wait more than they compute, so they run beside each other. */
const LIMIT_MS = 300_000;

/** Runs one with so little to do that it only shows whether the command works; what it measures on a busy machine says nothing. */
async function run<T>(bench: string, args: string): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'bench-spec-'));
  try {
    const [script, json] = [fileURLToPath(new URL(`../bench/${bench}.mjs`, import.meta.url)), join(dir, 'out.json')];
    await promisify(execFile)(process.execPath, [script, ...args.split(' '), '--json', json]);
    return JSON.parse(await readFile(json, 'utf8')) as T;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

test('bench:probes tells what a check of each type costs, beside the reference', async () => {
  const rows = await run<{ type: string; probeUs: number; bareUs: number }[]>('probes', '--blocks 3 --checks 20');
  expect(rows.map(({ type }) => type)).toEqual(['http', 'tcp', 'dns', 'tls']);
  for (const { probeUs, bareUs } of rows) expect(Math.min(probeUs, bareUs)).toBeGreaterThan(0);
});

test('bench:quiet tells what silences and windows cost', async () => {
  const few = '--silences 20 --windows 5 --rate 10 --seconds 1 --decisions 50';
  const { perSecond, p99Ms, decisionUs } = await run<Record<string, unknown>>('quiet', few);
  expect(decisionUs).toMatch(/^[\d.]+ first, [\d.]+ then$/);
  expect(Math.min(Number(perSecond), Number(p99Ms))).toBeGreaterThan(0);
});

test.concurrent(
  'bench:mix tells what checks of all types together cost a worker',
  async () => {
    const { results } = await run<Results>(
      'checks',
      '--types http+tcp+dns+tls --rate 8 --seconds 1 --windows 1 --warmup 1',
    );
    expect(results).toMatchObject([{ type: 'http+tcp+dns+tls', failed: 0 }]);
    expect(Number(results[0]?.['ratio'])).toBeGreaterThan(0);
  },
  LIMIT_MS,
);

test.concurrent(
  'bench:latency tells how long a change takes to have its effect',
  async () => {
    const { results } = await run<Results>('latency', '--times 1');
    expect(results.map(({ medianMs }) => Number(medianMs) > 0)).toEqual([true, true, true]);
  },
  LIMIT_MS,
);

test.concurrent(
  'bench:api tells what its lists cost',
  async () => {
    const { results } = await run<Results>('api', '--states 50 --requests 2');
    expect(results.map(({ bytes }) => Number(bytes) > 2)).toEqual(results.map(() => true));
  },
  LIMIT_MS,
);

test.concurrent(
  'bench:scale holds a cluster with many monitors against the budgets',
  async () => {
    const { results } = await run<Results>('scale', '--monitors 40 --interval 1 --workers 1 --seconds 1');
    expect(results.length).toBeGreaterThan(10);
  },
  LIMIT_MS,
);

test.concurrent(
  'bench:cluster tells what happens to checks when processes come and go',
  async () => {
    const { results } = await run<Results>('cluster', '--monitors 40 --interval 1 --settle 0 --steps leave');
    expect(results.map(({ step }) => step)).toContain('a worker leaves');
  },
  LIMIT_MS,
);

interface Results {
  results: Record<string, unknown>[];
}
