import { expect, it } from '@jest/globals';
import type { ReportLine } from '../history/report.js';
import { type ReportFacts, type ReportHeading, reportMessage } from './report-message.js';

const DAY = 86_400_000;
const line = (name: string, change: Partial<ReportLine> = {}): ReportLine => ({
  name,
  monitors: 1,
  uptime: { min: 1, max: 1 },
  watched: 1,
  downMs: 0,
  unwatchedMs: 0,
  maintenanceMs: 0,
  runs: 10,
  failures: 0,
  incidents: 0,
  longestMs: null,
  meanToRecoveryMs: null,
  slo: null,
  ...change,
});
const heading: ReportHeading = { title: 'Report shop', label: 'October 2026', groupBy: 'monitor' };
const from = Date.parse('2026-10-01T00:00:00Z');

function message(
  change: Partial<ReportFacts> = {},
  head: Partial<ReportHeading> = {},
): ReturnType<typeof reportMessage> {
  const total = line('', { monitors: 2, uptime: { min: 0.9993, max: 0.9993 }, incidents: 3 });
  const rows = [
    line('good'),
    line('bad', { uptime: { min: 0.9986, max: 0.9986 }, downMs: 3_720_000, incidents: 3, longestMs: 61_000 }),
  ];
  const facts: ReportFacts = { from, to: from + 31 * DAY, total, rows, incidentsFrom: from, partial: false, ...change };
  return reportMessage({ ...heading, ...head }, facts);
}

it('says the outcome first, and lists the worst first', () => {
  const { subject, text, html, csv } = message();
  expect(subject).toBe('Report shop, October 2026: 99.93 % up, 3 incidents');
  expect(text.split('\n')[0]).toBe(subject);
  expect(text).toContain('From 2026-10-01 00:00 UTC to 2026-11-01 00:00 UTC.');
  expect(text).toMatch(/bad +99\.86 % +1 h 2 min +3 +1 min 1 s/);
  expect(text.indexOf('bad')).toBeLessThan(text.indexOf('good'));
  expect(html.indexOf('bad')).toBeLessThan(html.indexOf('good'));
  expect(csv.split('\r\n').map((row) => row.split(',')[0])).toEqual(['name', 'good', 'bad', 'total', '']);
  expect(text).not.toMatch(/late|no longer|archive/);
});

it.each<[Partial<ReportLine>, string]>([
  [{ monitors: 0, uptime: null, watched: null }, 'no monitors'],
  [{ uptime: null, watched: null }, 'nothing watched, 0 incidents'],
  [{ uptime: { min: 0, max: 1 }, watched: 0 }, 'nothing watched, 0 incidents'],
  [{ uptime: { min: 0.9972, max: 1 }, watched: 0.9972, incidents: 1 }, '99.72 – 100 % up, 1 incident'],
  [{ incidents: 2 }, '100 % up, 2 incidents'],
])('%j is in the subject as %s', (total, outcome) => {
  expect(message({ total: line('', total) }).subject).toBe(`Report shop, October 2026: ${outcome}`);
});

it('says what is missing, and that it is late', () => {
  const { text, html } = message({ partial: true, incidentsFrom: from + DAY }, { lateSince: from + 31 * DAY });
  for (const said of [text, html]) {
    expect(said).toContain('This report was due at 2026-11-01 00:00 UTC. It comes late');
    expect(said).toContain('The archive of the history did not answer');
    expect(said).toContain('Incidents before 2026-10-02 00:00 UTC are no longer stored');
  }
});

it('shows the 200 worst rows of many, and attaches all', () => {
  const rows = Array.from({ length: 300 }, (_, n) => line(`m${n}`, { uptime: { min: n / 300, max: 1 } }));
  const { text, csv } = message({ rows });
  expect(text).toMatch(/^m199 /m);
  expect(text).not.toMatch(/^m200 /m);
  expect(text).toContain('The 200 rows with the least uptime of 300');
  expect(csv.split('\r\n')).toHaveLength(303);
});

it('a hostile name stays a text, in the subject, too', () => {
  const { html, subject, csv } = message(
    { rows: [line('<img src=x onerror=alert(1)>'), line('=1+1')] },
    { title: 'a\r\nBcc: x@example.com', description: '<b>' },
  );
  expect(html).toContain('&lt;img src=x');
  expect(html).not.toContain('<b>');
  expect(subject).not.toMatch(/[\r\n]/);
  expect(csv).toContain("'=1+1");
});
