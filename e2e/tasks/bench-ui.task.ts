import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { Cluster, DashboardTab, launchChromium, type NodeProcess } from '../harness/index.js';
import { TenThousand } from './ten-thousand.js';

const CHANGES_PER_SECOND = 200;
const WATCHED_MS = 60_000;
/** First visits, of which the median counts: each includes other work of the machine. */
const VISITS = 5;
/** A render in progress, or a batch of the stream, may hold some MB for a moment. */
const HEAP_ROUNDS = 5;

let cluster: Cluster;
let node: NodeProcess;
let browser: Browser;
let load: TenThousand;
let ready: { ms: number; cpuMs: number };

beforeAll(async () => {
  cluster = await Cluster.start(['--snapshot-count=10000']);
  load = new TenThousand(cluster);
  await load.create();
  browser = await launchChromium();
  const since = performance.now();
  node = await cluster.node('api');
  ready = { ms: performance.now() - since, cpuMs: await cpuMsOf(node) };
  load.change(CHANGES_PER_SECOND);
});

afterAll(async () => {
  load.stop();
  await browser.close();
  await cluster.stop();
});

/** Records long tasks from the very beginning. */
const OBSERVE = `window.longTasks = []; new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) window.longTasks.push({ startTime, duration });
}).observe({ type: 'longtask', buffered: true });`;

/** Resolves with the milliseconds from the next input until the foot of the table shows the number that is left. */
const FILTERED = `new Promise((resolve) => {
  const foot = () => document.querySelector('[data-count]')?.dataset.count;
  const before = foot();
  document.querySelector('[data-search]').addEventListener('input', () => {
    const since = performance.now();
    const look = () => (foot() === before ? requestAnimationFrame(look) : resolve(performance.now() - since));
    look();
  }, { once: true });
})`;

/** A first visit, and the time until there was something to read. */
async function firstVisit(): Promise<{ tab: DashboardTab; firstDataMs: number }> {
  const tab = await DashboardTab.open(browser, node.url);
  await tab.page.addInitScript(OBSERVE);
  const since = performance.now();
  await tab.page.goto('/ui/monitors?sort=name');
  await tab.page.locator('[data-row="0"]').waitFor();
  const firstDataMs = performance.now() - since;
  await tab.page.locator('[data-connection=live]').waitFor();
  return { tab, firstDataMs };
}

it('shows ten thousand monitors of which 200 change each second', async () => {
  const figures: Record<string, [number, number]> = {
    'start of the API until ready, ms': [ready.ms, 5_000],
    'its CPU until then, ms': [ready.cpuMs, 5_000],
  };
  const firstDataMs: number[] = [];
  for (let visit = 1; visit < VISITS; visit++) {
    const { tab, firstDataMs: ms } = await firstVisit();
    firstDataMs.push(ms);
    expect(tab.faults).toEqual([]);
    await tab.close();
  }
  const last = await firstVisit();
  const { page } = last.tab;
  firstDataMs.push(last.firstDataMs);
  figures['first data, ms'] = [median(firstDataMs), 1_000];

  const filters: number[] = [];
  for (const text of ['monitor-0123', 'team-7', 'production']) {
    const filtered = page.evaluate<number>(FILTERED);
    await page.getByLabel('Search monitors').fill(text);
    filters.push(await filtered);
    await page.getByLabel('Search monitors').fill('');
    await page.locator('[data-monitor=monitor-00000]').waitFor();
  }
  figures['filter, ms'] = [Math.max(...filters), 200];

  const seen: number[] = [];
  await page.goto('/ui/monitors?q=monitor-09999');
  const row = page.locator('[data-monitor=monitor-09999]');
  await row.waitFor();
  for (const n of Array.from({ length: 10 }, (_, turn) => turn)) {
    const at = performance.now();
    await load.set('monitor-09999', n % 2 === 0 ? 'warning' : 'unknown', `seen ${n}`);
    await row.locator(`[data-status=${n % 2 === 0 ? 'warning' : 'unknown'}]`).waitFor();
    seen.push(performance.now() - at);
  }
  figures['change visible, ms'] = [Math.max(...seen), 2_000];

  await page.goto('/ui/monitors');
  await page.locator('[data-row="0"]').waitFor();
  await page.waitForTimeout(2_000);
  const heap = await heapOf(page);
  figures['heap at first, MB'] = [await heap(), 150];
  // States that came in one list share their texts. A changed one has its own: what grows after all have changed once is a leak.
  const toChange = load.changed + load.names.length;
  while (load.changed < toChange) await page.waitForTimeout(1_000);
  const before = await heap();
  const changed = load.changed;
  await page.evaluate('window.longTasks.length = 0');
  await page.waitForTimeout(WATCHED_MS);
  const tasks = await page.evaluate<{ duration: number }[]>('window.longTasks');
  const rate = ((load.changed - changed) * 1_000) / WATCHED_MS;
  figures['longest task in a minute, ms'] = [Math.max(0, ...tasks.map(({ duration }) => duration)), 200];

  const after = await heap();
  figures['heap, MB'] = [after, 150];
  figures['growth of the heap in that minute, MB'] = [Math.max(0, after - before), 5];

  const lines = Object.entries(figures).map(
    ([name, [measured, most]]) => `${name.padEnd(38)} ${measured.toFixed(0).padStart(6)}   at most ${most}`,
  );
  const visits = firstDataMs.map((ms) => ms.toFixed(0)).join(', ');
  process.stdout.write(
    `\n10,000 monitors, ${rate.toFixed(0)} changes a second\n${lines.join('\n')}\nfirst data, each visit: ${visits}\n\n`,
  );
  expect(Object.entries(figures).filter(([, [measured, most]]) => measured > most)).toEqual([]);
  expect(last.tab.faults).toEqual([]);
});

/** Measures what the page really holds: what was just freed, or is about to be, does not count. */
async function heapOf(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  return async () => {
    const sizes: number[] = [];
    for (let round = 0; round < HEAP_ROUNDS; round++) {
      await session.send('HeapProfiler.collectGarbage');
      sizes.push((await session.send('Runtime.getHeapUsage')).usedSize / 1_048_576);
      await page.waitForTimeout(500);
    }
    return Math.min(...sizes);
  };
}

async function cpuMsOf({ url }: NodeProcess): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^process_cpu_seconds_total (\S+)/m.exec(text)?.[1]) * 1_000;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
