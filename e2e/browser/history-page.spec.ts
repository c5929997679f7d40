import { startHttpTarget } from '@9volt/monitors/testing';
import { someOf } from '@9volt/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import {
  axeFindings,
  Cluster,
  DashboardTab,
  hasChromium,
  launchChromium,
  type NodeProcess,
  type Past,
  type Scheme,
  waitFor,
  writePast,
} from '../harness/index.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WIDTHS = [390, 768, 1_024, 1_440];
const HEIGHT = 900;

(hasChromium ? describe : describe.skip)('the past of a monitor in the dashboard', () => {
  let cluster: Cluster;
  let node: NodeProcess;
  let browser: Browser;
  let tab: DashboardTab;
  let page: Page;
  let target: Awaited<ReturnType<typeof startHttpTarget>>;

  beforeAll(async () => {
    cluster = await Cluster.start();
    target = cluster.use(await startHttpTarget());
    const now = Date.now();
    const past = (medianMs: number, times: Past['times']): Past => ({ since: now - 95 * DAY_MS, medianMs, times });
    const ago = (days: number, hours: number, status: Past['times'][number]['status']): Past['times'][number] => {
      const from = now - days * DAY_MS;
      return { from, to: from + hours * HOUR_MS, status };
    };
    const web = [ago(60, 3, 'critical'), ago(30, 30, 'unwatched'), ago(4, 1, 'critical'), ago(2, 5, 'maintenance')];
    await writePast(cluster, new Map([['web', past(12, web)], ['mail', past(30, [ago(10, 2, 'warning')])]])); // prettier-ignore
    const monitor = { type: 'http', host: target.host, port: target.port, interval: '1s', tags: ['shop'] };
    const more = { 'critical-threshold': 1, 'slo-uptime': 99.9 };
    await cluster.put(cluster.keys.monitor('web'), { ...monitor, ...more });
    await cluster.put(cluster.keys.monitor('mail'), { ...monitor, tags: ['office'] });
    await cluster.put(`${cluster.keys.statusPages}shop`, {
      title: 'Status of the shop',
      description: 'Questions: support@example.com',
      groups: [{ title: 'Web', monitors: ['web', 'mail'] }],
      names: { web: 'Home page' },
      announcements: [{ text: 'We move on Sunday', kind: 'warning' }],
    });
    [node, browser] = await Promise.all([cluster.node('server'), launchChromium()]);
    tab = await DashboardTab.open(browser, node.url, { width: 1_280, height: HEIGHT });
    page = tab.page;
    await waitFor(async () => (await cluster.statusOf('web')) === 'ok', { timeoutMs: 60_000 });
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await cluster.stop();
  });

  const chart = (): Locator => page.getByRole('img', { name: /checks? in \d+ parts?/ });
  /** The number of parts that the chart has. */
  const parts = async (): Promise<number> =>
    Number(/in (\d+) parts?/.exec((await chart().getAttribute('aria-label')) ?? '')?.[1]);
  const range = (name: string): Locator => page.getByRole('radiogroup', { name: 'Time range' }).getByText(name);
  const ends = (): [from: number, to: number] => {
    const { searchParams } = new URL(page.url());
    return [Date.parse(searchParams.get('from') ?? ''), Date.parse(searchParams.get('to') ?? '')];
  };
  const strip = (): Locator => page.getByRole('toolbar', { name: /^Uptime of the last 90 days/ });
  const focused = (): Promise<string> => page.evaluate<string>('document.activeElement.getAttribute("aria-label")');
  /** Waits until the chart has so many parts, or one more, because the first may be cut. */
  const isSettled = (expected: number): Promise<boolean> =>
    waitFor(async () => [expected, expected + 1].includes(await parts()), { timeoutMs: 30_000 });

  it('shows a time by its button, keeps it in the URL, and goes back to the one before', async () => {
    await tab.goto('/monitor/web');
    await chart().waitFor();
    await range('7d').click();
    await page.waitForURL(/[?&]range=7d\b/);
    await isSettled(84);
    await range('90d').click();
    await page.waitForURL(/[?&]range=90d\b/);
    await isSettled(90);
    await page.goBack();
    await page.waitForURL(/[?&]range=7d\b/);
    await isSettled(84);
    expect(await page.getByRole('radio', { name: '7d' }).isChecked()).toBe(true);
    // Whether anything was not watched until the node started depends on the second of the minute.
    await page.locator('dl').getByText('Maintenance', { exact: true }).waitFor();
  });

  it('zooms into the time that somebody drags over, as a link, and back out', async () => {
    await tab.goto('/monitor/web?range=7d');
    await isSettled(84);
    const box = await chart().locator('.u-over').boundingBox();
    if (!box) throw new Error('the chart has no place');
    const [left, right, y] = [box.x + box.width * 0.25, box.x + box.width * 0.5, box.y + box.height / 2];
    await page.mouse.move(left, y);
    await page.mouse.down();
    await page.mouse.move((left + right) / 2, y, { steps: 4 });
    await page.mouse.move(right, y, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL(/[?&]from=.*to=/);
    const [from, to] = ends();
    expect((to - from) / (7 * DAY_MS)).toBeCloseTo(0.25, 1);
    expect((Date.now() - to) / (7 * DAY_MS)).toBeCloseTo(0.5, 1);
    await isSettled(42);
    expect(await page.getByRole('radio', { name: 'From – to' }).isChecked()).toBe(true);

    const shown = await chart().getAttribute('aria-label');
    const fresh = await DashboardTab.open(browser, node.url);
    await fresh.goto(new URL(page.url()).href.slice(`${node.url}/ui`.length));
    await fresh.page.getByRole('img', { name: shown ?? '' }).waitFor();
    await fresh.page.getByLabel('From', { exact: true }).waitFor();
    expect(fresh.faults).toEqual([]);
    await fresh.close();

    await page.getByRole('button', { name: 'Zoom out' }).click();
    await waitFor(async () => ends()[1] - ends()[0] > 1.9 * (to - from));
    await page.goBack();
    await waitFor(async () => ends()[0] === from);
    await page.goBack();
    await page.waitForURL(/[?&]range=7d\b/);
    await page.getByLabel('From', { exact: true }).waitFor({ state: 'detached' });
  });

  it('takes a time from two fields, and says when their order is wrong', async () => {
    const [from, to] = [Date.now() - 6 * DAY_MS, Date.now() - 3 * DAY_MS].map((at) => new Date(at).toISOString());
    await tab.goto(`/monitor/web?from=${from}&to=${to}`);
    const [begin, end] = [page.getByLabel('From', { exact: true }), page.getByLabel('To', { exact: true })];
    const before = await end.inputValue();
    await end.fill('2001-01-01T00:00');
    await page.getByText('Must be after "From"').waitFor();
    expect(await page.getByRole('button', { name: 'Show', exact: true }).isDisabled()).toBe(true);
    await end.fill(before);
    await begin.fill(before.replace(/T.*/, 'T00:00'));
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await waitFor(() => ends()[0] > Date.parse(from ?? ''));
    expect(ends()[1] - ends()[0]).toBeLessThanOrEqual(DAY_MS);
  });

  it('lists the incidents of a time with how long they took, and people comment on them', async () => {
    const opened = Date.now();
    target.mode = 'fail';
    await waitFor(async () => (await cluster.statusOf('web')) === 'critical');
    target.mode = 'ok';
    await waitFor(async () => (await cluster.statusOf('web')) === 'ok');
    await tab.goto('/monitor/web');
    const incidents = page.getByRole('region', { name: 'Incidents and notifications' });
    await incidents
      .getByText(/ to .*, \d+[sm]/)
      .first()
      .waitFor();
    await incidents.getByRole('button', { name: /^Comment on incident/ }).click();
    await incidents.getByLabel('Your name').fill('Ada');
    await incidents.getByLabel('Comment', { exact: true }).fill('A cable was pulled');
    await incidents.getByRole('button', { name: 'Add', exact: true }).click();
    await incidents.getByText('A cable was pulled').waitFor();
    const link = (from: number, to: number): string =>
      `/monitor/web?from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`;
    await tab.goto(link(opened - 60_000, Date.now() + 60_000));
    await incidents.getByText('A cable was pulled').waitFor();
    await tab.goto(link(opened - 3 * DAY_MS, opened - DAY_MS));
    await incidents.getByText('No incident in this time').waitFor();
  });

  it('goes through 90 days by the keyboard, says each, and opens one', async () => {
    await tab.goto('/monitor/web');
    await strip().waitFor();
    const days = strip().getByRole('button');
    await waitFor(async () => (await days.count()) === 90);
    // One stop for the tab key.
    expect(await strip().locator('[tabindex="0"]').count()).toBe(1);
    await strip().locator('[tabindex="0"]').focus();
    const today = await focused();
    await page.keyboard.press('ArrowLeft');
    const yesterday = await focused();
    expect(yesterday).not.toBe(today);
    expect(yesterday).toMatch(/^\d{1,2} \w+ \d{4}: [\d.]+( – [\d.]+)? %/);
    await page.getByRole('region', { name: '90 days' }).locator('p').getByText(yesterday, { exact: true }).waitFor();
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toBe(today);
    await page.keyboard.press('Home');
    expect(await focused()).toBe(await days.first().getAttribute('aria-label'));
    await page.keyboard.press('ArrowLeft');
    expect(await focused()).toBe(await days.first().getAttribute('aria-label'));
    await page.keyboard.press('End');
    expect(await focused()).toBe(today);
    const bad = days.and(page.getByRole('button', { name: /critical for 3 h/ }));
    expect(await bad.count()).toBeLessThanOrEqual(1);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await page.waitForURL(/[?&]from=.*to=/);
    const [from, to] = ends();
    expect([to - from, from % DAY_MS]).toEqual([DAY_MS, 0]);
    expect(Date.parse(`${yesterday.replace(/:.*/, '')} UTC`)).toBe(from);
    await isSettled(24);
    // The key that opened it keeps its place.
    expect(await focused()).toBe(yesterday);
  });

  it.each(['/monitor/web?range=90d', '/reports'])(
    '%s fits every screen and has no serious finding of axe in either theme',
    async (path) => {
      await tab.goto(path);
      await (path.startsWith('/reports') ? page.getByRole('table') : chart()).waitFor();
      const found: string[] = [];
      for (const width of someOf(WIDTHS)) {
        await page.setViewportSize({ width, height: HEIGHT });
        // Colours are the same on every screen.
        const schemes: Scheme[] = width === 390 ? ['light', 'dark'] : ['light'];
        found.push(...(await tab.seriousFindings('main', schemes)).map((fault) => `${width}: ${fault}`));
        found.push(...(await tab.crampedTexts()).map((fault) => `${width}: ${fault}`));
      }
      expect(found).toEqual([]);
    },
  );

  it('its status page fits every screen and has no finding of axe in either theme', async () => {
    const visitor = await DashboardTab.open(browser, node.url);
    await visitor.page.goto('/status/shop');
    await visitor.page.getByText('Home page').first().waitFor();
    const found: string[] = [];
    for (const width of someOf(WIDTHS)) {
      await visitor.page.setViewportSize({ width, height: HEIGHT });
      for (const colorScheme of width === 390 ? (['light', 'dark'] as const) : (['light'] as const)) {
        await visitor.page.emulateMedia({ colorScheme });
        found.push(...(await axeFindings(visitor.page)).map(({ text }) => `${colorScheme} at ${width}: ${text}`));
      }
      found.push(...(await visitor.crampedTexts()).map((fault) => `${width}: ${fault}`));
    }
    expect(found).toEqual([]);
    await visitor.close();
  });

  it('logged no error, and sent requests nowhere else', () => {
    expect(tab.faults).toEqual([]);
  });
});
