import { startHttpTarget } from '@9volt/monitors/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { axeFindings, Cluster, hasChromium, launchChromium, type NodeProcess, waitFor } from '../harness/index.js';

(hasChromium ? describe : describe.skip)('a public status page of a server with access tokens', () => {
  let cluster: Cluster;
  let node: NodeProcess;
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    cluster = await Cluster.start();
    const target = cluster.use(await startHttpTarget());
    const env = { NINEV_ACCESS_TOKENS: 'the-token-of-this-story' };
    [node, browser] = await Promise.all([cluster.node('server', { env }), launchChromium()]);
    const monitor = { type: 'http', host: target.host, port: target.port, interval: '1s' };
    await cluster.put(cluster.keys.monitor('web-1'), monitor);
    await cluster.put(cluster.keys.monitor('web-2'), { ...monitor, expect: 'what is not there' });
    await cluster.put(`${cluster.keys.statusPages}shop`, {
      title: 'Status of the shop',
      description: 'Questions: support@example.com',
      groups: [{ title: 'Web', monitors: ['web-*'] }],
      names: { 'web-1': 'Home page' },
      announcements: [{ text: 'We move on Sunday', kind: 'warning' }],
    });
    const text = (): Promise<string> => fetch(`${node.url}/status/shop`).then((answer) => answer.text());
    await waitFor(async () => /1 of 2 systems is/.test(await text()), { timeoutMs: 60_000 });
    page = await browser.newPage({ baseURL: node.url, viewport: { width: 1_000, height: 800 } });
    page.on('console', (message) => faults.push(message.text()));
    page.on('pageerror', (error) => faults.push(error.message));
    await page.goto('/status/shop');
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await cluster.stop();
  });

  it('is for everybody, and everything else still needs a token', async () => {
    expect((await fetch(`${node.url}/api/v1/state`)).status).toBe(401);
    expect((await fetch(`${node.url}/badge/shop/Home%20page.svg`)).status).toBe(200);
    expect((await fetch(`${node.url}/status/errors`)).status).toBe(401);
    expect(await page.locator('body').innerText()).toMatch(/Home page[^]*Operational[^]*web-2[^]*Down/);
  });

  it.each(['light', 'dark'] as const)('has no finding of axe in the %s theme', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    expect((await axeFindings(page)).map(({ text }) => text)).toEqual([]);
  });

  it('fits a phone, and breaks nothing of its own content security policy', async () => {
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    // The browser asks for an icon by itself.
    expect(faults.filter((fault) => !/^Failed to load resource: .* 404 /.test(fault))).toEqual([]);
  });
});
