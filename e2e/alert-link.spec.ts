import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SlackMessage, type StandIn, startSlackStandIn } from '@9volt/alerters/testing';
import { startHttpTarget } from '@9volt/monitors/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import {
  Cluster,
  DashboardTab,
  hasChromium,
  launchChromium,
  MAIN,
  type NodeProcess,
  waitFor,
} from './harness/index.js';

/** Characters that a chat, a mail program or a URL may change. */
const NAMES = ['web', "the shop's (old) 50% & more?#"];

describe('the link of an alert', () => {
  let cluster: Cluster;
  let slack: StandIn<SlackMessage>;
  let target: Awaited<ReturnType<typeof startHttpTarget>>;
  let api: NodeProcess;

  beforeAll(async () => {
    cluster = await Cluster.start();
    target = cluster.use(await startHttpTarget());
    target.mode = 'fail';
    slack = cluster.use(await startSlackStandIn());
    await cluster.put(cluster.keys.alerter('chat'), slack.alerter);
  });
  afterAll(() => cluster.stop());

  const failing = (name: string): Promise<number> =>
    cluster.put(cluster.keys.monitor(name), {
      type: 'http',
      host: target.host,
      port: target.port,
      interval: '1s',
      'critical-threshold': 1,
      'critical-alerter': ['chat'],
    });
  const linkOf = (name: string): string | undefined =>
    slack.accepted
      .map(({ message }) => message.attachments[0])
      .find((attachment) => attachment?.title.startsWith(`CRITICAL ${name.replaceAll('&', '&amp;')}:`))?.title_link;

  it('uses the address at which `9volt up` listens', async () => {
    const data = mkdtempSync(join(tmpdir(), 'ninevolt-up-'));
    const args = ['up', '--no-demo', '-e', cluster.etcd.endpoint, '--listen', '127.0.0.1:0', '--data-dir', data];
    const up = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    up.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    try {
      await failing('early');
      await slack.waitForAccepted(1);
      await waitFor(() => /Dashboard/.test(said));
      expect(linkOf('early')).toBe(`${/Dashboard +(\S+)/.exec(said)?.[1]}monitor/early`);
    } finally {
      up.kill('SIGTERM');
      await once(up, 'exit');
      rmSync(data, { recursive: true, force: true });
      await cluster.delete(cluster.keys.monitor('early'));
    }
  });

  it('is missing without a public address, and the worker says so at its start', async () => {
    const worker = await cluster.node('worker', { name: 'mute' });
    expect(worker.output).toContain('alerts have no link to the dashboard');
    await worker.stop();
  });

  (hasChromium ? describe : describe.skip)('in a browser', () => {
    let browser: Browser;

    beforeAll(async () => {
      [api, browser] = await Promise.all([cluster.node('api'), launchChromium(), cluster.node('scheduler')]);
      const worker = await cluster.node('worker', { name: 'speaking', args: ['--public-url', `${api.url}/`] });
      expect(worker.output).not.toContain('no link');
    });
    afterAll(() => browser.close());

    it.each(NAMES)('leads to the page of monitor %s', async (name) => {
      await failing(name);
      await waitFor(() => linkOf(name) !== undefined);
      const tab = await DashboardTab.open(browser, api.url);
      await tab.page.goto(linkOf(name) as string);
      await tab.page.getByRole('heading', { name, exact: true }).waitFor();
      await tab.page.getByRole('region', { name: 'Now' }).locator('[data-status=critical]').first().waitFor();
      expect(tab.faults).toEqual([]);
      await tab.close();
    });

    it.each(NAMES)('of an earlier version leads there, too: %s', async (name) => {
      const tab = await DashboardTab.open(browser, api.url);
      await tab.page.goto(`${api.url}/ui/monitors/${encodeURIComponent(name)}`);
      await tab.page.getByRole('heading', { name, exact: true }).waitFor();
      expect(new URL(tab.page.url()).pathname).toMatch(/^\/ui\/monitor\/[^/]+$/);
      await tab.close();
    });
  });
});
