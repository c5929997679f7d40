import { describe, expect, test } from '@jest/globals';
import {
  MaintenanceSettings,
  MaintenanceWindows,
  type Matched,
  type MonitorSettings,
  type MonitorState,
  type Silence,
  type Status,
  validateSettings,
} from '@9volt/contracts';
import type { AlertFacts } from '../../evaluation/alert-of.js';
import { evaluate } from '../../evaluation/evaluate.js';
import { owedNotifications } from '../../evaluation/owed.js';
import { nextLookAt } from '../../evaluation/planned-alarms.js';
import type { Facts, Parent } from './facts.js';
import { holdOf } from './stages.js';

const START = Date.parse('2026-11-28T10:00:00Z');
const at = (minute: number): number => START + minute * 60_000;
const iso = (minute: number): string => new Date(at(minute)).toISOString();

const settings = {
  type: 'http',
  interval: '10s',
  'warning-threshold': 1,
  'critical-threshold': 2,
  'warning-alerter': ['pager'],
  'critical-alerter': ['pager'],
} as MonitorSettings;

const settingsWith = (more: Partial<MonitorSettings>): MonitorSettings => ({ ...settings, ...more }) as MonitorSettings;

/** One monitor through time, as its owner decides: what it sends, and why it does not. */
class Story {
  state: MonitorState | undefined;
  readonly facts: Partial<Facts> = {};
  settings = settings;
  /** Minutes. */
  now = 0;
  private evaluated: MonitorState | undefined;
  private ids = 0;

  /** A check ends with a status. */
  finds(status: Status, minute = this.now): string[] {
    this.now = minute;
    const context = {
      ...{ now: at(minute), lastRunAt: at(minute), owner: 'w1-a', ownerName: 'w1' },
      ...{ revision: 7, createRevision: 5, target: 'http GET http://a/' },
    };
    const result = { status, message: status === 'ok' ? 'N/A' : 'no answer', latencyMs: 1 };
    this.evaluated = evaluate(this.state, result, this.settings, context);
    return this.decides();
  }

  /** Something changes beside the monitor, or nothing but the time. */
  decides(minute = this.now): string[] {
    this.now = minute;
    const owed = owedNotifications(this.state, this.evaluated, this.alertFacts);
    const { told, toldAt, alarmedAt, held, entries } = owed;
    this.state = { ...this.evaluated, told, toldAt, alarmedAt, held } as MonitorState;
    return entries.map(({ alerter, alert }) => {
      const how = alert.repeat ? ' again' : alert.escalated ? ' escalated' : '';
      return `${alerter} ${alert.type}${how}${alert.afterHold === undefined ? '' : ' held before'}`;
    });
  }

  removed(minute = this.now): string[] {
    this.now = minute;
    return owedNotifications(this.state, undefined, this.alertFacts, 'disabled').entries.map(
      ({ alerter, alert }) => `${alerter} ${alert.type}`,
    );
  }

  /** Reason and name of the hold of an alerter. */
  held(alerter = 'pager'): string | undefined {
    const held = this.state?.held?.[alerter];
    return held && `${held.reason} ${held.by ?? ''}`.trim();
  }

  /** When the owner decides again, in minutes. */
  get looksAt(): number | undefined {
    const next = this.state && nextLookAt(this.state, this.settings);
    return next === undefined ? undefined : (next - START) / 60_000;
  }

  private get alertFacts(): AlertFacts {
    const now = at(this.now);
    return {
      ...{ prefix: '9volt', monitor: 'web', settings: this.settings, target: '', worker: 'w1', now },
      newId: () => String(++this.ids).padStart(6, '0'),
      hold: (alarm, state) =>
        holdOf(
          alarm,
          {
            ...{ subject: { name: 'web', type: 'http' }, pause: undefined, acknowledgement: undefined },
            ...{ maintenances: [], parents: [], silences: [], ...this.facts, state },
          },
          now,
        ),
    };
  }
}

const silence = (name: string, from: number, to: number, more: Partial<Silence> = {}): Matched<Silence> => ({
  name,
  value: { match: { name: 'web' }, start: iso(from), end: iso(to), comment: 'moving', createdAt: iso(from), ...more },
});

function window(name: string, raw: object): Matched<MaintenanceWindows> {
  const validated = validateSettings(MaintenanceSettings, { match: { name: 'web' }, ...raw });
  if (!validated.ok) throw new Error(JSON.stringify(validated.errors));
  return { name, value: new MaintenanceWindows(validated.value) };
}

const failing = (story: Story, minute = 0): void => {
  story.finds('critical', minute);
  story.finds('critical', minute);
};

describe('silences', () => {
  test('that overlap: the next one takes over without a message in between', () => {
    const story = new Story();
    story.facts.silences = [silence('a', 0, 10), silence('b', 5, 20)];
    failing(story, 1);
    expect([story.held(), story.looksAt]).toEqual(['silence a', 10]);
    expect([story.decides(10), story.held(), story.looksAt]).toEqual([[], 'silence b', 20]);
    expect([story.decides(20), story.held()]).toEqual([['pager critical held before'], undefined]);
    expect(story.decides(21)).toEqual([]);
  });

  test('an edit that no longer matches ends the hold at once', () => {
    const story = new Story();
    story.facts.silences = [silence('a', 0, 10)];
    failing(story, 1);
    story.facts.silences = [];
    expect(story.decides(2)).toEqual(['pager critical held before']);
  });

  test('an edit of the end moves it, later or earlier', () => {
    const story = new Story();
    story.facts.silences = [silence('a', 0, 10)];
    failing(story, 1);
    const since = story.state?.held?.['pager']?.since;
    story.facts.silences = [silence('a', 0, 30)];
    expect([story.decides(2), story.looksAt, story.state?.held?.['pager']?.since]).toEqual([[], 30, since]);
    expect(story.decides(10)).toEqual([]);
    story.facts.silences = [silence('a', 0, 12)];
    expect([story.decides(11), story.looksAt]).toEqual([[], 12]);
    expect(story.decides(12)).toEqual(['pager critical held before']);
  });

  test('of one status let another one pass, and hold it when it is back', () => {
    const story = new Story();
    story.facts.silences = [silence('a', 0, 10, { match: { name: 'web', status: ['warning'] } })];
    expect([story.finds('critical', 1), story.held()]).toEqual([[], 'silence a']);
    expect([story.finds('critical', 2), story.held()]).toEqual([['pager critical held before'], undefined]);
  });

  test('what ended meanwhile is never sent, and a resolve of what was told is never held', () => {
    const story = new Story();
    failing(story);
    story.facts.silences = [silence('a', 1, 60)];
    expect(story.finds('ok', 2)).toEqual(['pager resolve']);
    failing(story, 3);
    expect(story.held()).toBe('silence a');
    expect(story.finds('ok', 4)).toEqual([]);
    expect(story.decides(60)).toEqual([]);
  });

  test('a monitor that is removed or disabled while its alarm is held sends nothing', () => {
    const story = new Story();
    story.facts.silences = [silence('a', 0, 10)];
    failing(story, 1);
    expect(story.removed(2)).toEqual([]);
    const told = new Story();
    failing(told);
    told.facts.silences = [silence('a', 0, 10)];
    expect(told.removed(2)).toEqual(['pager resolve']);
  });

  test('an alerter that is added while the alarm is held gets it at the end, too', () => {
    const story = new Story();
    story.facts.silences = [silence('a', 0, 10)];
    failing(story, 1);
    story.settings = settingsWith({ 'critical-alerter': ['pager', 'chat'] });
    story.finds('critical', 2);
    expect([story.held('pager'), story.held('chat')]).toEqual(['silence a', 'silence a']);
    expect(story.decides(10)).toEqual(['pager critical held before', 'chat critical held before']);
  });

  test('a repeat that is due meanwhile is sent once at the end, and the next one an interval later', () => {
    const story = new Story();
    story.settings = settingsWith({ 'renotify-interval': '4m' });
    failing(story);
    story.facts.silences = [silence('a', 1, 21)];
    expect([story.decides(4), story.held()]).toEqual([[], 'silence a']);
    expect([8, 12, 20].flatMap((minute) => story.decides(minute))).toEqual([]);
    expect(story.decides(21)).toEqual(['pager critical again held before']);
    expect([story.decides(22), story.looksAt]).toEqual([[], 25]);
  });

  test('a clock of the next owner that differs by 30 s sends nothing twice', () => {
    const story = new Story();
    story.facts.silences = [silence('a', 0, 10)];
    failing(story, 1);
    expect(story.decides(10)).toEqual(['pager critical held before']);
    // The silence lasts for the next owner, whose clock is behind.
    expect([story.decides(9.5), story.held()]).toEqual([[], undefined]);
    expect(story.finds('critical', 9.6)).toEqual([]);
    expect(story.decides(10.5)).toEqual([]);
  });
});

describe('escalations', () => {
  const escalating = settingsWith({ escalate: [{ after: '15m', alerter: ['boss'] }] });

  test('count from the alarm: while that is held, the time does not begin', () => {
    const story = new Story();
    story.settings = escalating;
    story.facts.silences = [silence('a', 0, 60)];
    failing(story, 1);
    expect(story.decides(30)).toEqual([]);
    expect(story.decides(60)).toEqual(['pager critical held before']);
    expect([story.decides(74), story.decides(75)]).toEqual([[], ['boss critical escalated']]);
  });

  test('of an alarm that was sent go on during a silence, and are sent at its end', () => {
    const story = new Story();
    story.settings = escalating;
    failing(story);
    story.facts.silences = [silence('a', 5, 60)];
    expect([story.decides(15), story.held('boss')]).toEqual([[], 'silence a']);
    expect(story.decides(60)).toEqual(['boss critical escalated held before']);
    expect(story.finds('ok', 61)).toEqual(['boss resolve', 'pager resolve']);
  });
});

describe('acknowledgements', () => {
  const ack = (more: object = {}): Facts['acknowledgement'] => ({
    ...{ incident: '5.1', status: 'critical', at: iso(1), author: 'ann' },
    ...more,
  });

  test('one that expires during a silence leaves the alarm to the silence', () => {
    const story = new Story();
    story.settings = settingsWith({ 'renotify-interval': '2m' });
    failing(story);
    story.facts.acknowledgement = ack({ until: iso(10) });
    expect([story.decides(3), story.held()]).toEqual([[], 'acknowledgement ann']);
    story.facts.silences = [silence('a', 4, 20)];
    expect([story.decides(5), story.held()]).toEqual([[], 'silence a']);
    expect([story.decides(11), story.held()]).toEqual([[], 'silence a']);
    expect(story.decides(20)).toEqual(['pager critical again held before']);
  });

  test('a worse status is sent, and what is covered again is held', () => {
    const story = new Story();
    expect(story.finds('critical')).toEqual(['pager warning']);
    story.facts.acknowledgement = ack({ status: 'warning' });
    expect(story.finds('critical', 1)).toEqual(['pager critical']);
    expect([story.finds('warning', 2), story.held()]).toEqual([[], 'acknowledgement ann']);
    expect(story.finds('ok', 3)).toEqual(['pager resolve']);
    failing(story, 4);
    // It was about the incident before.
    expect([story.held(), story.state?.told]).toEqual([undefined, { pager: 'critical' }]);
  });
});

describe('maintenance windows', () => {
  test('that follow one another hold without a message in between; the one that lasts longer is the reason', () => {
    const story = new Story();
    story.facts.maintenances = [
      window('one', { start: iso(0), end: iso(10) }),
      window('two', { start: iso(10), end: iso(20) }),
      window('long', { start: iso(15), end: iso(30) }),
    ];
    failing(story, 1);
    expect([story.held(), story.looksAt]).toEqual(['maintenance one', 10]);
    expect([story.decides(10), story.held()]).toEqual([[], 'maintenance two']);
    expect([story.decides(20), story.held()]).toEqual([[], 'maintenance long']);
    expect(story.decides(30)).toEqual(['pager critical held before']);
  });

  test('and a silence after them: one reason at a time, in the order of the pipeline', () => {
    const story = new Story();
    story.facts.maintenances = [window('one', { start: iso(0), end: iso(10) })];
    story.facts.silences = [silence('a', 0, 20)];
    failing(story, 1);
    expect(story.held()).toBe('maintenance one');
    expect([story.decides(10), story.held()]).toEqual([[], 'silence a']);
    expect(story.decides(20)).toEqual(['pager critical held before']);
  });
});

describe('parents', () => {
  const parent = (more: Partial<Parent> = {}, state: Partial<MonitorState> | undefined = {}): Parent => ({
    name: 'router',
    state: state && ({ status: 'ok', count: 0, ...state } as MonitorState),
    ...{ judgedAt: at(-1), waitMs: 60_000, wellSince: undefined },
    ...more,
  });

  test('one that is removed or disabled has no state: its children wait for depends-wait, then tell', () => {
    const story = new Story();
    story.facts.parents = [parent({ judgedAt: 0 }, undefined)];
    failing(story, 1);
    expect([story.held(), story.looksAt]).toEqual(['dependency router', 2]);
    expect(story.decides(2)).toEqual(['pager critical held before']);
  });

  test('one that is removed while it was critical no longer holds its children', () => {
    const story = new Story();
    story.facts.parents = [parent({ judgedAt: at(1) }, { status: 'critical', count: 1 })];
    failing(story, 1);
    expect([story.decides(10), story.held()]).toEqual([[], 'dependency router']);
    story.facts.parents = [parent({ judgedAt: 0 }, undefined)];
    expect(story.decides(11)).toEqual(['pager critical held before']);
  });

  test('one that is silenced, acknowledged or in maintenance still has its status', () => {
    const story = new Story();
    const held = { pager: { reason: 'silence' as const, since: iso(0), text: '' } };
    story.facts.parents = [parent({ judgedAt: at(1) }, { status: 'critical', count: 1, held })];
    failing(story, 1);
    expect([story.decides(10), story.held()]).toEqual([[], 'dependency router']);
  });

  test('one that is ok and not checked any more, as in a window that stops checks, holds for depends-wait only', () => {
    const story = new Story();
    story.facts.parents = [parent({ judgedAt: at(-30) })];
    failing(story, 1);
    expect(story.held()).toBe('dependency router');
    expect(story.decides(2)).toEqual(['pager critical held before']);
  });
});
