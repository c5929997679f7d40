import { describe, expect, it } from '@jest/globals';
import { validateSettings } from '../settings/validate-settings.js';
import { isReported, lastDue, nextDue, ReportSettings, reportTimeOf } from './report-settings.js';

const valid = { title: 'Shop', schedule: '0 8 1 * *', period: 'previous-month', alerters: ['mail'] };

function faultsOf(change: object): string[] {
  const validated = validateSettings(ReportSettings, { ...valid, ...change });
  return validated.ok ? [] : validated.errors.map(({ path }) => path);
}

it.each<[object, string[]]>([
  [{}, []],
  [{ period: undefined, last: '30d', tags: ['a'], monitors: ['web-*'], 'group-by': 'tag' }, []],
  [{ 'time-zone': 'Europe/Berlin', description: 'x' }, []],
  [{ last: '30d' }, ['']],
  [{ period: undefined }, ['']],
  [{ period: 'last-month' }, ['/period']],
  [{ schedule: '0 8 31 2 *' }, ['/schedule']],
  [{ schedule: '0 0 8 1 * *' }, ['/schedule']],
  [{ schedule: undefined }, ['/schedule']],
  [{ 'time-zone': 'Mars/Base' }, ['/time-zone']],
  [{ alerters: [] }, ['/alerters']],
  [{ alerters: undefined }, ['/alerters']],
  [{ period: undefined, last: '1m' }, ['/last']],
  [{ alerter: ['mail'] }, ['/alerter']],
])('%j has faults at %j', (change, paths) => {
  expect(faultsOf(change)).toEqual(paths);
});

describe('when it is due', () => {
  const berlin = { schedule: '30 2 * * *', 'time-zone': 'Europe/Berlin' };
  const at = (text: string): number => Date.parse(text);

  it('follows the clock of its time zone', () => {
    expect(nextDue(berlin, at('2026-07-01T00:00:00Z'))).toBe(at('2026-07-01T00:30:00Z'));
    expect(nextDue(berlin, at('2026-12-01T00:00:00Z'))).toBe(at('2026-12-01T01:30:00Z'));
  });

  it('is due once in the night in which the clock goes back, and once when it goes forward', () => {
    const times = (from: string, to: string): string[] => {
      const found: string[] = [];
      for (let next = nextDue(berlin, at(from)); next !== undefined && next < at(to); next = nextDue(berlin, next)) {
        found.push(new Date(next).toISOString());
      }
      return found;
    };
    expect(times('2026-10-24T12:00:00Z', '2026-10-25T12:00:00Z')).toHaveLength(1);
    expect(times('2026-03-28T12:00:00Z', '2026-03-29T12:00:00Z')).toHaveLength(1);
  });

  it('was due last at the newest time in between', () => {
    const daily = { schedule: '0 8 * * *' };
    const [eight, nextEight] = [at('2026-05-02T08:00:00Z'), at('2026-05-03T08:00:00Z')];
    expect(lastDue(daily, eight - 1, eight)).toBe(eight);
    expect(lastDue(daily, eight, eight + 1)).toBeUndefined();
    expect(lastDue(daily, eight - 1, nextEight)).toBe(nextEight);
  });
});

it.each<[Parameters<typeof reportTimeOf>[0], string, string, string, string]>([
  [{ last: '30d' }, '2026-05-31T08:00:00Z', '2026-05-01T08:00:00Z', '2026-05-31T08:00:00Z', 'last 30d'],
  [{ period: 'previous-day' }, '2026-03-01T08:00:00Z', '2026-02-28T00:00:00Z', '2026-03-01T00:00:00Z', '2026-02-28'],
  [
    { period: 'previous-week' },
    '2026-11-30T08:00:00Z',
    '2026-11-23T00:00:00Z',
    '2026-11-30T00:00:00Z',
    'week of 2026-11-23',
  ],
  [
    { period: 'previous-week' },
    '2026-11-29T08:00:00Z',
    '2026-11-16T00:00:00Z',
    '2026-11-23T00:00:00Z',
    'week of 2026-11-16',
  ],
  [
    { period: 'previous-month' },
    '2026-01-15T08:00:00Z',
    '2025-12-01T00:00:00Z',
    '2026-01-01T00:00:00Z',
    'December 2025',
  ],
  // It is the first of November in Auckland, and still October in UTC.
  [
    { period: 'previous-month', 'time-zone': 'Pacific/Auckland' },
    '2026-10-31T12:00:00Z',
    '2026-09-30T12:00:00Z',
    '2026-10-31T12:00:00Z',
    'October 2026',
  ],
  [
    { period: 'previous-day', 'time-zone': 'Asia/Tokyo' },
    '2026-11-29T23:00:00Z',
    '2026-11-28T23:00:00Z',
    '2026-11-29T23:00:00Z',
    '2026-11-29',
  ],
  [
    { period: 'previous-day', 'time-zone': 'America/New_York' },
    '2026-11-30T13:00:00Z',
    '2026-11-29T00:00:00Z',
    '2026-11-30T00:00:00Z',
    '2026-11-29',
  ],
  [
    { period: 'previous-quarter' },
    '2026-02-10T00:00:00Z',
    '2025-10-01T00:00:00Z',
    '2026-01-01T00:00:00Z',
    'quarter 4 of 2025',
  ],
  [
    { period: 'previous-quarter' },
    '2026-07-01T00:00:00Z',
    '2026-04-01T00:00:00Z',
    '2026-07-01T00:00:00Z',
    'quarter 2 of 2026',
  ],
])('%j that is due at %s is about %s to %s', (settings, due, from, to, label) => {
  expect(reportTimeOf(settings, Date.parse(due))).toEqual({ from: Date.parse(from), to: Date.parse(to), label });
});

it.each([
  'UTC',
  'Europe/Berlin',
  'Asia/Tokyo',
  'Asia/Kolkata',
  'Pacific/Auckland',
  'Pacific/Kiritimati',
  'Pacific/Niue',
])('the daily reports of %s at eight leave no hour out, except that by which the clock goes back', (zone) => {
  const daily = { schedule: '0 8 * * *', period: 'previous-day' as const, 'time-zone': zone };
  let [due, end, leftOutMs] = [Date.parse('2026-01-01T00:00:00Z'), Number.POSITIVE_INFINITY, 0];
  for (let day = 0; day < 365; day++) {
    due = nextDue(daily, due) ?? Number.NaN;
    const { from, to } = reportTimeOf(daily, due);
    expect(to).toBeLessThanOrEqual(due);
    leftOutMs += Math.max(0, from - end);
    end = to;
  }
  expect(leftOutMs).toBeLessThanOrEqual(3_600_000);
});

it('is about all monitors, or about those with a name or all of the tags', () => {
  const web = { name: 'web-1', tags: ['shop', 'eu'] };
  expect(isReported({}, web)).toBe(true);
  expect(isReported({ monitors: ['web-*'] }, web)).toBe(true);
  expect(isReported({ tags: ['shop'] }, web)).toBe(true);
  expect(isReported({ tags: ['shop', 'us'] }, web)).toBe(false);
  expect(isReported({ monitors: ['db'], tags: [] }, web)).toBe(false);
});
