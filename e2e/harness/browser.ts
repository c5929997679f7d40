import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';
import { CRAMPED } from './cramped.js';

const CHROMIUM = '/usr/bin/chromium';

/** Debian's. Without it, tests that need a browser are skipped. */
export const hasChromium = existsSync(CHROMIUM);

/** Nothing of its own over the network, and no sandbox, which containers forbid. */
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** The console also reports error answers; each test says which it expects. */
const ANSWERED = /^Failed to load resource: the server responded with a status of (400|401|404|412) /;

export type Scheme = 'light' | 'dark';

/** A tab with the dashboard, and everything forbidden that it did. */
export class DashboardTab {
  /** Console errors, exceptions, dialogs, requests to elsewhere. */
  readonly faults: string[] = [];
  /** Paths of all requests. */
  readonly requested: string[] = [];

  private constructor(
    readonly page: Page,
    private readonly origin: string,
  ) {
    page.on('console', (message) => {
      if (message.type() === 'error' && !ANSWERED.test(message.text())) this.faults.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.faults.push(`exception: ${error.message}`));
    page.on('dialog', (dialog) => {
      this.faults.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.protocol === 'data:') return;
      if (url.origin !== this.origin) this.faults.push(`request: ${request.url()}`);
      this.requested.push(url.pathname);
    });
  }

  static async open(browser: Browser, origin: string, viewport = { width: 1280, height: 800 }): Promise<DashboardTab> {
    const context = await browser.newContext({ viewport, baseURL: origin, timezoneId: 'Europe/Berlin' });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    return new DashboardTab(page, origin);
  }

  /** Opens a page of the dashboard, and waits until it is live. */
  async goto(path: string): Promise<void> {
    await this.page.goto(`/ui${path}`);
    await this.page.locator('[data-connection=live]').waitFor();
  }

  /** The serious and critical findings of axe in a part of the page, in each theme: `theme: rule: element`. */
  async seriousFindings(within = 'html', schemes: readonly Scheme[] = ['light', 'dark']): Promise<string[]> {
    const found: string[] = [];
    for (const [at, scheme] of schemes.entries()) {
      await this.page.emulateMedia({ colorScheme: scheme });
      await this.page.locator(`html[data-mantine-color-scheme=${scheme}]`).waitFor();
      // Only colours differ between themes.
      const rules = at === 0 ? {} : { runOnly: ['color-contrast'] };
      const all = await axeFindings(this.page, within, rules);
      const serious = all.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      found.push(...serious.map(({ text }) => `${scheme}: ${text}`));
    }
    return found;
  }

  /** What is squeezed, cut off or beside the screen. */
  crampedTexts(): Promise<string[]> {
    return this.page.evaluate<string[]>(CRAMPED);
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}

/** What axe finds in a part of a page: `rule: element`. */
export async function axeFindings(
  page: Page,
  within = 'html',
  options: object = {},
): Promise<{ impact: string; text: string }[]> {
  // Half a megabyte: a page gets it once.
  if (!(await page.evaluate<boolean>('Boolean(window.axe)'))) await page.evaluate(AXE);
  return page.evaluate(
    `axe.run(${JSON.stringify(within)}, ${JSON.stringify({ resultTypes: ['violations'], ...options })}).then(({ violations }) => violations
      .flatMap(({ id, impact, nodes }) => nodes.map(({ html }) => ({ impact, text: id + ': ' + html.slice(0, 200) }))))`,
  );
}

export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ARGS });
}
