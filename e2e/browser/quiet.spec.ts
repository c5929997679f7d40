import { startSlackStandIn } from '@9volt/alerters/testing';
import { startHttpTarget } from '@9volt/monitors/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { Cluster, DashboardTab, hasChromium, launchChromium, type NodeProcess, waitFor } from '../harness/index.js';

(hasChromium ? describe : describe.skip)('a silence, made in the dashboard', () => {
  let cluster: Cluster;
  let node: NodeProcess;
  let browser: Browser;
  let tab: DashboardTab;
  let target: Awaited<ReturnType<typeof startHttpTarget>>;
  let slack: Awaited<ReturnType<typeof startSlackStandIn>>;

  beforeAll(async () => {
    cluster = await Cluster.start();
    target = cluster.use(await startHttpTarget());
    slack = cluster.use(await startSlackStandIn());
    [node, browser] = await Promise.all([cluster.node('server'), launchChromium(), cluster.node('worker')]);
    tab = await DashboardTab.open(browser, node.url);
    await cluster.put(cluster.keys.alerter('team'), slack.alerter);
    for (const name of ['web-1', 'web-2', 'other']) {
      await cluster.put(cluster.keys.monitor(name), {
        type: 'http',
        host: target.host,
        port: target.port,
        interval: '1s',
        'critical-alerter': ['team'],
        ...(name === 'other' ? {} : { tags: ['shop'] }),
      });
    }
    await waitFor(async () => (await cluster.statusOf('other')) === 'ok');
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await cluster.stop();
  });

  /** Titles of the alarms that arrived. */
  const told = (): string[] =>
    slack.accepted.flatMap(
      ({
        message: {
          attachments: [first],
        },
      }) => (first?.color === '#ff0000' ? [first.title] : []),
    );

  it('shows what it matches, holds back the alarms of its monitors, and releases them when it ends', async () => {
    const { page } = tab;
    const button = (name: string) => page.getByRole('button', { name, exact: true });
    await tab.goto('/monitors?tag=shop');
    await button('Silence').click();
    const dialog = page.getByRole('dialog', { name: 'Silence monitors' });
    await dialog.getByText('2 monitors, 0 open incidents').waitFor();
    await dialog.getByLabel('Why').fill('update of the shop');
    await dialog.getByLabel('Your name').fill('kim');
    await dialog.getByRole('button', { name: 'Silence', exact: true }).click();
    await page.getByText('Silenced 2 monitors').waitFor();

    target.mode = 'fail';
    await waitFor(async () => (await cluster.statusOf('web-2')) === 'critical');
    await waitFor(() => told().some((text) => text.includes('other')));
    await tab.goto('/');
    const apart = page.getByRole('group', { name: 'Monitors whose alarms are held' });
    await apart.getByText('silenced').click();
    // The page before it showed all three.
    await waitFor(async () => (await page.locator('[data-monitor^=web-]').count()) === 2);
    await page.locator('[data-monitor=other]').waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'web-1', exact: true }).click();
    await page.getByText(/team is not notified: .*kim.*update of the shop/).waitFor();
    expect(told().filter((text) => text.includes('web-'))).toEqual([]);

    await tab.goto('/silences');
    await button('Expire the silence of tag shop').click();
    await waitFor(() => told().filter((text) => text.includes('web-')).length === 2);
    expect(told()).toHaveLength(3);
    await tab.goto('/monitor/web-1');
    await page.getByRole('region', { name: 'Now' }).waitFor();
    await page.getByRole('region', { name: 'Held notifications' }).waitFor({ state: 'detached' });
    expect(tab.faults).toEqual([]);
  });
});
