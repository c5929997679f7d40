import type { PageModel, PastIncident, PlannedMaintenance, ShownGroup, ShownMonitor } from '../view/page-model.js';
import { type PublicStatus, STATUS_WORDS } from '../view/public-status.js';
import { escape } from './escape.js';
import { uptimeInWords, stripOf } from './render-strip.js';
import { STYLES } from './styles.js';

/** A sign beside the word, for those who do not see colours. */
const SIGNS: Readonly<Record<PublicStatus, string>> = {
  up: '✓',
  degraded: '!',
  down: '✕',
  maintenance: '⚙',
  unknown: '?',
  paused: '–',
};
const ANNOUNCED = { info: 'Announcement', warning: 'Warning', incident: 'Incident' } as const;

/** Age of the shown facts, if this process cannot know whether they still hold. */
export interface Age {
  /** ISO 8601. */
  since: string;
  minutes: number;
}

export function renderHtml(page: PageModel, age: Age | undefined): string {
  const { slug, title, description, status, verdict } = page;
  return document(
    title,
    [
      `<header><h1>${escape(title)}</h1>`,
      description === undefined ? '' : `<p>${escape(description)}</p>`,
      '</header><main>',
      age ? ageNote(age) : '',
      `<p class="verdict ${status}" role="status">${sign(status)}${escape(verdict)}</p>`,
      ...page.announcements.map(
        ({ kind = 'info', text }) =>
          `<div class="note ${kind}"><h2>${ANNOUNCED[kind]}</h2><p>${escape(text)}</p></div>`,
      ),
      listed('Maintenance', page.maintenance.map(maintenanceLine)),
      ...page.groups.map(groupSection),
      listed('Past incidents', page.incidents.map(incidentLine)),
      `</main><footer class="mute"><p>All times are UTC. <a href="/status/${escape(slug)}.rss">RSS</a> <a href="/status/${escape(slug)}.json">JSON</a></p></footer>`,
    ].join('\n'),
    `<link rel="alternate" type="application/rss+xml" title="${escape(title)}" href="/status/${escape(slug)}.rss">`,
  );
}

/** A page that says nothing about the request. */
export function renderNotFound(): string {
  return document('Not found', '<main><h1>Not found</h1><p>There is no status page at this address.</p></main>', '');
}

/** The process has no news of any page yet. */
export function renderNotYet(): string {
  return document(
    'Not available yet',
    '<main><h1>Not available yet</h1><p>This page cannot be shown yet. Please try again in some seconds.</p></main>',
    '',
  );
}

function document(title: string, body: string, head: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escape(title)}</title>${head}<style>${STYLES}</style></head>
<body>
${body}
</body></html>
`;
}

function ageNote({ since, minutes }: Age): string {
  const old = minutes < 1 ? 'less than a minute' : minutes === 1 ? '1 minute' : `${minutes} minutes`;
  return `<p class="note warning" role="alert">This page has had no news since ${time(since)}. What it shows is ${old} old.</p>`;
}

function groupSection({ title, status, monitors, more }: ShownGroup): string {
  const lines = monitors.map(monitorLine);
  if (more > 0) lines.push(`<li class="mute">and ${more} more</li>`);
  const list = lines.length > 0 ? `<ul>${lines.join('\n')}</ul>` : '<p class="mute">Nothing is shown here yet.</p>';
  const word = lines.length > 0 ? state(status) : '';
  return `<section><div class="row"><h2>${escape(title)}</h2>${word}</div>${list}</section>`;
}

function monitorLine({ name, status, since, message, target, tags, days, uptime }: ShownMonitor): string {
  const more = [
    ...(message === undefined ? [] : [escape(message)]),
    ...(target === undefined ? [] : [escape(target)]),
    ...(tags ? [tags.map((tag) => escape(tag)).join(', ')] : []),
    ...(since === undefined ? [] : [`since ${time(since)}`]),
    ...(uptime?.['30d'].uptime ? [`30 days: ${uptimeInWords(uptime['30d'])}`] : []),
  ];
  const strip = days && uptime ? stripOf(days, uptime['90d']) : '';
  const below = more.length > 0 ? `<div class="mute">${more.join(' · ')}</div>` : '';
  return `<li><div class="row"><span>${escape(name)}</span>${state(status)}</div>${strip}${below}</li>`;
}

function maintenanceLine({ title, start, end, open }: PlannedMaintenance): string {
  const when = `${time(start)} to ${time(end)}`;
  return `<li><div class="row"><span>${escape(title)}</span><span class="mute">${open ? 'now, ' : ''}${when}</span></div></li>`;
}

function incidentLine({ name, status, from, to }: PastIncident): string {
  const when = `${time(from)} ${to === null ? 'until now' : `to ${time(to)}`}`;
  return `<li><div class="row"><span>${escape(name)}</span>${state(status)}</div><div class="mute">${when}</div></li>`;
}

function listed(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `<section><h2>${title}</h2><ul>${lines.join('\n')}</ul></section>`;
}

function state(status: PublicStatus): string {
  return `<span class="state ${status}">${sign(status)}${STATUS_WORDS[status]}</span>`;
}

function sign(status: PublicStatus): string {
  return `<span aria-hidden="true">${SIGNS[status]} </span>`;
}

function time(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return '';
  const text = at.toISOString();
  return `<time datetime="${text}">${text.slice(0, 10)} ${text.slice(11, 16)}</time>`;
}
