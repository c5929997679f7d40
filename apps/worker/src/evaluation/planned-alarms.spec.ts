import { describe, expect, it } from '@jest/globals';
import type { AlarmStatus, MonitorSettings, MonitorState, Status } from '@9volt/contracts';
import type { AlertFacts } from './alert-of.js';
import type { Alarm, Hold } from './alarm.js';
import { evaluate } from './evaluate.js';
import { type Owed, owedNotifications } from './owed.js';
import { nextLookAt } from './planned-alarms.js';

const MINUTE = 60_000;
let ids = 0;

/** A monitor with results and times set by the test, stored after each step as the state writer does. */
class Story {
  readonly said: string[] = [];
  state: MonitorState | undefined;
  now = Date.parse('2026-11-28T10:00:00Z');
  hold: (alarm: Alarm) => Hold | undefined = () => undefined;
  private latest: MonitorState | undefined;

  constructor(private readonly settings: Partial<MonitorSettings>) {}

  result(status: Status): this {
    const context = { owner: 'w', ownerName: 'w', revision: 7, createRevision: 5, target: 'tcp a' };
    const times = { now: this.now, lastRunAt: this.now };
    const result = { status, message: status, latencyMs: 1 };
    this.latest = evaluate(this.latest, result, this.all, { ...context, ...times });
    return this.decide();
  }

  after(ms: number): this {
    this.now += ms;
    return this.decide();
  }

  /** Another worker continues from the stored state. */
  heir(): this {
    this.state = this.state && (JSON.parse(JSON.stringify(this.state)) as MonitorState);
    this.latest = this.state;
    return this;
  }

  get looksIn(): number | undefined {
    const at = this.state && nextLookAt(this.state, this.all);
    return at === undefined ? undefined : at - this.now;
  }

  get held(): string[] {
    return Object.entries(this.state?.held ?? {}).map(([alerter, { reason }]) => `${alerter}: ${reason}`);
  }

  private get all(): MonitorSettings {
    return { type: 'tcp', interval: '10s', 'critical-alerter': ['pager'], ...this.settings } as MonitorSettings;
  }

  private decide(): this {
    const facts: AlertFacts = {
      ...{ prefix: '9volt', monitor: 'web', settings: this.all, target: 'a', worker: 'w', now: this.now },
      newId: () => String(++ids),
      hold: this.hold,
    };
    const owed = owedNotifications(this.state, this.latest, facts);
    this.state = this.latest && stored(this.latest, owed);
    for (const { alerter, alert } of owed.entries) {
      const more = [
        alert.repeat ? ' again' : '',
        alert.escalated ? ' escalated' : '',
        alert.flapping ? ` flapping ${alert.flapping}` : '',
        alert.afterHold === undefined ? '' : ' after a hold',
      ];
      this.said.push(`${alerter}: ${alert.type}${more.join('')}`);
    }
    return this;
  }
}

function stored(state: MonitorState, { told, toldAt, alarmedAt, held, flapping }: Owed): MonitorState {
  return { ...state, ...{ told, toldAt, alarmedAt, held, flapping } } as MonitorState;
}

const held =
  (reason: Hold['reason'], when: (alarm: Alarm) => boolean = () => true) =>
  (alarm: Alarm): Hold | undefined =>
    when(alarm) ? { reason, text: 'so' } : undefined;

describe('a repeat', () => {
  it('comes each interval while the incident lasts, and not after', () => {
    const story = new Story({ 'renotify-interval': '1h' }).result('critical');
    expect(story.looksIn).toBe(60 * MINUTE);
    story
      .after(60 * MINUTE - 1)
      .after(1)
      .result('critical')
      .after(59 * MINUTE)
      .after(MINUTE);
    expect(story.said).toEqual(['pager: critical', 'pager: critical again', 'pager: critical again']);
    story.result('ok').after(600 * MINUTE);
    expect(story.said.slice(3)).toEqual(['pager: resolve']);
    expect(story.looksIn).toBeUndefined();
  });

  it('keeps its clock with the next owner', () => {
    const story = new Story({ 'renotify-interval': '1h' })
      .result('critical')
      .after(59 * MINUTE)
      .heir();
    expect(story.looksIn).toBe(MINUTE);
    expect(story.result('critical').after(MINUTE).said).toEqual(['pager: critical', 'pager: critical again']);
  });

  it('that is held back is sent once when the hold ends', () => {
    const story = new Story({ 'renotify-interval': '1h' }).result('critical');
    story.hold = held('acknowledgement');
    story.after(180 * MINUTE);
    expect(story.held).toEqual(['pager: acknowledgement']);
    story.hold = () => undefined;
    expect(story.after(MINUTE).said).toEqual(['pager: critical', 'pager: critical again after a hold']);
  });

  it('does not come while the monitor recovers', () => {
    const story = new Story({ 'renotify-interval': '1m', 'recovery-threshold': 3 }).result('critical').result('ok');
    expect(story.after(10 * MINUTE).said).toEqual(['pager: critical']);
    expect(story.result('critical').said).toEqual(['pager: critical', 'pager: critical again']);
  });
});

describe('an escalation', () => {
  const escalate = [
    { after: '15m', alerter: ['boss'] },
    { after: '1h', alerter: ['owner', 'boss'] },
  ];

  it('comes after its time, once, and is resolved', () => {
    const story = new Story({ escalate }).result('critical');
    expect(story.looksIn).toBe(15 * MINUTE);
    story.after(15 * MINUTE);
    expect(story.looksIn).toBe(45 * MINUTE);
    story
      .after(45 * MINUTE)
      .after(60 * MINUTE)
      .result('ok');
    expect(story.said).toEqual([
      'pager: critical',
      'boss: critical escalated',
      'owner: critical escalated',
      'boss: resolve',
      'owner: resolve',
      'pager: resolve',
    ]);
  });

  it('keeps its clock with the next owner, however often the alarm was repeated', () => {
    const story = new Story({ escalate, 'renotify-interval': '10m' })
      .result('critical')
      .after(10 * MINUTE)
      .heir();
    story.result('critical').after(5 * MINUTE);
    expect(story.said).toEqual(['pager: critical', 'pager: critical again', 'boss: critical escalated']);
  });

  it('counts from the first notification, not from a held one', () => {
    const story = new Story({ escalate });
    story.hold = held('silence');
    story.result('critical').after(60 * MINUTE);
    expect(story.held).toEqual(['pager: silence']);
    story.hold = () => undefined;
    story.after(MINUTE).after(14 * MINUTE);
    expect(story.said).toEqual(['pager: critical after a hold']);
    expect(story.after(MINUTE).said).toEqual(['pager: critical after a hold', 'boss: critical escalated']);
  });

  it('starts again with a worse status, except for alerters that know of the incident', () => {
    const story = new Story({
      escalate,
      ...{ 'warning-threshold': 1, 'critical-threshold': 2, 'warning-alerter': ['chat'] },
    }).result('warning');
    story
      .after(15 * MINUTE)
      .result('critical')
      .after(59 * MINUTE)
      .after(MINUTE);
    expect(story.said).toEqual([
      'chat: warning',
      'boss: warning escalated',
      'pager: critical',
      'boss: critical escalated',
      'owner: critical escalated',
    ]);
  });

  it('is all there is if there are no first recipients', () => {
    const story = new Story({ escalate, 'critical-alerter': [] }).result('critical').after(15 * MINUTE);
    expect(story.said).toEqual(['boss: critical escalated']);
  });

  it('does not come for a status that is not notified yet', () => {
    const story = new Story({ escalate, 'critical-threshold': 3 }).result('unknown').after(60 * MINUTE);
    expect(story.said).toEqual([]);
  });
});

describe('what is held', () => {
  it('that is not true any more is never sent', () => {
    const story = new Story({
      ...{ 'warning-threshold': 1, 'critical-threshold': 2, 'warning-alerter': ['chat'] },
    });
    story.hold = held('silence');
    story.result('critical');
    expect(story.held).toEqual(['chat: silence']);
    story.result('critical');
    expect(story.held).toEqual(['pager: silence']);
    story.hold = () => undefined;
    story.after(MINUTE).result('ok');
    expect(story.said).toEqual(['pager: critical after a hold', 'pager: resolve']);
  });

  it('of a worse status leaves earlier notifications', () => {
    const story = new Story({
      ...{ 'warning-threshold': 1, 'critical-threshold': 2, 'warning-alerter': ['pager'] },
    }).result('critical');
    story.hold = held('silence', ({ status }) => status === 'critical');
    story.result('critical').result('ok');
    expect(story.said).toEqual(['pager: warning', 'pager: resolve']);
  });

  it('keeps since when the same reason holds', () => {
    const story = new Story({});
    story.hold = held('silence');
    const { since } = story.result('critical').state?.held?.['pager'] ?? {};
    expect(story.after(MINUTE).heir().result('critical').state?.held?.['pager']?.since).toBe(since);
    story.hold = held('maintenance');
    expect(story.after(MINUTE).state?.held?.['pager']).toMatchObject({
      reason: 'maintenance',
      since: expect.not.stringMatching(since!),
    });
  });
});

describe('the recovery threshold', () => {
  const settings = { 'recovery-threshold': 3, 'critical-threshold': 2 };
  it('closes the incident after this many consecutive successes', () => {
    const story = new Story(settings).result('critical').result('critical').result('ok').result('ok');
    expect(story.state).toMatchObject({ status: 'critical', successes: 2, count: 2, message: 'critical' });
    story.result('critical');
    expect(story.state).toMatchObject({ status: 'critical', count: 2, incidents: 1 });
    expect(story.state).not.toHaveProperty('successes');
    story.result('ok').result('ok').result('ok');
    expect(story.state).toMatchObject({ status: 'ok', incident: null, count: 0, message: 'N/A' });
    expect(story.state).not.toHaveProperty('successes');
    expect(story.said).toEqual(['pager: critical', 'pager: resolve']);
  });

  it('asks nothing of an alerter that was not notified', () => {
    const story = new Story(settings).result('critical').result('ok');
    expect(story.state).toMatchObject({ status: 'ok', count: 0 });
  });
});

describe('when a failure was known', () => {
  it('is kept until the monitor is ok', () => {
    const story = new Story({ 'critical-threshold': 3 }).result('critical');
    const seenAt = story.state?.failureSeenAt;
    expect(seenAt).toBe(new Date(story.now).toISOString());
    expect(story.after(MINUTE).result('critical').state?.failureSeenAt).toBe(seenAt);
    expect(story.result('ok').state).not.toHaveProperty('failureSeenAt');
    expect(story.after(MINUTE).result('critical').state?.failureSeenAt).toBe(new Date(story.now).toISOString());
  });
});

describe('flapping', () => {
  const settings = { 'detect-flapping': true };
  /** The real stage: it holds back a later alarm that is not worse. */
  const holdsFlapping = held('flapping', ({ flapping, status }: Alarm) => {
    const worst: Record<AlarmStatus, number> = { warning: 1, unknown: 2, critical: 3 };
    return flapping?.told !== undefined && worst[status] <= worst[flapping.told];
  });
  const flap = (story: Story, times: number): Story => {
    for (let n = 0; n < times; n++) story.after(10_000).result('critical').after(10_000).result('ok');
    return story;
  };

  it('notifies once when it begins, and when it ends in ok', () => {
    const story = new Story(settings);
    story.hold = holdsFlapping;
    flap(story, 10);
    const began = story.said.indexOf('pager: critical flapping began');
    expect(began).toBeGreaterThan(0);
    expect(story.said.slice(began)).toEqual(['pager: critical flapping began', 'pager: resolve']);
    expect(story.state?.flapping?.told).toEqual({ pager: 'critical' });
    for (let n = 0; n < 20; n++) story.heir().result('ok');
    expect(story.said.slice(began + 2)).toEqual(['pager: resolve flapping ended']);
    expect(story.state?.flapping).toBeUndefined();
  });

  it('that ends in critical is notified as critical', () => {
    const story = new Story(settings);
    story.hold = holdsFlapping;
    flap(story, 10);
    const before = story.said.length;
    for (let n = 0; n < 20; n++) story.result('critical');
    expect(story.said.slice(before)).toEqual(['pager: critical flapping ended after a hold']);
    expect(story.result('ok').said.slice(before + 1)).toEqual(['pager: resolve']);
  });

  it('does not hold back a status that is worse than the notified ones since it began', () => {
    const story = new Story({
      ...settings,
      'warning-threshold': 1,
      'warning-alerter': ['pager'],
      'critical-threshold': 3,
    });
    story.hold = holdsFlapping;
    flap(story, 5);
    story.result('critical').result('critical').result('critical');
    expect(story.said.at(-1)).toBe('pager: critical');
  });

  it('is not looked for unless the monitor asks for it', () => {
    const story = flap(new Story({}), 10);
    expect(story.state).not.toHaveProperty('history');
    expect(story.said).toHaveLength(20);
  });

  it('ends when the monitor stops asking for it', () => {
    const settings: Partial<MonitorSettings> = { 'detect-flapping': true };
    const story = new Story(settings);
    story.hold = holdsFlapping;
    flap(story, 5);
    settings['detect-flapping'] = false;
    expect(story.result('ok').said.at(-1)).toBe('pager: resolve flapping ended');
  });
});

it('the end of a hold on a warning about the error budget is looked at, with and without an incident', () => {
  const until = '2026-11-28T11:00:00.000Z';
  const held = { pager: { reason: 'silence', by: 's1', since: '2026-11-28T10:00:00.000Z', until, text: '' } as const };
  const burning = { slow: { id: '5.slow.1', since: until, message: '', told: {}, held } };
  const state = { status: 'ok', incident: null, told: {}, burning } as unknown as MonitorState;
  const settings = { type: 'tcp', interval: '10s' } as MonitorSettings;
  expect(nextLookAt(state, settings)).toBe(Date.parse(until));
  const incident = { id: '5.1', openedAt: '2026-11-28T09:00:00.000Z', worst: 'critical' } as const;
  const acknowledged = { by: 'kim', until: '2026-11-28T12:00:00.000Z' };
  const failing = { ...state, status: 'critical', incident, acknowledged } as unknown as MonitorState;
  expect(nextLookAt(failing, settings)).toBe(Date.parse(until));
});
