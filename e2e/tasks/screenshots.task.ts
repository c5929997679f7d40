import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startSlackStandIn } from '@9volt/alerters/testing';
import { startHttpTarget } from '@9volt/monitors/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import {
  Cluster,
  DashboardTab,
  launchChromium,
  type NodeProcess,
  type Past,
  type Scheme,
  waitFor,
  writePast,
} from '../harness/index.js';

const IMAGES = join(import.meta.dirname, '../../docs/images');
const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 360, height: 740 };
/** Results for a bar and a chart. */
const HISTORY_MS = 45_000;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The page that shows the past: the chart and the strip are below the results. */
const TALL = { width: 1280, height: 900 };

const SHOTS: readonly [file: string, path: string, scheme: Scheme, size: typeof WIDE][] = [
  ['overview-light', '/', 'light', WIDE],
  ['overview-dark', '/', 'dark', WIDE],
  ['monitors-light', '/monitors', 'light', WIDE],
  ['monitors-dark', '/monitors', 'dark', WIDE],
  ['monitor-light', '/monitor/checkout', 'light', WIDE],
  ['edit-dark', '/monitor/checkout/edit', 'dark', WIDE],
  ['overview-narrow', '/', 'light', NARROW],
  ['history-light', '/monitor/checkout?range=7d', 'light', TALL],
  ['history-dark', '/monitor/checkout?range=90d', 'dark', TALL],
  ['reports-light', '/reports?tag=shop&range=30d', 'light', WIDE],
  ['status-page-edit-light', '/status-page/shop/edit', 'light', TALL],
];

/** Of `9volt status`: they need no token, and no script. */
const PUBLIC_SHOTS: readonly [file: string, scheme: Scheme, size: typeof WIDE][] = [
  ['status-page-light', 'light', WIDE],
  ['status-page-dark', 'dark', WIDE],
];

const SHOP_PAGES = ['home', 'search', 'cart', 'account', 'help', 'news', 'terms', 'wishlist', 'reviews', 'offers'];

/** All pages on three screens in both themes, to be looked at; a person gives the directory. */
const ALL = process.env['ALL_SCREENSHOTS'];
const SCREENS = [WIDE, { width: 1024, height: 740 }, { width: 390, height: 740 }];
const PAGES = [
  '/',
  '/monitors',
  '/monitors/new?type=http',
  '/monitor/checkout',
  '/monitor/checkout/edit',
  '/alerters',
  '/alerter/team-slack',
  '/silences',
  '/status-pages',
  '/status-pages/new',
  '/reports',
  '/events',
  '/cluster',
];

let cluster: Cluster;
let node: NodeProcess;
let browser: Browser;

beforeAll(async () => {
  mkdirSync(IMAGES, { recursive: true });
  cluster = await Cluster.start();
  await writePast(cluster, pastOfTheShop(Date.now()));
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

/** Three months, with some bad hours. */
function pastOfTheShop(now: number): Map<string, Past> {
  const ago = (days: number, hours: number, status: Past['times'][number]['status']): Past['times'][number] => {
    const from = now - days * DAY_MS;
    return { from, to: from + hours * HOUR_MS, status };
  };
  const checkout = [
    ...[ago(71, 2, 'critical'), ago(52, 9, 'warning'), ago(40.3, 0.4, 'critical'), ago(29, 20, 'unwatched')],
    ...[ago(17, 3, 'maintenance'), ago(5.4, 1.5, 'critical'), ago(3.1, 3, 'unwatched'), ago(1.2, 4, 'maintenance')],
  ];
  const pasts = SHOP_PAGES.map((page, n): [string, Past] => {
    const times = n % 4 === 0 ? [ago(11 + 3 * n, 0.5 + n / 6, 'critical')] : [];
    return [`shop-${page}`, { since: now - 95 * DAY_MS, medianMs: 22 + n, times }];
  });
  return new Map([['checkout', { since: now - 95 * DAY_MS, medianMs: 60, times: checkout }], ...pasts]);
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
  for (const page of SHOP_PAGES) {
    await put(`monitor/shop-${page}`, http(well, { url: `/${page}`, tags: ['shop', 'production'] }));
  }
  await put(
    'monitor/checkout',
    http(moody, { url: '/checkout', tags: ['shop', 'checkout'], description: 'Payment', 'slo-uptime': 99.9 }),
  );
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
  await put('status-page/shop', {
    title: 'Status of the shop',
    description: 'Questions: support@example.com',
    groups: [
      { title: 'Shop', monitors: ['shop-home', 'shop-search', 'shop-cart', 'shop-account'] },
      { title: 'Payment', tags: ['checkout'] },
    ],
    names: { 'shop-home': 'Home page', 'shop-search': 'Search', 'shop-cart': 'Cart', 'shop-account': 'Accounts', checkout: 'Checkout' }, // prettier-ignore
    announcements: [{ text: 'We move to another data centre on Sunday, from 02:00 to 04:00.', kind: 'info' }],
  });
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
    await tab.page.getByText('Loading').first().waitFor({ state: 'hidden' });
    await tab.page.waitForTimeout(2_000);
    await tab.page.screenshot({ path: join(IMAGES, `${file}.png`) });
    expect(tab.faults).toEqual([]);
    await tab.close();
  }
  for (const [file, scheme, size] of PUBLIC_SHOTS) {
    const visitor = await DashboardTab.open(browser, node.url, size);
    await visitor.page.emulateMedia({ colorScheme: scheme });
    await visitor.page.goto('/status/shop');
    await visitor.page.screenshot({ path: join(IMAGES, `${file}.png`) });
    await visitor.close();
  }
});

(ALL === undefined ? it.skip : it)('pictures of all pages, on three screens, light and dark', async () => {
  const directory = String(ALL);
  mkdirSync(directory, { recursive: true });
  const tab = await DashboardTab.open(browser, node.url);
  for (const path of PAGES) {
    await tab.goto(path);
    await tab.page.getByRole('heading', { level: 1 }).waitFor();
    await tab.page.waitForTimeout(1_000);
    for (const size of SCREENS) {
      await tab.page.setViewportSize(size);
      for (const colorScheme of ['light', 'dark'] as const) {
        await tab.page.emulateMedia({ colorScheme });
        await tab.page.waitForTimeout(300);
        const name = `${path.replaceAll(/\W+/g, '-')}-${size.width}-${colorScheme}.png`;
        await tab.page.screenshot({ path: join(directory, name), fullPage: true });
      }
    }
  }
  expect(tab.faults).toEqual([]);
});
