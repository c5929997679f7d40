import { describe, expect, it } from '@jest/globals';
import { validateSettings } from '../settings/validate-settings.js';
import { MaintenanceSettings, MaintenanceWindows } from './maintenance.js';

type Raw = Record<string, unknown>;
const match = { tags: ['shop'] };

function windowsOf(raw: Raw): MaintenanceWindows {
  const result = validateSettings(MaintenanceSettings, { match, ...raw });
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return new MaintenanceWindows(result.value);
}

/** Also asks windows that were never asked before for each time: a cached answer must be the same. */
function openAt(raw: Raw, times: readonly string[]): (string | undefined)[] {
  const kept = windowsOf(raw);
  return times.map((time) => {
    const now = Date.parse(time);
    const window = windowsOf(raw).at(now);
    expect(kept.at(now)).toEqual(window);
    return window && `${new Date(window.start).toISOString()}/${new Date(window.end).toISOString()}`;
  });
}

describe('a maintenance window', () => {
  it('that happens once is open from its start until before its end', () => {
    const raw = { start: '2026-12-24T18:00:00Z', end: '2026-12-24T20:00:00Z' };
    const open = '2026-12-24T18:00:00.000Z/2026-12-24T20:00:00.000Z';
    expect(
      openAt(raw, [
        '2026-12-24T17:59:59.999Z',
        '2026-12-24T18:00:00Z',
        '2026-12-24T19:59:59.999Z',
        '2026-12-24T20:00:00Z',
      ]),
    ).toEqual([undefined, open, open, undefined]);
  });

  it('recurs in its time zone', () => {
    const raw = { schedule: '0 3 * * 7', duration: '2h', 'time-zone': 'America/New_York' };
    // Sunday 3:00 there is 8:00 UTC in winter.
    const open = '2026-11-29T08:00:00.000Z/2026-11-29T10:00:00.000Z';
    expect(
      openAt(raw, ['2026-11-29T07:59:59Z', '2026-11-29T08:00:00Z', '2026-11-29T09:59:59Z', '2026-11-29T10:00:00Z']),
    ).toEqual([undefined, open, open, undefined]);
  });

  it('lasts as long as written over the change to summer time', () => {
    // Berlin, 29 March 2026: 2:00 becomes 3:00 at 1:00 UTC.
    const raw = { schedule: '30 1 * * *', duration: '2h', 'time-zone': 'Europe/Berlin' };
    const open = '2026-03-29T00:30:00.000Z/2026-03-29T02:30:00.000Z';
    expect(
      openAt(raw, ['2026-03-29T00:29:59Z', '2026-03-29T00:30:00Z', '2026-03-29T02:29:59Z', '2026-03-29T02:30:00Z']),
    ).toEqual([undefined, open, open, undefined]);
  });

  it('happens on the day on which summer time skips its start', () => {
    const raw = { schedule: '30 2 * * *', duration: '1h', 'time-zone': 'Europe/Berlin' };
    const open = openAt(raw, ['2026-03-29T00:59:00Z', '2026-03-29T01:45:00Z']);
    expect(open[0]).toBeUndefined();
    expect(open[1]).toMatch(/^2026-03-29T01:(00|30):00/);
  });

  it('happens once on the day on which its start occurs twice', () => {
    // Berlin, 25 October 2026: 3:00 becomes 2:00 at 1:00 UTC.
    const raw = { schedule: '30 2 * * *', duration: '20m', 'time-zone': 'Europe/Berlin' };
    expect(openAt(raw, ['2026-10-25T00:40:00Z', '2026-10-25T01:40:00Z'])).toEqual([
      '2026-10-25T00:30:00.000Z/2026-10-25T00:50:00.000Z',
      undefined,
    ]);
  });

  it('crosses midnight in its time zone, also over the change to summer time', () => {
    const raw = { schedule: '0 23 * * *', duration: '4h', 'time-zone': 'Europe/Berlin' };
    const winter = '2026-11-28T22:00:00.000Z/2026-11-29T02:00:00.000Z';
    // From 23:00 to 4:00 by the clock on the wall: an hour of the night is missing.
    const spring = '2026-03-28T22:00:00.000Z/2026-03-29T02:00:00.000Z';
    expect(
      openAt(raw, [
        '2026-03-28T23:30:00Z',
        '2026-03-29T01:59:59Z',
        '2026-03-29T02:00:00Z',
        '2026-11-28T23:59:59Z',
        '2026-11-29T00:00:00Z',
      ]),
    ).toEqual([spring, spring, undefined, winter, winter]);
  });

  it('that overlaps its next one counts as one', () => {
    const raw = { schedule: '0 * * * *', duration: '61m' };
    const windows = windowsOf(raw);
    const now = Date.parse('2026-11-28T12:30:00Z');
    expect(windows.at(now)?.end).toBeGreaterThan(now + 24 * 3_600_000);
  });

  it('says when it changes next', () => {
    const windows = windowsOf({ schedule: '0 3 * * *', duration: '1h' });
    const at = (text: string): number => Date.parse(`2026-11-28T${text}Z`);
    expect(windows.changesAfter(at('01:00:00'))).toBe(at('03:00:00'));
    expect(windows.changesAfter(at('03:00:00'))).toBe(at('04:00:00'));
    const once = windowsOf({ start: '2026-11-28T01:00:00Z', end: '2026-11-28T02:00:00Z' });
    expect(once.changesAfter(at('00:00:00'))).toBe(at('01:00:00'));
    expect(once.changesAfter(at('02:00:00'))).toBeUndefined();
  });

  it('follows a clock that is set back', () => {
    const windows = windowsOf({ schedule: '0 3 * * *', duration: '1h' });
    expect(windows.at(Date.parse('2026-11-28T05:00:00Z'))).toBeUndefined();
    expect(windows.at(Date.parse('2026-11-28T03:30:00Z'))).toBeDefined();
  });

  it.each<[Raw, string]>([
    [{}, ''],
    [{ start: '2026-12-24T18:00:00Z' }, '/end'],
    [{ start: '2026-12-24T18:00:00Z', end: '2026-12-24T18:00:00Z' }, '/end'],
    [{ schedule: '0 3 * * *' }, '/duration'],
    [{ duration: '1h' }, '/schedule'],
    [{ start: '2026-12-24T18:00:00Z', schedule: '0 3 * * *' }, ''],
    [{ schedule: '0 3 * *', duration: '1h' }, '/schedule'],
    [{ schedule: '61 3 * * *', duration: '1h' }, '/schedule'],
    [{ schedule: '0 3 30 2 *', duration: '1h' }, '/schedule'],
    [{ schedule: '0 3 * * *', duration: '1h', 'time-zone': 'Mars/Olympus' }, '/time-zone'],
    [{ schedule: '0 3 * * *', duration: '1h', match: { nam: 'a' } }, '/match/nam'],
    [{ schedule: '0 3 * * *', duration: '1h', mode: 'loud' }, '/mode'],
  ])('%j is refused at %j', (raw, path) => {
    const result = validateSettings(MaintenanceSettings, { match, ...raw });
    expect(result).toMatchObject({ ok: false, errors: [{ path }] });
  });
});
