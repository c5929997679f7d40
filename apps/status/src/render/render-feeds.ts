import type { PageModel } from '../view/page-model.js';
import { STATUS_WORDS } from '../view/public-status.js';
import { escape } from './escape.js';
import type { Age } from './render-html.js';

export function renderJson(page: PageModel, age: Age | undefined): string {
  return JSON.stringify({ ...page, stale: age ? { since: age.since, minutes: age.minutes } : null });
}

interface Item {
  id: string;
  title: string;
  text: string;
  at: string | undefined;
}

/** RSS 2.0: announcements, maintenance and incidents. The same thing keeps its id as long as it exists. */
export function renderRss(page: PageModel, base: string): string {
  const items: Item[] = [
    ...page.announcements.map(({ text, from }) => ({
      id: `announcement ${text} ${from ?? ''}`,
      title: text.split('\n')[0] ?? '',
      text,
      at: from,
    })),
    ...page.maintenance.map(({ title, start, end }) => ({
      id: `maintenance ${title} ${start}`,
      title,
      text: `From ${start} to ${end}`,
      at: start,
    })),
    ...page.incidents.map(({ name, status, from, to }) => ({
      id: `incident ${name} ${from}`,
      title: `${name}: ${STATUS_WORDS[status]}${to === null ? '' : ', over'}`,
      text: to === null ? `Since ${from}` : `From ${from} to ${to}`,
      at: from,
    })),
  ];
  const link = `${base}/status/${page.slug}`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<rss version="2.0"><channel>',
    `<title>${escape(page.title)}</title><link>${escape(link)}</link>`,
    `<description>${escape(page.verdict)}</description>`,
    ...items.map((item) => itemOf(item, link)),
    '</channel></rss>',
    '',
  ].join('\n');
}

function itemOf({ id, title, text, at }: Item, link: string): string {
  const ms = at === undefined ? Number.NaN : Date.parse(at);
  const date = Number.isNaN(ms) ? '' : `<pubDate>${new Date(ms).toUTCString()}</pubDate>`;
  return `<item><title>${escape(title)}</title><link>${escape(link)}</link><description>${escape(text)}</description><guid isPermaLink="false">${escape(id)}</guid>${date}</item>`;
}
