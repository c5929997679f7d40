import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { Cluster, DashboardTab, hasChromium, launchChromium, type NodeProcess } from '../harness/index.js';

const WIDTHS = [1_440, 1_024, 768, 390] as const;
/** A word that no line breaks by itself. */
const LONG = 'shop-checkout-payment-provider-connection-in-the-second-data-centre-of-frankfurt';
const TITLE = `Status of ${LONG} and of everything else that customers of the shop use each day`;

const STATUS_PAGE = {
  title: TITLE,
  description: `Questions: support@${LONG}.example.com\n\n${'A line of text. '.repeat(30)}`,
  groups: [
    { title: 'Web', monitors: ['*'] },
    { title: LONG, monitors: [LONG, 'no-*-such'], tags: [LONG, 'public'] },
  ],
  names: { [LONG]: `${LONG} as people know it`, 'web-1': 'Home page' },
  show: ['message', 'target', 'tags'],
  announcements: [
    { text: `We move ${LONG} on Sunday`, kind: 'warning', from: '2026-12-24T18:00:00Z', until: '2026-12-31T18:00:00Z' },
    { text: 'All is well' },
  ],
  maintenance: { 'weekly-update': `The weekly update of ${LONG}` },
};
const REPORT = {
  title: TITLE,
  description: `Questions: operations@${LONG}.example.com`,
  schedule: '0 8 1 * *',
  'time-zone': 'America/Argentina/ComodRivadavia',
  period: 'previous-month',
  monitors: [LONG, 'web-*'],
  tags: [LONG, 'shop'],
  'group-by': 'member-tag',
  alerters: [LONG, 'team-mail'],
};

(hasChromium ? describe : describe.skip)('the forms and lists of reports and status pages', () => {
  let cluster: Cluster;
  let node: NodeProcess;
  let browser: Browser;
  let tab: DashboardTab;

  beforeAll(async () => {
    cluster = await Cluster.start();
    const { keys } = cluster;
    const monitor = { type: 'tcp', host: '127.0.0.1', port: 9, interval: '1h', tags: ['shop', LONG] };
    for (const name of ['web-1', LONG]) await cluster.put(keys.monitor(name), monitor);
    await cluster.put(keys.alerter(LONG), { type: 'email', to: ['a@example.com'], host: '127.0.0.1', port: 9 });
    for (const slug of ['shop', 'a'.repeat(64)]) await cluster.put(`${keys.statusPages}${slug}`, STATUS_PAGE);
    for (const name of ['monthly', LONG]) await cluster.put(`${keys.reports}${name}`, REPORT);
    // Written by hand, and refused: the lists say why.
    await cluster.put(`${keys.statusPages}broken`, { ...STATUS_PAGE, groups: [{ title: LONG }] });
    await cluster.put(`${keys.reports}broken`, { ...REPORT, schedule: `every ${LONG}` });
    [node, browser] = await Promise.all([cluster.node('api'), launchChromium()]);
    tab = await DashboardTab.open(browser, node.url);
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await cluster.stop();
  });

  /** What is cut off, squeezed, beside the screen or found by axe, at each width. */
  async function faults(): Promise<string[]> {
    const found: string[] = [];
    for (const width of WIDTHS) {
      await tab.page.setViewportSize({ width, height: 800 });
      // Only colours differ between themes, and they are the same at every width.
      const serious = await tab.seriousFindings('html', width === WIDTHS[0] ? ['light', 'dark'] : ['light']);
      found.push(...[...(await tab.crampedTexts()), ...serious].map((fault) => `at ${width}: ${fault}`));
    }
    return found;
  }

  it.each([
    ['/status-pages', 'Open the public page'],
    ['/status-pages/new', 'slug'],
    ['/status-page/shop/edit', 'announcements'],
    ['/status-page/broken/edit', 'announcements'],
    ['/reports', 'Save as CSV'],
    ['/reports/by-mail', 'Send now'],
    ['/reports/by-mail/new', 'schedule'],
    ['/report/monthly/edit', 'schedule'],
    [`/report/${LONG}/edit`, 'schedule'],
  ])('%s fits every screen, and axe finds nothing serious', async (path, text) => {
    await tab.goto(path);
    await tab.page.getByText(text).first().waitFor();
    await tab.page.evaluate(`document.querySelectorAll('details:not([open]) > summary').forEach((one) => one.click())`);
    expect(await faults()).toEqual([]);
  });

  it('so do a refused form, and the preview of a mail', async () => {
    const { page } = tab;
    await tab.goto('/status-page/shop/edit');
    await page.getByRole('textbox', { name: 'title', exact: true }).first().fill('');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.locator('[aria-invalid=true]').first().waitFor();
    const refused = await faults();
    await page.getByRole('textbox', { name: 'title', exact: true }).first().fill(TITLE);

    await tab.goto('/report/monthly/edit');
    await page.getByRole('button', { name: 'Show a preview' }).click();
    await page.getByLabel('Preview of the mail').waitFor();
    expect([...refused, ...(await faults())]).toEqual([]);
  });

  it('shows a short name as a short one', async () => {
    await tab.page.setViewportSize({ width: 1_024, height: 800 });
    await tab.goto('/report/monthly/edit');
    const pill = tab.page.locator('.mantine-Pill-root', { hasText: /^web-\*$/ });
    expect((await pill.boundingBox())?.width).toBeLessThan(100);
  });

  it('does nothing that it must not', () => {
    expect(tab.faults).toEqual([]);
  });
});
