import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { slackWebhookAlerter, startSlackStandIn } from '@9volt/alerters/testing';
import { startHttpTarget } from '@9volt/monitors/testing';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Locator } from 'playwright-core';
import { DashboardTab, launchChromium, MAIN, run9volt, waitFor } from '../harness/index.js';

const DOCS = join(import.meta.dirname, '../../docs');
/** A newcomer types this fast, and looks at a page for so long. */
const KEY_MS = 120;
const LOOK_MS = 4_000;
/** From `npm start` being ready to the first own alert. */
const LIMIT_MS = 120_000;
const BEGIN = '<!-- newcomer: made by `npm run newcomer` -->';
const END = '<!-- /newcomer -->';

/** What a newcomer did, and how many seconds after the start. */
type Steps = { what: string; atMs: number }[];

let data: string;
let up: ChildProcess;
let dashboard: string;
let etcd: string;
let shop: Awaited<ReturnType<typeof startHttpTarget>>;
let chat: Awaited<ReturnType<typeof startSlackStandIn>>;
let steps: Steps;
let begunAt: number;

beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'ninevolt-newcomer-'));
  [shop, chat] = await Promise.all([startHttpTarget(), startSlackStandIn()]);
  // What `npm start` does once everything is built.
  up = spawn(process.execPath, [MAIN, 'up', '--listen', '127.0.0.1:0', '--data-dir', join(data, 'up')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  up.stdout?.setEncoding('utf8').on('data', (text: string) => (said += text));
  await waitFor(() => said.includes('Ctrl-C stops everything'), { timeoutMs: 120_000, what: () => said });
  dashboard = new URL(/Dashboard +(\S+)/.exec(said)?.[1] ?? '').origin;
  etcd = /^ +etcd +(\S+)/m.exec(said)?.[1] ?? '';
  steps = [];
  begunAt = performance.now();
});

afterEach(async () => {
  up.kill('SIGTERM');
  if (up.exitCode === null) await once(up, 'exit');
  await Promise.all([shop.close(), chat.close()]);
  rmSync(data, { recursive: true, force: true });
});

/** The address that the chat gives for a channel. */
const webhook = (): string => String(slackWebhookAlerter(chat).options['webhook-url']);

const done = (what: string): void => void steps.push({ what, atMs: performance.now() - begunAt });

/** Breaks the shop, and waits for what the chat gets. */
async function firstAlert(): Promise<void> {
  shop.mode = 'fail';
  const titles = (): string[] => chat.accepted.map(({ message }) => message.attachments[0]?.title ?? '');
  await waitFor(() => titles().some((title) => title.startsWith('CRITICAL shop-home')), {
    timeoutMs: 60_000,
    what: () => titles().join(),
  });
  done('the shop broke, and the chat got `CRITICAL shop-home`');
  expect(steps.at(-1)?.atMs).toBeLessThan(LIMIT_MS);
}

/** Replaces what the tutorial says of one way. */
function record(way: string): void {
  const path = join(DOCS, 'tutorial.md');
  const text = readFileSync(path, 'utf8');
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  const known = text.slice(from + BEGIN.length, to).split('\n');
  const lines = [
    ...known.filter((line) => line !== '' && !line.startsWith(`- **${way}`)),
    `- **${way}**: ${steps.map(({ what, atMs }) => `${what} (${Math.round(atMs / 1_000)} s)`).join('; ')}.`,
  ].sort();
  writeFileSync(path, `${text.slice(0, from)}${BEGIN}\n\n${lines.join('\n')}\n\n${text.slice(to)}`);
}

it('a first own alert by the dashboard alone', async () => {
  const browser = await launchChromium();
  const tab = await DashboardTab.open(browser, dashboard, { width: 1_100, height: 720 });
  const { page } = tab;
  const field = (label: string): Locator => page.getByRole('textbox', { name: label, exact: true });
  const type = (label: string, text: string): Promise<void> => field(label).pressSequentially(text, { delay: KEY_MS });
  const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
  const shot = async (name: string): Promise<void> => {
    await sleep(LOOK_MS);
    await page.screenshot({ path: join(DOCS, `images/newcomer-${name}.png`) });
  };
  try {
    mkdirSync(join(DOCS, 'images'), { recursive: true });
    await page.emulateMedia({ colorScheme: 'light' });
    await tab.goto('/');
    await sleep(LOOK_MS);

    await page.getByRole('link', { name: 'Alerters', exact: true }).click();
    await sleep(LOOK_MS);
    await page.getByRole('link', { name: 'New alerter' }).first().click();
    await page.getByRole('button', { name: /^slack/ }).click();
    await sleep(LOOK_MS);
    await type('name', 'team-chat');
    // Copied from the chat.
    await field('webhook-url').fill(webhook());
    await press('Send a test');
    await page.getByText('delivered').first().waitFor();
    await shot('alerter');
    await press('Create');
    await page.getByRole('heading', { name: 'team-chat' }).waitFor();
    done('an alerter was created and tested');

    await page.getByRole('link', { name: 'Monitors', exact: true }).click();
    await page.getByRole('link', { name: 'New monitor' }).first().click();
    await page.getByRole('button', { name: /^http/ }).click();
    await sleep(LOOK_MS);
    await type('name', 'shop-home');
    await page.getByLabel('Paste a URL or a curl command').fill(shop.url);
    await page.keyboard.press('Enter');
    await field('interval').fill('5s');
    await press('Test');
    await page.getByRole('status').locator('[data-status=ok]').waitFor();
    await shot('monitor-form');
    await press('Create');
    await page.getByRole('heading', { name: 'shop-home', exact: true }).waitFor();
    await page.getByRole('region', { name: 'Now' }).locator('[data-status=ok]').first().waitFor();
    done('a monitor was created, and is ok');

    await firstAlert();
    await page.getByRole('region', { name: 'Now' }).locator('[data-status=critical]').first().waitFor();
    await shot('alert');
    expect(tab.faults).toEqual([]);
  } finally {
    await browser.close();
  }
  record('By the dashboard alone');
});

it('a first own alert by files alone', async () => {
  const directory = join(data, 'shop');
  mkdirSync(directory);
  const { hostname, port } = new URL(shop.url);
  const yaml = `alerter:
  team-chat:
    type: slack
    options:
      webhook-url: ${webhook()}
monitor:
  shop-home:
    type: http
    host: ${hostname}
    port: ${port}
    interval: 5s
    critical-alerter: [team-chat]
`;
  // Typed, except for the copied address.
  await sleep((yaml.length - 80) * KEY_MS);
  writeFileSync(join(directory, 'shop.yaml'), yaml);
  done('a file was written');
  const run = async (...args: string[]): Promise<void> => {
    await sleep(args.join(' ').length * KEY_MS);
    const { code, stdout, stderr } = await run9volt(args);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).not.toBe('');
  };
  await run('cfg', directory, '-e', etcd);
  await run('test-alerter', 'team-chat', '--api', dashboard);
  done('it was pushed, and the alerter tested');
  await run('get', 'states', '--api', dashboard);
  await firstAlert();
  record('By files alone');
});
