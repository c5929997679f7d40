import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startSlackStandIn } from '@9volt/alerters/testing';
import { startHttpTarget } from '@9volt/monitors/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { Cluster, DashboardTab, launchChromium, type NodeProcess, type Scheme, waitFor } from '../harness/index.js';

const IMAGES = join(import.meta.dirname, '../../docs/images');
const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 360, height: 740 };
/** Results for a bar and a chart. */
const HISTORY_MS = 45_000;

const SHOTS: readonly [file: string, path: string, scheme: Scheme, size: typeof WIDE][] = [
  ['overview-light', '/', 'light', WIDE],
  ['overview-dark', '/', 'dark', WIDE],
  ['monitors-light', '/monitors', 'light', WIDE],
  ['monitors-dark', '/monitors', 'dark', WIDE],
  ['monitor-light', '/monitor/checkout', 'light', WIDE],
  ['edit-dark', '/monitor/checkout/edit', 'dark', WIDE],
  ['overview-narrow', '/', 'light', NARROW],
];

let cluster: Cluster;
let node: NodeProcess;
let browser: Browser;

beforeAll(async () => {
  mkdirSync(IMAGES, { recursive: true });
  cluster = await Cluster.start();
  [node, browser] = await Promise.all([
    cluster.node('server', { name: 'node-a' }),
    launchChromium(),
    cluster.node('worker', { name: 'worker-b' }),
  ]);
});

afterAll(async () => {
  await browser.close();
  await cluster.stop();
});

async function put(path: string, body: object): Promise<void> {
  const response = await fetch(`${node.url}/api/v1/${path}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
}

/** A shop with some broken parts. */
async function populate(): Promise<void> {
  let turn = 0;
  const [well, moody, broken, slack] = await Promise.all([
    startHttpTarget({ answer: (_, response) => void setTimeout(() => response.end('ok'), 5 + Math.random() * 40) }),
    startHttpTarget({
      answer: (_, response) => {
        if (turn++ % 9 < 3) response.statusCode = 503;
        setTimeout(() => response.end('perhaps'), 20 + Math.random() * 80);
      },
    }),
    startHttpTarget({ answer: (_, response) => void response.writeHead(500).end() }),
    startSlackStandIn(),
  ]);
  for (const thing of [well, moody, broken, slack]) cluster.use(thing);
  const alerting = { 'warning-threshold': 1, 'critical-threshold': 2, 'critical-alerter': ['team-slack'] };
  const http = (target: { host: string; port: number }, more: object): object => ({
    type: 'http',
    host: target.host,
    port: target.port,
    interval: '2s',
    ...alerting,
    ...more,
  });
  await put('alerter/team-slack', { ...slack.alerter, description: 'The channel of the shop team' });
  for (const page of ['home', 'search', 'cart', 'account', 'help', 'news', 'terms', 'wishlist', 'reviews', 'offers']) {
    await put(`monitor/shop-${page}`, http(well, { url: `/${page}`, tags: ['shop', 'production'] }));
  }
  await put('monitor/checkout', http(moody, { url: '/checkout', tags: ['shop', 'checkout'], description: 'Payment' }));
  await put('monitor/mail-api', http(broken, { url: '/status', tags: ['mail'] }));
  await put('monitor/db-replica', {
    type: 'tcp',
    host: '127.0.0.1',
    port: 1,
    interval: '5s',
    'warning-threshold': 1,
    'critical-threshold': 1_000,
    tags: ['db'],
  });
  await put('monitor/edge-eu', {
    type: 'tcp',
    host: well.host,
    port: well.port,
    interval: '5s',
    'member-tag': 'eu-west',
  });
  await put('monitor/legacy', http(well, { disable: true }));
}

it('pictures of a live cluster', async () => {
  await populate();
  await waitFor(async () => (await cluster.statusOf('mail-api')) === 'critical', { timeoutMs: 30_000 });
  await new Promise((resolve) => setTimeout(resolve, HISTORY_MS));
  for (const [file, path, scheme, size] of SHOTS) {
    const tab = await DashboardTab.open(browser, node.url, size);
    await tab.page.emulateMedia({ colorScheme: scheme });
    await tab.goto(path);
    await tab.page.getByRole('heading', { level: 1 }).waitFor();
    await tab.page.waitForTimeout(2_000);
    await tab.page.screenshot({ path: join(IMAGES, `${file}.png`) });
    expect(tab.faults).toEqual([]);
    await tab.close();
  }
});
