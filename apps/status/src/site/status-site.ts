import { takesGzip } from '@9volt/platform';
import { renderBadge } from '../render/render-badge.js';
import { renderJson, renderRss } from '../render/render-feeds.js';
import { type Age, renderHtml, renderNotFound, renderNotYet } from '../render/render-html.js';
import { PAGE_POLICY } from '../render/styles.js';
import { statusOfUptime, uptimeInWords } from '../render/render-strip.js';
import type { PageModel, ShownMonitor } from '../view/page-model.js';
import { worstOf } from '../view/public-status.js';
import { type Rendered, rendered } from './rendered.js';

export interface Answer {
  status: 200 | 304 | 404 | 503;
  headers: Readonly<Record<string, string>>;
  body: Buffer;
}

interface Request {
  /** Path and query, as they were sent. */
  url: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

interface Page {
  /** The model that it was made from, as text. */
  source: string;
  files: ReadonlyMap<string, Rendered>;
  /** By the name that the page shows. */
  monitors: ReadonlyMap<string, ShownMonitor>;
  badges: Map<string, Rendered>;
}

const NOTHING = Buffer.alloc(0);
const FRESH = 'public, max-age=10, stale-while-revalidate=30, stale-if-error=86400';
const HTML = 'text/html; charset=utf-8';
const SVG = 'image/svg+xml; charset=utf-8';
/** Anybody may show a badge or read the data on another page. */
const SHARED = { 'Cross-Origin-Resource-Policy': 'cross-origin', 'Access-Control-Allow-Origin': '*' };

/** The public pages, each made once for each change and answered from memory. */
export class StatusSite {
  /** Undefined until they were read, which a process without etcd cannot. */
  private pages: ReadonlyMap<string, Page> | undefined;
  private readonly notFound = rendered(renderNotFound(), HTML, 0);
  private readonly notYet = rendered(renderNotYet(), HTML, 0);
  /** How often something was made. */
  renders = 0;

  /** `base` is where people find this node, without a slash at its end; empty if that is not known. */
  constructor(private readonly base: string) {}

  get size(): number {
    return this.pages?.size ?? 0;
  }

  /** Takes the present state of all pages, and makes those again that changed. */
  show(models: ReadonlyMap<string, PageModel>, age: Age | undefined, now: number): void {
    const pages = new Map<string, Page>();
    for (const [slug, model] of models) {
      // The days change with the uptime of the whole, and are too many to be compared.
      const source = JSON.stringify([model, age], (key, value: unknown) => (key === 'days' ? undefined : value));
      const before = this.pages?.get(slug);
      pages.set(slug, before?.source === source ? before : this.made(model, age, source, now));
    }
    this.pages = pages;
  }

  answer({ url, headers }: Request): Answer {
    const [path = ''] = url.split('?', 1);
    // Not 404: who caches or watches the page would take it for removed.
    if (!this.pages) return this.send(503, this.notYet, headers, { 'Cache-Control': 'no-store', 'Retry-After': '10' });
    const found = this.find(path, this.pages);
    if (!found) return this.send(404, this.notFound, headers, { 'Cache-Control': 'no-store' });
    const { etag, modifiedAt } = found;
    const more = {
      'Cache-Control': FRESH,
      ETag: etag,
      'Last-Modified': new Date(modifiedAt).toUTCString(),
      ...(found.type === HTML ? {} : SHARED),
    };
    if (isKnown(found, headers)) return { status: 304, headers: { ...more, Vary: 'Accept-Encoding' }, body: NOTHING };
    return this.send(200, found, headers, more);
  }

  private find(path: string, pages: ReadonlyMap<string, Page>): Rendered | undefined {
    const [, root, slug = '', name, part, ...rest] = path.split('/');
    if (rest.length > 0) return undefined;
    if (part !== undefined)
      return root === 'badge' && part === 'uptime.svg' ? this.uptimeBadge(pages.get(slug), name ?? '') : undefined;
    if (root === 'status') {
      const [, of = '', extension = 'html'] = /^([^.]*)(?:\.(json|rss))?$/.exec(slug) ?? [];
      return name === undefined || (name === '' && extension === 'html')
        ? pages.get(of)?.files.get(extension)
        : undefined;
    }
    if (root !== 'badge') return undefined;
    const whole = name === undefined;
    const [, file] = /^(.*)\.svg$/s.exec(decoded(whole ? slug : name) ?? '') ?? [];
    const page = pages.get(whole ? (file ?? '') : slug);
    return page && file !== undefined ? this.badge(page, whole ? undefined : file) : undefined;
  }

  /** Only of what the page shows, so strangers cannot fill the memory. */
  private badge(page: Page, name: string | undefined): Rendered | undefined {
    if (name === undefined) return page.files.get('svg');
    const monitor = page.monitors.get(name);
    if (!monitor) return undefined;
    let badge = page.badges.get(name);
    if (!badge) page.badges.set(name, (badge = rendered(renderBadge(name, monitor.status), SVG, Date.now())));
    return badge;
  }

  private uptimeBadge(page: Page | undefined, segment: string): Rendered | undefined {
    const name = decoded(segment);
    const monitor = name === undefined ? undefined : page?.monitors.get(name);
    if (!page || name === undefined || !monitor) return undefined;
    const key = `uptime/${name}`;
    let badge = page.badges.get(key);
    if (!badge) {
      const facts = monitor.uptime?.['30d'];
      const words = facts?.uptime ? uptimeInWords(facts) : 'no data';
      const status = facts ? statusOfUptime(facts) : 'unknown';
      page.badges.set(key, (badge = rendered(renderBadge(`${name}, 30 days`, status, words), SVG, Date.now())));
    }
    return badge;
  }

  private made(model: PageModel, age: Age | undefined, source: string, now: number): Page {
    this.renders++;
    const shown = new Map<string, ShownMonitor>();
    for (const monitor of model.groups.flatMap(({ monitors }) => monitors)) {
      // Two monitors with one name share a badge: the worse one counts.
      const { status } = shown.get(monitor.name) ?? monitor;
      if (worstOf([status, monitor.status]) === monitor.status) shown.set(monitor.name, monitor);
    }
    return {
      source,
      files: new Map([
        ['html', rendered(renderHtml(model, age), HTML, now)],
        ['json', rendered(renderJson(model, age), 'application/json; charset=utf-8', now)],
        ['rss', rendered(renderRss(model, this.base), 'application/rss+xml; charset=utf-8', now)],
        ['svg', rendered(renderBadge(model.title, model.status), SVG, now)],
      ]),
      monitors: shown,
      badges: new Map(),
    };
  }

  private send(
    status: 200 | 404 | 503,
    { body, gzipped, type }: Rendered,
    headers: Request['headers'],
    more: Readonly<Record<string, string>>,
  ): Answer {
    const packed = gzipped && takesGzip(headers['accept-encoding']) ? gzipped : undefined;
    return {
      status,
      headers: {
        'Content-Type': type,
        'Content-Security-Policy': PAGE_POLICY,
        'X-Content-Type-Options': 'nosniff',
        'Referrer-Policy': 'no-referrer',
        Vary: 'Accept-Encoding',
        ...(packed ? { 'Content-Encoding': 'gzip' } : {}),
        ...more,
        'Content-Length': String((packed ?? body).length),
      },
      body: packed ?? body,
    };
  }
}

/** Whether the caller has it already (RFC 9110, section 13.2.2: the entity tag counts before the time). */
function isKnown({ etag, modifiedAt }: Rendered, headers: Request['headers']): boolean {
  const tags = headers['if-none-match'];
  if (typeof tags === 'string') {
    const opaque = (tag: string): string => tag.trim().replace(/^W\//, '');
    return tags.trim() === '*' || tags.split(',').some((tag) => opaque(tag) === opaque(etag));
  }
  const since = headers['if-modified-since'];
  return typeof since === 'string' && Date.parse(since) >= modifiedAt;
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
