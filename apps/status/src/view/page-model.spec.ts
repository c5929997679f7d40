import { MaintenanceWindows, type StatusPageSettings } from '@9volt/contracts';
import { describe, expect, it } from '@jest/globals';
import type { MonitorFacts, PublicFacts, StateFacts } from './facts.js';
import { pageModel } from './page-model.js';
import { type PublicStatus, verdictOf, worstOf } from './public-status.js';

const NOW = Date.parse('2026-06-01T12:00:00Z');
const SINCE = '2026-06-01T11:00:00Z';

const monitor = (name: string, more: Partial<MonitorFacts> = {}): MonitorFacts => ({
  name,
  type: 'http',
  tags: [],
  invalid: false,
  disabledUntil: 0,
  ...more,
});
const facts = (monitors: MonitorFacts[], states: Record<string, StateFacts>, more: object = {}): PublicFacts => ({
  monitors: new Map(monitors.map((one) => [one.name, one])),
  states: new Map(Object.entries(states)),
  incidents: [],
  windows: new Map(),
  pauses: new Map(),
  isWatched: () => true,
  historyOf: () => undefined,
  ...more,
});
const page = (more: Partial<StatusPageSettings> = {}): StatusPageSettings =>
  ({ title: 'Shop', groups: [{ title: 'Web', monitors: ['web-*'] }], ...more }) as StatusPageSettings;
const state = (status: StateFacts['status'], message?: string): StateFacts => ({ status, since: SINCE, message });
const windows = (settings: object): MaintenanceWindows => new MaintenanceWindows(settings as never);

describe('the status of a monitor on a page', () => {
  const shown = (one: MonitorFacts, states: Record<string, StateFacts>, more: object = {}): PublicStatus | undefined =>
    pageModel('shop', page(), facts([one], states, more), NOW).groups[0]?.monitors[0]?.status;

  it.each<[StateFacts['status'], PublicStatus]>([
    ['ok', 'up'],
    ['warning', 'degraded'],
    ['critical', 'down'],
    ['unknown', 'unknown'],
  ])('is, of %s, %s', (status, expected) => {
    expect(shown(monitor('web-1'), { 'web-1': state(status) })).toBe(expected);
  });

  it('is never up without results', () => {
    const states = { 'web-1': state('ok') };
    expect(shown(monitor('web-1'), states, { isWatched: () => false })).toBe('unknown');
    expect(shown(monitor('web-1'), {})).toBe('unknown');
    expect(shown(monitor('web-1', { invalid: true }), states)).toBe('unknown');
  });

  it('says that nobody checks it on purpose', () => {
    const states = { 'web-1': state('critical') };
    expect(shown(monitor('web-1', { disabledUntil: Infinity }), states)).toBe('paused');
    expect(shown(monitor('web-1', { disabledUntil: NOW - 1 }), states)).toBe('down');
    expect(shown(monitor('web-1'), states, { pauses: new Map([['web-1', NOW + 1]]) })).toBe('paused');
    expect(shown(monitor('web-1'), states, { pauses: new Map([['web-1', NOW]]) })).toBe('down');
  });

  it('is maintenance in a window that matches it', () => {
    const window = (match: object): object => ({
      windows: new Map([['w', windows({ match, start: '2026-06-01T11:59:00Z', end: '2026-06-01T12:01:00Z' })]]),
    });
    const states = { 'web-1': state('critical') };
    expect(shown(monitor('web-1'), states, window({ name: 'web-*' }))).toBe('maintenance');
    expect(shown(monitor('web-1'), states, window({ name: 'db' }))).toBe('down');
    expect(shown(monitor('web-1'), states, window({ name: 'web-*', status: ['warning'] }))).toBe('down');
  });
});

describe('a page', () => {
  const secretive = monitor('web-1', { target: 'https://canary.example.com', tags: ['canary-tag'] });
  const states = { 'web-1': state('critical', 'canary message') };

  it('shows names and statuses, and what else only if it says so', () => {
    const text = (show?: StatusPageSettings['show']): string =>
      JSON.stringify(pageModel('shop', page(show ? { show } : {}), facts([secretive], states), NOW));
    expect(text()).not.toContain('canary');
    expect(text(['message'])).toContain('canary message');
    expect(text(['message'])).not.toMatch(/canary\.|canary-/);
    expect(text(['target', 'tags'])).toMatch(/canary\.example\.com.*canary-tag/);
    expect(text(['target', 'tags'])).not.toContain('canary message');
  });

  it('never shows the name of a monitor that has another one there', () => {
    const incidents = [{ monitor: 'web-1', worst: 'critical', openedAt: SINCE, closedAt: null }];
    const model = pageModel(
      'shop',
      page({ names: { 'web-1': 'Home' } }),
      facts([secretive], states, { incidents }),
      NOW,
    );
    expect(JSON.stringify(model)).not.toContain('web-1');
    expect(model).toMatchObject({
      groups: [{ monitors: [{ name: 'Home' }] }],
      incidents: [{ name: 'Home', to: null }],
    });
  });

  it('does not take a name from what every object has', () => {
    const odd = monitor('web-constructor');
    const names = { 'web-1': 'Home' };
    expect(pageModel('shop', page({ names }), facts([odd], {}), NOW).groups[0]?.monitors[0]?.name).toBe(
      'web-constructor',
    );
  });

  it('shows a monitor in each of its groups, and counts it once', () => {
    const groups = [
      { title: 'A', monitors: ['web-1'] },
      { title: 'B', tags: ['t'] },
    ] as StatusPageSettings['groups'];
    const both = [monitor('web-1', { tags: ['t'] }), monitor('web-2', { tags: ['t'] }), monitor('other')];
    const model = pageModel(
      'shop',
      page({ groups }),
      facts(both, { 'web-1': state('critical'), 'web-2': state('ok') }),
      NOW,
    );
    expect(model).toMatchObject({
      status: 'down',
      verdict: '1 of 2 systems is down',
      groups: [{ monitors: [{ name: 'web-1' }] }, { monitors: [{ name: 'web-1' }, { name: 'web-2' }], status: 'down' }],
    });
  });

  it('shows announcements while they hold', () => {
    const announcements = [
      { text: 'always' },
      { text: 'later', from: '2026-06-01T12:00:01Z' },
      { text: 'now', from: '2026-06-01T12:00:00Z', until: '2026-06-01T12:00:01Z' },
      { text: 'over', until: '2026-06-01T12:00:00Z' },
    ] as StatusPageSettings['announcements'];
    const model = pageModel('shop', page({ announcements: announcements ?? [] }), facts([], {}), NOW);
    expect(model.announcements.map(({ text }) => text)).toEqual(['always', 'now']);
  });

  it('shows maintenance of its monitors that is open or near, with a public title only', () => {
    const match = { name: 'web-*' };
    const all = new Map([
      ['open', windows({ match, comment: 'canary', start: '2026-06-01T11:00:00Z', end: '2026-06-01T13:00:00Z' })],
      ['weekly', windows({ match, schedule: '0 3 * * 7', duration: '2h' })],
      ['far', windows({ match, start: '2026-08-01T11:00:00Z', end: '2026-08-01T13:00:00Z' })],
      ['over', windows({ match, start: '2026-05-01T11:00:00Z', end: '2026-05-01T13:00:00Z' })],
      ['others', windows({ match: { name: 'db' }, schedule: '0 3 * * 7', duration: '2h' })],
    ]);
    const settings = page({ maintenance: { weekly: 'Weekly update' } });
    const model = pageModel('shop', settings, facts([monitor('web-1')], {}, { windows: all }), NOW);
    expect(model.maintenance).toEqual([
      { title: 'Planned maintenance', start: '2026-06-01T11:00:00.000Z', end: '2026-06-01T13:00:00.000Z', open: true },
      { title: 'Weekly update', start: '2026-06-07T03:00:00.000Z', end: '2026-06-07T05:00:00.000Z', open: false },
    ]);
    expect(JSON.stringify(model)).not.toContain('canary');
  });

  it('shows incidents of the last days, the latest first', () => {
    const incident = (openedAt: string, closedAt: string | null, worst = 'critical', of = 'web-1'): object => ({
      monitor: of,
      worst,
      openedAt,
      closedAt,
    });
    const incidents = [
      incident('2026-05-30T00:00:00Z', '2026-05-30T01:00:00Z'),
      incident('2026-05-31T00:00:00Z', '2026-05-31T01:00:00Z', 'warning'),
      incident('2026-05-01T00:00:00Z', '2026-05-01T01:00:00Z'),
      incident('2026-05-31T02:00:00Z', '2026-05-31T03:00:00Z', 'unknown'),
      incident('2026-05-31T02:00:00Z', null, 'critical', 'db'),
    ];
    const model = pageModel('shop', page(), facts([monitor('web-1'), monitor('db')], {}, { incidents }), NOW);
    expect(model.incidents.map(({ status, from }) => [status, from])).toEqual([
      ['degraded', '2026-05-31T00:00:00Z'],
      ['down', '2026-05-30T00:00:00Z'],
    ]);
  });

  it('lists at most a thousand monitors of a group, and counts all', () => {
    const many = Array.from({ length: 1_200 }, (_, n) => monitor(`web-${n}`));
    const [group] = pageModel('shop', page(), facts(many, {}), NOW).groups;
    expect([group?.monitors.length, group?.more]).toEqual([1_000, 200]);
  });
});

it.each<[PublicStatus[], PublicStatus, string]>([
  [[], 'unknown', 'Nothing is shown here yet'],
  [['up', 'up'], 'up', 'All systems are operational'],
  [['up', 'paused'], 'up', 'All systems are operational'],
  [['paused'], 'paused', 'Nothing is monitored at present'],
  [['up', 'maintenance'], 'maintenance', 'Maintenance is in progress'],
  [['up', 'unknown', 'maintenance'], 'unknown', 'The state of some systems is not known'],
  [['up', 'degraded', 'unknown'], 'degraded', '1 of 3 systems is degraded'],
  [['down', 'up', 'degraded', 'paused'], 'down', '1 of 3 systems is down'],
  [['down', 'down', 'up'], 'down', '2 of 3 systems are down'],
  [['degraded', 'degraded'], 'degraded', '2 of 2 systems are degraded'],
  [['down', 'down'], 'down', 'All systems are down'],
  [['down'], 'down', '1 of 1 system is down'],
])('of %j the worst is %s: %s', (statuses, worst, verdict) => {
  expect([worstOf(statuses), verdictOf(statuses)]).toEqual([worst, verdict]);
});
