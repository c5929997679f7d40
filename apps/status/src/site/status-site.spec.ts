import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { PageModel } from '../view/page-model.js';
import { StatusSite } from './status-site.js';

const NOW = Date.parse('2026-06-01T12:00:00.500Z');
const HOSTILE = `<script>alert("1")</script>'&\u0000\ud800]]>`;

const model = (more: Partial<PageModel> = {}): PageModel => ({
  slug: 'shop',
  title: 'Shop',
  status: 'down',
  verdict: '1 of 2 systems is down',
  groups: [
    {
      title: 'Web',
      status: 'down',
      monitors: [
        { name: 'Home page', status: 'down', since: '2026-06-01T11:00:00Z' },
        {
          name: 'a/b',
          status: 'up',
          uptime: {
            '30d': { uptime: { min: 0.995, max: 0.99722 }, watched: 0.99 },
            '90d': { uptime: null, watched: null },
          },
          days: [
            { date: '2026-05-30', uptime: null, watched: null },
            { date: '2026-05-31', uptime: { min: 0.5, max: 0.5 }, watched: 1 },
            { date: '2026-06-01', uptime: { min: 1, max: 1 }, watched: 1 },
          ],
        },
      ],
      more: 0,
    },
  ],
  announcements: [{ kind: 'info', text: 'We move' }],
  maintenance: [{ title: 'Update', start: '2026-06-07T03:00:00.000Z', end: '2026-06-07T05:00:00.000Z', open: false }],
  incidents: [{ name: 'Home page', status: 'down', from: '2026-05-31T00:00:00Z', to: '2026-05-31T01:00:00Z' }],
  ...more,
});

let site: StatusSite;
const show = (one: PageModel, age?: { since: string; minutes: number }, now = NOW): void =>
  site.show(new Map([[one.slug, one]]), age, now);
const get = (url: string, headers: Record<string, string> = {}) => {
  const answer = site.answer({ url, headers });
  return { ...answer, text: answer.body.toString() };
};

beforeEach(() => {
  site = new StatusSite('https://status.example.com');
  show(model());
});

it('says that it knows nothing yet, and not that there is no such page, before it has read the pages', () => {
  site = new StatusSite('https://status.example.com');
  for (const url of ['/status/shop', '/status/shop.json', '/badge/shop.svg', '/status/nope']) {
    const { status, headers, text } = get(url);
    expect([status, headers['Cache-Control'], headers['Retry-After']]).toEqual([503, 'no-store', '10']);
    expect(text).toContain('cannot be shown yet');
  }
  site.show(new Map(), undefined, NOW);
  expect(get('/status/shop').status).toBe(404);
});

describe('a site', () => {
  it.each([
    ['/status/shop', 'text/html; charset=utf-8'],
    ['/status/shop/', 'text/html; charset=utf-8'],
    ['/status/shop?x=1', 'text/html; charset=utf-8'],
    ['/status/shop.json', 'application/json; charset=utf-8'],
    ['/status/shop.rss', 'application/rss+xml; charset=utf-8'],
    ['/badge/shop.svg', 'image/svg+xml; charset=utf-8'],
    ['/badge/shop/Home%20page.svg', 'image/svg+xml; charset=utf-8'],
    ['/badge/shop/a%2Fb.svg', 'image/svg+xml; charset=utf-8'],
    ['/badge/shop/a%2Fb/uptime.svg', 'image/svg+xml; charset=utf-8'],
    ['/badge/shop/Home%20page/uptime.svg', 'image/svg+xml; charset=utf-8'],
  ])('answers %s', (url, type) => {
    expect(get(url)).toMatchObject({ status: 200, headers: { 'Content-Type': type } });
  });

  it.each([
    '/',
    '/status',
    '/status/',
    '/status/other',
    '/status/shop.html.json',
    '/status/shop.svg',
    '/status/shop.json/',
    '/status/shop/x',
    '/status/.json',
    '/status/__proto__',
    '/status/%',
    '/badge/shop',
    '/badge/shop/',
    '/badge/shop/other.svg',
    '/badge/shop/%E0%A4%A.svg',
    '/badge/shop/constructor.svg',
    '/badge/other/Home%20page.svg',
    '/badge/shop/Home%20page.svg/x',
    '/badge/shop/Home%20page/status.svg',
    '/badge/shop/other/uptime.svg',
    '/badge/other/Home%20page/uptime.svg',
    '/status/shop/Home%20page/uptime.svg',
  ])('knows nothing at %s, and says nothing about it', (url) => {
    expect(get(url)).toMatchObject({ status: 404, text: get('/x').text, headers: { 'Cache-Control': 'no-store' } });
  });

  it('forbids scripts and all else but its own styles', () => {
    const { text, headers } = get('/status/shop');
    const style = /<style>([^]*)<\/style>/.exec(text)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(headers['Content-Security-Policy']).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(text).not.toMatch(/<script|style=|\son\w+=/);
  });

  it('escapes every text of people', () => {
    show(
      model({
        title: HOSTILE,
        description: HOSTILE,
        verdict: HOSTILE,
        groups: [
          {
            title: HOSTILE,
            status: 'up',
            monitors: [{ name: HOSTILE, status: 'up', message: HOSTILE, target: HOSTILE, tags: [HOSTILE] }],
            more: 0,
          },
        ],
        announcements: [{ kind: 'info', text: HOSTILE }],
        maintenance: [{ title: HOSTILE, start: HOSTILE, end: HOSTILE, open: true }],
        incidents: [{ name: HOSTILE, status: 'down', from: HOSTILE, to: HOSTILE }],
      }),
    );
    const badge = `/badge/shop/${encodeURIComponent(HOSTILE.replace('\ud800', '\ufffd'))}.svg`;
    for (const url of ['/status/shop', '/status/shop.rss', '/badge/shop.svg', badge]) {
      const { text } = get(url);
      expect(text).not.toMatch(/<script|"1"|'&[^#a]|\u0000/);
    }
  });

  it('sends compressed what is worth it', () => {
    const { headers, body } = get('/status/shop', { 'accept-encoding': 'br, gzip' });
    expect(headers).toMatchObject({ 'Content-Encoding': 'gzip', Vary: 'Accept-Encoding' });
    expect(headers['Content-Length']).toBe(String(body.length));
    expect(gunzipSync(body).toString()).toBe(get('/status/shop').text);
    expect(get('/badge/shop.svg', { 'accept-encoding': 'gzip' }).headers).not.toHaveProperty('Content-Encoding');
  });

  it('answers 304 to those who have it, by tag before time', () => {
    const { headers } = get('/status/shop');
    const etag = headers['ETag'] ?? '';
    const modified = 'Mon, 01 Jun 2026 12:00:00 GMT';
    expect(headers).toMatchObject({
      'Last-Modified': modified,
      'Cache-Control': expect.stringMatching(/^public, max-age=10\b/),
    });
    for (const asked of [etag, etag.slice(2), `"x", ${etag}`, '*']) {
      expect(get('/status/shop', { 'if-none-match': asked })).toMatchObject({
        status: 304,
        text: '',
        headers: { ETag: etag },
      });
    }
    expect(get('/status/shop', { 'if-modified-since': modified }).status).toBe(304);
    expect(get('/status/shop', { 'if-modified-since': 'Mon, 01 Jun 2026 11:59:59 GMT' }).status).toBe(200);
    expect(get('/status/shop', { 'if-none-match': '"x"', 'if-modified-since': modified }).status).toBe(200);
    expect(get('/status/shop', { 'if-modified-since': 'yesterday' }).status).toBe(200);
  });

  it('makes a page only when it changes', () => {
    const before = get('/status/shop').headers;
    show(model(), undefined, NOW + 60_000);
    expect(site.renders).toBe(1);
    expect(get('/status/shop').headers).toEqual(before);
    show(model({ status: 'up' }), undefined, NOW + 60_000);
    expect(site.renders).toBe(2);
    expect(get('/status/shop').headers['ETag']).not.toBe(before['ETag']);
    expect(get('/status/shop').headers['Last-Modified']).toBe('Mon, 01 Jun 2026 12:01:00 GMT');
    site.show(new Map(), undefined, NOW);
    expect(get('/status/shop').status).toBe(404);
  });

  it('says how old it is when it has no news', () => {
    show(model(), { since: '2026-06-01T11:58:00.000Z', minutes: 2 });
    expect(get('/status/shop').text).toMatch(/no news since .*2026-06-01 11:58.*is 2 minutes old/);
    expect(JSON.parse(get('/status/shop.json').text)).toMatchObject({
      stale: { since: '2026-06-01T11:58:00.000Z', minutes: 2 },
    });
    show(model());
    expect(JSON.parse(get('/status/shop.json').text)).toMatchObject({ stale: null });
  });

  it('lets other pages show badges, data and feeds, but not frame the page', () => {
    expect(get('/badge/shop.svg').headers).toMatchObject({ 'Cross-Origin-Resource-Policy': 'cross-origin' });
    expect(get('/status/shop.json').headers).toMatchObject({ 'Access-Control-Allow-Origin': '*' });
    expect(get('/status/shop').headers).not.toHaveProperty('Access-Control-Allow-Origin');
  });

  it('keeps a badge for names that it shows only', () => {
    expect(get('/badge/shop/Home%20page.svg').text).toContain('aria-label="Home page: down"');
    expect(get('/badge/shop.svg').text).toContain('aria-label="Shop: down"');
  });

  it('shows the uptime of each day and of the whole, and what nobody watched as neither', () => {
    const { text } = get('/status/shop');
    expect(text).toContain('aria-label="Uptime of 3 days: no data"');
    expect(text.match(/<rect class="\w+"/g)).toEqual([
      '<rect class="unknown"',
      '<rect class="down"',
      '<rect class="up"',
    ]);
    expect(text).toContain('<title>2026-05-31: 50 %</title>');
    expect(text).toContain('30 days: 99.5 – 99.72 %');
    expect(get('/badge/shop/a%2Fb/uptime.svg').text).toContain('aria-label="a/b, 30 days: 99.5 – 99.72 %"');
    expect(get('/badge/shop/Home%20page/uptime.svg').text).toContain('aria-label="Home page, 30 days: no data"');
  });

  it('feeds what happens, each with an id that stays', () => {
    const { text } = get('/status/shop.rss');
    expect(text.match(/<title>[^<]*/g)).toEqual([
      '<title>Shop',
      '<title>We move',
      '<title>Update',
      '<title>Home page: Down, over',
    ]);
    expect(text).toContain('<link>https://status.example.com/status/shop</link>');
    show(model({ incidents: [{ name: 'Home page', status: 'degraded', from: '2026-05-31T00:00:00Z', to: null }] }));
    const ids = (feed: string): string[] => feed.match(/<guid[^>]*>[^<]*/g) ?? [];
    expect(ids(get('/status/shop.rss').text)).toEqual(ids(text));
  });
});
