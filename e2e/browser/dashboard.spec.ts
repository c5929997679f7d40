import { gzipSync } from 'node:zlib';
import { startSlackStandIn } from '@9volt/alerters/testing';
import { startHttpTarget } from '@9volt/monitors/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import {
  Cluster,
  DashboardTab,
  hasChromium,
  launchChromium,
  type NodeProcess,
  startSeverableProxy,
  waitFor,
} from '../harness/index.js';

const FIRST_PAGE_BYTES = 350_000;
const HOSTILE = '<img src=x onerror=alert(1)>';
const TOKEN = 'a-token-of-this-story';

(hasChromium ? describe : describe.skip)('the dashboard', () => {
  let cluster: Cluster;
  let node: NodeProcess;
  /** Demands a token. */
  let guarded: NodeProcess;
  let browser: Browser;
  let tab: DashboardTab;
  let page: Page;
  let target: Awaited<ReturnType<typeof startHttpTarget>>;

  beforeAll(async () => {
    cluster = await Cluster.start();
    target = cluster.use(await startHttpTarget());
    [node, guarded, browser] = await Promise.all([
      cluster.node('server', { name: 'first' }),
      cluster.node('api', { args: ['-a', TOKEN] }),
      launchChromium(),
      cluster.node('worker', { name: 'second' }),
    ]);
    tab = await DashboardTab.open(browser, node.url);
    page = tab.page;
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await cluster.stop();
  });

  const put = async (path: string, body: object): Promise<void> => {
    const response = await fetch(`${node.url}/api/v1/${path}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(await response.text());
  };
  const web = (more: object = {}): object => ({
    type: 'http',
    host: target.host,
    port: target.port,
    interval: '1s',
    ...more,
  });
  const button = (name: string): Locator => page.getByRole('button', { name, exact: true });
  const field = (name: string): Locator => page.getByRole('textbox', { name, exact: true });
  const rows = (): Promise<(string | null)[]> =>
    page.locator('[data-monitor]').evaluateAll((found) => found.map((row) => row.getAttribute('data-monitor')));

  it('leads from an empty cluster to a first green check', async () => {
    await page.goto('/');
    await page.getByRole('link', { name: 'Create the first monitor' }).click();
    await page.getByRole('button', { name: /^http/ }).click();
    await field('name').fill('web');
    await field('host').fill(target.host);
    await field('port').fill(String(target.port));
    await field('interval').fill('1s');
    await button('Test').click();
    await page.getByRole('status').locator('[data-status=ok]').waitFor();
    await button('Create').click();
    await page.getByRole('heading', { name: 'web', exact: true }).waitFor();
    await page.getByRole('region', { name: 'Now' }).locator('[data-status=ok]').first().waitFor();
  });

  it('loads a first page within its budget, and the rest when it is opened', async () => {
    const fresh = await DashboardTab.open(browser, node.url);
    // Later, when it is idle, it loads the rest.
    await fresh.page.addInitScript('window.requestIdleCallback = () => 0');
    await fresh.goto('/');
    await fresh.page.getByText('No problems').waitFor();
    const files = [...new Set(fresh.requested.filter((path) => path.startsWith('/ui/')))];
    const sizes = await Promise.all(
      files.map(async (path) => gzipSync(Buffer.from(await (await fetch(node.url + path)).arrayBuffer())).length),
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(FIRST_PAGE_BYTES);
    await fresh.page.getByRole('link', { name: 'Cluster', exact: true }).click();
    await fresh.page.getByText('3 members').waitFor();
    expect(fresh.requested.filter((path) => /assets\/cluster\.page/.test(path))).toHaveLength(1);
    expect(files.filter((path) => /assets\/cluster\.page/.test(path))).toEqual([]);
    expect(fresh.faults).toEqual([]);
    await fresh.close();
  });

  it('shows a broken target first within 2 s, and its event', async () => {
    await put('monitor/fine', web({ interval: '1m' }));
    await tab.goto('/');
    await page.getByText('No problems').waitFor();
    target.mode = 'fail';
    await waitFor(async () => (await cluster.statusOf('web')) === 'critical');
    await page.locator('[data-row="0"][data-monitor=web]').waitFor({ timeout: 2_000 });
    await page.getByRole('region', { name: 'Latest events' }).getByText('web is critical').waitFor();
    target.mode = 'ok';
    await page.getByText('No problems').waitFor();
  });

  it('shows the results of a monitor at once while its page is open, and that of a run', async () => {
    await put('monitor/rare', web({ interval: '1h' }));
    const lastRun = page.getByText('Last run', { exact: true }).locator('xpath=following-sibling::dd[1]//time');
    const lastRunAt = async (): Promise<number> => Date.parse((await lastRun.getAttribute('datetime')) ?? '');
    await tab.goto('/monitor/web');
    // Three results in a row, each within 2 s; dumps are 10 s apart.
    let streak: { at: number; seenAt: number }[] = [];
    await waitFor(
      async () => {
        const [at, seenAt] = [await lastRunAt(), Date.now()];
        if (at === streak.at(-1)?.at) return false;
        streak = seenAt - at < 2_000 ? [...streak, { at, seenAt }].slice(-3) : [];
        return streak.length === 3 && seenAt - (streak[0]?.seenAt ?? 0) < 6_000;
      },
      { timeoutMs: 60_000, what: () => `three results at once: ${JSON.stringify(streak)}` },
    );

    await tab.goto('/monitor/rare');
    await waitFor(async () => (await lastRunAt()) > 0, { timeoutMs: 30_000 });
    const before = await lastRunAt();
    await button('Run now').click();
    await page.getByText(/^rare is ok/).waitFor();
    const answeredAt = Date.now();
    await waitFor(async () => (await lastRunAt()) > before, { timeoutMs: 30_000 });
    expect(Date.now() - answeredAt).toBeLessThan(2_000);

    await tab.goto('/monitors');
    const { client, keys } = cluster;
    const isLeft = async (prefix: string): Promise<boolean> =>
      (await client.list(prefix, { keysOnly: true })).entries.length > 0;
    await waitFor(async () => !(await isLeft(keys.looks)) && !(await isLeft(keys.latests)), { timeoutMs: 30_000 });
  });

  it('shows the errors of an edit at their fields', async () => {
    await tab.goto('/monitor/web/edit');
    await page.getByText('More of http').click();
    const timeout = field('timeout');
    await timeout.fill('5s');
    await button('Save').click();
    await page.getByText(/timeout: "5s" is not below the interval/).waitFor();
    expect(await timeout.getAttribute('aria-invalid')).toBe('true');
    await timeout.fill('500ms');
    await button('Save').click();
    await page.getByRole('group', { name: 'Configuration of web' }).getByText('500ms').waitFor();
    expect(await cluster.get(cluster.keys.monitor('web'))).toMatchObject({ timeout: '500ms' });
  });

  it('disables many at once, and keeps the filter through a reload', async () => {
    for (const name of ['bulk-1', 'bulk-2', 'bulk-3']) await put(`monitor/${name}`, web({ tags: ['many'] }));
    await tab.goto('/monitors');
    await page.keyboard.press('/');
    await page.keyboard.type('bulk');
    await waitFor(async () => (await rows()).length === 3);
    await page.getByLabel('Select all shown monitors').check();
    await button('Disable').click();
    await page.getByText('3 monitors disabled').waitFor();
    await waitFor(async () => (await page.locator('[role=row] [data-status=disabled]').count()) === 3);
    expect(await cluster.get(cluster.keys.monitor('bulk-2'))).toMatchObject({ disable: true });
    await page.getByRole('button', { name: /^disabled/ }).click();
    await page.getByRole('button', { name: 'Name' }).click();
    await page.waitForURL(/status=disabled&sort=name$/);
    await page.reload();
    await waitFor(async () => (await rows()).join() === 'bulk-1,bulk-2,bulk-3');
    expect(await page.getByLabel('Search monitors').inputValue()).toBe('bulk');
  });

  it('works with the keyboard alone', async () => {
    await tab.goto('/monitors?q=bulk&sort=name');
    await waitFor(async () => (await rows()).length === 3);
    for (const key of ['j', 'j', 'k', 'j', 'Enter']) await page.keyboard.press(key);
    await page.getByRole('heading', { name: 'bulk-2' }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search and commands' }).fill('fine');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'fine' }).waitFor();
  });

  it('drains a worker, and its checks move', async () => {
    for (const name of ['moved-1', 'moved-2', 'moved-3']) await put(`monitor/${name}`, web());
    await tab.goto('/cluster');
    const second = page.locator('[data-member=second]');
    await second.getByRole('link', { name: /^[1-9]/ }).waitFor();
    await button('Drain second').click();
    await second.getByText('drained').waitFor();
    await second.getByRole('link', { name: '0' }).waitFor();
    await button('Undrain second').click();
    await button('Drain second').waitFor();
  });

  it('keeps markup inert', async () => {
    await put(`alerter/${encodeURIComponent(HOSTILE)}`, (await slackAlerter()).alerter);
    await put(
      `monitor/${encodeURIComponent(HOSTILE)}`,
      web({
        description: HOSTILE,
        tags: [HOSTILE, '<b>bold</b>'],
        expect: '<script>alert(2)</script>',
        'critical-alerter': [HOSTILE],
      }),
    );
    await waitFor(async () => (await cluster.statusOf(HOSTILE)) === 'critical');
    for (const path of ['/', '/monitors', '/events', '/alerters', '/cluster']) {
      await tab.goto(path);
      if (path !== '/cluster') await page.getByText(HOSTILE).first().waitFor();
    }
    await tab.goto(`/monitor/${encodeURIComponent(HOSTILE)}`);
    await page.getByText('<script>alert(2)</script>').first().waitFor();
    expect(await page.locator('img, b, main script').count()).toBe(0);
    expect(await page.title()).toBe(`${HOSTILE} · 9volt`);
  });

  const slackAlerter = async (): Promise<Awaited<ReturnType<typeof startSlackStandIn>>> =>
    cluster.use(await startSlackStandIn());

  it.each([
    ['/', 'Problems'],
    ['/monitors', 'bulk-1'],
    ['/monitor/web', 'Total'],
    ['/monitor/web/edit', 'More about alerting'],
    ['/monitors/new?type=http', 'Paste a URL or a curl command'],
    ['/monitors/new', 'Choose a type'],
    ['/alerters', HOSTILE],
    [`/alerter/${encodeURIComponent(HOSTILE)}`, 'Send a test'],
    ['/alerters/new?type=slack', 'webhook-url'],
    ['/silences', 'No maintenance windows'],
    ['/status-pages', 'No status pages yet'],
    ['/events', 'Newest first'],
    ['/cluster', 'Placement of a monitor'],
    ['/nowhere', 'Page not found'],
  ])('%s has no serious finding of axe in either theme', async (path, text) => {
    await tab.goto(path);
    await page.getByText(text).first().waitFor();
    await page.evaluate(`document.querySelectorAll('details:not([open]) > summary').forEach((fold) => fold.click())`);
    expect(await tab.seriousFindings()).toEqual([]);
  });

  it('dialogs and menus have no serious finding either', async () => {
    const found: string[] = [];
    const look = async (role: string, name: string): Promise<void> => {
      await page.getByRole(role as 'dialog', { name }).waitFor();
      found.push(...(await tab.seriousFindings(`[role=${role}]`)).map((finding) => `${name}: ${finding}`));
    };
    const lookAndClose = async (role: string, name: string): Promise<void> => {
      await look(role, name);
      await page.keyboard.press('Escape');
      await page.getByRole(role as 'dialog', { name }).waitFor({ state: 'hidden' });
    };
    await tab.goto('/monitor/web');
    await page.keyboard.press('Control+k');
    await lookAndClose('dialog', 'Search and commands');
    await page.keyboard.press('?');
    await lookAndClose('dialog', 'Keys');
    await button('Theme').click();
    await lookAndClose('menu', 'Theme');
    await button('Disable until').click();
    await lookAndClose('dialog', 'Disable until');
    await button('Silence').click();
    await lookAndClose('dialog', 'Silence monitors');
    await button('Delete').click();
    await lookAndClose('dialog', 'Delete web?');

    await tab.goto('/monitors?q=bulk');
    await page.getByRole('combobox', { name: 'Type' }).click();
    await lookAndClose('listbox', 'Type');
    await page.getByLabel('Select all shown monitors').check();
    await look('group', 'Selected monitors');
    await button('Delete').click();
    await lookAndClose('dialog', 'Delete 3 monitors?');

    await tab.goto('/monitor/web/edit');
    await field('interval').fill('2s');
    await put('monitor/web', web({ timeout: '300ms' }));
    await button('Save').click();
    await lookAndClose('dialog', 'Somebody else changed this while you were editing');
    await page.getByRole('link', { name: 'Cluster', exact: true }).click();
    await look('dialog', 'Leave without saving?');
    await button('Leave').click();
    await page.getByText('Placement of a monitor').waitFor();
    expect(found).toEqual([]);
  });

  it('has the documents beside it, which can be searched and load nothing from elsewhere', async () => {
    const reader = await DashboardTab.open(browser, node.url);
    await reader.goto('/');
    const [popup] = await Promise.all([
      reader.page.waitForEvent('popup'),
      reader.page.getByRole('link', { name: 'Help', exact: true }).click(),
    ]);
    await popup.getByRole('heading', { level: 1, name: '9volt' }).waitFor();
    await popup.close();
    await reader.page.goto('/help/concepts.html');
    await reader.page.getByRole('button', { name: 'Search' }).click();
    await reader.page.getByRole('searchbox').fill('expire');
    await reader.page.getByRole('option').first().click();
    await reader.page.waitForURL(/\/help\/(?!concepts)/);
    expect(reader.faults).toEqual([]);
    await reader.close();
  });

  it('works on a phone and on a small screen: nothing is too wide, cut off or squeezed, and axe finds nothing serious', async () => {
    const small = await DashboardTab.open(browser, node.url, { width: 1_024, height: 740 });
    const found: string[] = [];
    for (const path of [
      '/',
      '/monitors',
      '/monitors/new',
      '/monitors/new?type=http',
      '/alerters/new?type=slack',
      '/nowhere',
      '/monitor/web',
      '/monitor/web/edit',
      '/events',
      '/silences',
      '/status-pages',
      '/status-pages/new',
      '/reports',
      '/cluster',
      '/alerters',
      `/alerter/${encodeURIComponent(HOSTILE)}`,
    ]) {
      await small.goto(path);
      await small.page.getByRole('heading', { level: 1 }).waitFor();
      for (const width of [1_280, 1_024, 390, 360]) {
        await small.page.setViewportSize({ width, height: 740 });
        // The theme changes only colours, which are the same on every screen.
        const faults = [...(await small.crampedTexts()), ...(await small.seriousFindings('main', ['light']))];
        found.push(...faults.map((fault) => `${path} at ${width}: ${fault}`));
      }
      await small.page.setViewportSize({ width: 1_024, height: 740 });
    }
    expect(found).toEqual([]);
    expect(small.faults).toEqual([]);
    await small.close();
  });

  it('asks for a token if the API requires one, once for all tabs and links, and again when the session has ended', async () => {
    const signed = await DashboardTab.open(browser, guarded.url);
    await signed.page.goto('/');
    await signed.page.getByLabel(/^Access token/).waitFor();
    expect(await signed.page.getByRole('alert').count()).toBe(0);
    const give = async (token: string): Promise<void> => {
      await signed.page.getByLabel(/^Access token/).fill(token);
      await signed.page.getByRole('button', { name: 'Sign in' }).click();
    };
    await give('wrong');
    await signed.page.getByText('Unauthorized request: invalid access token').waitFor();
    expect(await signed.seriousFindings()).toEqual([]);
    await give(TOKEN);
    await signed.page.locator('[data-connection=live]').waitFor();
    await signed.page.reload();
    await signed.page.locator('[data-connection=live]').waitFor();
    // No script can read the session.
    const readable = 'document.cookie + JSON.stringify([sessionStorage, localStorage])';
    expect(await signed.page.evaluate(readable)).not.toMatch(new RegExp(`${TOKEN}|9volt-`));
    // Another tab, by the link of an alert.
    const linked = await signed.page.context().newPage();
    await linked.goto(new URL('/ui/monitor/web', guarded.url).href);
    await linked.locator('[data-connection=live]').waitFor();
    await linked.getByRole('button', { name: 'Sign out' }).click();
    await linked.getByLabel(/^Access token/).waitFor();
    await signed.page.getByLabel(/^Access token/).waitFor();
    await linked.close();
    expect(signed.faults).toEqual([]);
    await signed.close();
  });

  it('shows what it has on every page while the API is away, says since when, and comes back by itself', async () => {
    const proxy = cluster.use(await startSeverableProxy(Number(new URL(node.url).port)));
    const cut = await DashboardTab.open(browser, proxy.endpoint);
    await cut.goto('/monitors?q=web');
    await waitFor(async () => cut.requested.includes('/api/v1/maintenance'));
    proxy.cut();
    await cut.page.locator('[data-connection=reconnecting]').waitFor();
    await cut.page.locator('[data-connection=stale]').waitFor();
    expect(await cut.page.locator('[data-monitor=web]').count()).toBe(1);
    await cut.page.getByText(/what it shows is from/).waitFor();
    for (const [link, shown] of [
      ['Alerters', HOSTILE],
      ['Silences', 'No maintenance windows'],
      ['Cluster', 'Placement of a monitor'],
      ['Overview', 'Monitors by status'],
    ] as const) {
      await cut.page
        .getByRole('link', { name: link, exact: link !== 'Overview' })
        .first()
        .click();
      await (link === 'Overview' ? cut.page.getByRole('group', { name: shown }) : cut.page.getByText(shown))
        .first()
        .waitFor();
    }
    proxy.heal();
    await cut.page.locator('[data-connection=live]').waitFor({ timeout: 6_000 });
    await cut.close();
  });

  it('logged no error, and sent requests nowhere else', () => {
    expect(tab.faults).toEqual([]);
  });
});
