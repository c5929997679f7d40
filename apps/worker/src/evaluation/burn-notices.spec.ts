import { describe, expect, it } from '@jest/globals';
import type { BurnVerdict, BurnVerdicts, Burning, MonitorSettings, MonitorState } from '@9volt/contracts';
import type { Alarm, Hold } from './alarm.js';
import { type BurnChange, burnNotices, isBurn } from './burn-notices.js';

const NOW = Date.parse('2026-06-01T12:00:00.000Z');
const settings = {
  type: 'tcp',
  interval: '10s',
  'slo-uptime': 99.9,
  'warning-alerter': ['chat'],
  'critical-alerter': ['pager'],
} as unknown as MonitorSettings;

const state = (burning?: Burning, over: Partial<MonitorState> = {}): MonitorState => ({
  ...{ status: 'ok', since: '2026-06-01T00:00:00.000Z', count: 0, message: 'N/A', owner: 'w1', ownerName: 'w1' },
  ...{ incident: null, incidents: 0, told: {}, revision: 7, createRevision: 7, target: 'tcp a:1', lastRunAt: null },
  date: '2026-06-01T00:00:00.000Z',
  ...(burning ? { burning } : {}),
  ...over,
});

const off: BurnVerdict = { is: 'off', message: '' };
const unknown: BurnVerdict = { is: 'unknown', message: '' };
const on: BurnVerdict = { is: 'on', message: 'It burns.' };
let ids = 0;

function step(
  stored: MonitorState,
  verdicts: BurnVerdicts | undefined,
  { hold, over = {}, next = state() }: { hold?: Hold | undefined; over?: object; next?: MonitorState | undefined } = {},
): BurnChange & { said: string[] } {
  const change = burnNotices(stored, next, verdicts, {
    ...{ prefix: '9volt', monitor: 'web', target: 'a:1', worker: 'w1', now: NOW },
    settings: { ...settings, ...over } as MonitorSettings,
    newId: () => String(++ids),
    hold: () => hold,
  });
  return { ...change, said: change.entries.map(({ alerter, alert }) => `${alerter} ${alert.type}`) };
}

const fast = (told: Record<string, 'critical'>): Burning => ({
  fast: { id: '7.fast.1', since: '2026-06-01T11:00:00.000Z', message: 'It burns.', told },
});
const slow: Burning = {
  slow: { id: '7.slow.1', since: '2026-06-01T11:00:00.000Z', message: 'Slow.', told: { chat: 'warning' } },
};

describe('burning begins', () => {
  it.each<[string, BurnVerdicts, object, string[]]>([
    ['fast', { fast: on, slow: off }, {}, ['pager critical']],
    ['slowly', { fast: off, slow: on }, {}, ['chat warning']],
    ['both: one alarm', { fast: on, slow: on }, {}, ['pager critical']],
    ['for alerters of its own', { fast: on, slow: off }, { 'slo-alerter': ['team'] }, ['team critical']],
    ['for nobody', { fast: on, slow: on }, { 'slo-alerter': [] }, []],
    ['and nobody knows', { fast: unknown, slow: unknown }, {}, []],
  ])('%s', (_name, verdicts, over, said) => {
    expect(step(state(), verdicts, { over }).said).toEqual(said);
  });

  it('with an alert about the budget, not about the status', () => {
    const { entries, burning } = step(state(), { fast: on, slow: off });
    expect(entries[0]?.alert).toMatchObject({
      ...{ type: 'critical', burn: 'fast', message: 'It burns.', attempts: 0 },
      key: `9volt/web/7.fast.${NOW}`,
    });
    expect(burning.fast).toMatchObject({ told: { pager: 'critical' }, since: '2026-06-01T12:00:00.000Z' });
  });
});

describe('burning goes on', () => {
  it.each<[string, BurnVerdicts | undefined]>([
    ['and is judged again', { fast: on, slow: off }],
    ['and nobody watched', { fast: unknown, slow: unknown }],
    ['and an heir knows nothing yet', undefined],
  ])('%s: nobody is told twice', (_name, verdicts) => {
    const { said, isChanged, burning } = step(state(fast({ pager: 'critical' })), verdicts);
    expect([said, isChanged, burning.fast?.id]).toEqual([[], false, '7.fast.1']);
  });

  it('an alerter that was added is told', () => {
    const { said, isChanged } = step(state(fast({ pager: 'critical' })), undefined, {
      over: { 'critical-alerter': ['pager', 'boss'] },
    });
    expect([said, isChanged]).toEqual([['boss critical'], true]);
  });
});

describe('burning ends', () => {
  it('for everybody who was told', () => {
    const { said, burning, isChanged, entries } = step(state(fast({ pager: 'critical', gone: 'critical' })), {
      fast: off,
      slow: off,
    });
    expect([said, burning, isChanged]).toEqual([['gone resolve', 'pager resolve'], {}, true]);
    expect(entries.map(({ alert }) => [alert.burn, alert.reason])).toEqual([
      ['fast', 'recovered'],
      ['fast', 'recovered'],
    ]);
  });

  it('fast, and goes on slowly', () => {
    expect(step(state(fast({ pager: 'critical' })), { fast: off, slow: on }).said).toEqual([
      'pager resolve',
      'chat warning',
    ]);
  });

  it('slowly, while it burns fast: the pager is not concerned', () => {
    const both = { ...fast({ pager: 'critical' }), ...slow };
    expect(step(state(both), { fast: on, slow: on }).isChanged).toBe(false);
    expect(step(state(both), { fast: on, slow: off }).said).toEqual(['chat resolve']);
  });

  it('with the monitor, also for one that was created again', () => {
    const before = state(fast({ pager: 'critical' }));
    const removed = burnNotices(
      before,
      undefined,
      undefined,
      {
        ...{ prefix: '9volt', monitor: 'web', target: 'a:1', worker: 'w1', now: NOW, settings, newId: () => 'x' },
      },
      'removed',
    );
    expect(removed.entries.map(({ alert }) => [alert.type, alert.reason])).toEqual([['resolve', 'removed']]);
    const again = step(before, { fast: on, slow: off }, { next: state(undefined, { createRevision: 9 }) });
    expect(again.said).toEqual(['pager resolve', 'pager critical']);
    expect(again.entries[0]?.alert.reason).toBe('removed');
  });
});

describe('a hold', () => {
  const hold: Hold = { reason: 'silence', by: 's1', until: NOW + 60_000, text: 'The silence s1 is active' };

  it('keeps the alarm back, and its end sends it', () => {
    const held = step(state(), { fast: on, slow: off }, { hold });
    expect([held.said, held.burning.fast?.held?.['pager']?.reason]).toEqual([[], 'silence']);
    expect(step(state(held.burning), { fast: on, slow: off }, { hold }).isChanged).toBe(false);
    const { said, entries } = step(state(held.burning), { fast: on, slow: off });
    expect(said).toEqual(['pager critical']);
    expect(entries[0]?.alert.afterHold).toContain('The silence s1 ended.');
  });

  it('whose end or words change is stored anew, and its rule hears what held the alarm back before', () => {
    const held = step(state(), { fast: on, slow: off }, { hold });
    const later = { ...hold, until: NOW + 120_000 };
    expect(step(state(held.burning), { fast: on, slow: off }, { hold: later }).isChanged).toBe(true);
    const asked: Alarm[] = [];
    burnNotices(state(held.burning), state(), undefined, {
      ...{ prefix: '9volt', monitor: 'web', target: 'a:1', worker: 'w1', now: NOW, settings, newId: () => 'x' },
      hold: (alarm) => {
        asked.push(alarm);
        return hold;
      },
    });
    expect(asked).toMatchObject([{ alerter: 'pager', status: 'critical', before: { reason: 'silence', by: 's1' } }]);
  });

  it('that outlives the burning: nobody is told of either', () => {
    const held = step(state(), { fast: on, slow: off }, { hold });
    const { said, isChanged } = step(state(held.burning), { fast: off, slow: off }, { hold });
    expect([said, isChanged]).toEqual([[], true]);
  });
});

it('its id is none of an incident', () => {
  expect(['7.fast.1', '7.slow.22', '7.1', '7'].map(isBurn)).toEqual([true, true, false, false]);
});
