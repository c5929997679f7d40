import { describe, expect, it, test } from '@jest/globals';
import {
  type Acknowledgement,
  HOLD_REASONS,
  type Matched,
  MaintenanceWindows,
  type MonitorState,
  type Silence,
  type AlarmStatus,
  validateSettings,
  MaintenanceSettings,
} from '@9volt/contracts';
import type { Alarm } from '../../evaluation/alarm.js';
import type { Facts, Parent } from './facts.js';
import { holdOf, STAGES } from './stages.js';

const at = (time: string): number => Date.parse(`2026-11-28T${time}Z`);
const iso = (time: string): string => new Date(at(time)).toISOString();

const state = {
  status: 'critical',
  since: iso('10:00:00'),
  firstFailureAt: iso('10:00:00'),
  lastRunAt: iso('10:00:20'),
  count: 1,
  incident: { id: '5.1', openedAt: iso('10:00:00'), worst: 'critical' },
} as MonitorState;

const nothing: Facts = {
  subject: { name: 'web', type: 'http' },
  state,
  pause: undefined,
  maintenances: [],
  parents: [],
  silences: [],
  acknowledgement: undefined,
};

const alarm = (more: Partial<Alarm> = {}): Alarm => ({ alerter: 'pager', status: 'critical', kind: 'alarm', ...more });

const silence = (name: string, more: Partial<Silence> = {}): Matched<Silence> => ({
  name,
  value: {
    match: { name: 'web' },
    start: iso('09:00:00'),
    end: iso('11:00:00'),
    comment: 'moving',
    createdAt: iso('09:00:00'),
    ...more,
  },
});

function window(name: string, raw: Record<string, unknown>): Matched<MaintenanceWindows> {
  const validated = validateSettings(MaintenanceSettings, { match: { name: 'web' }, ...raw });
  if (!validated.ok) throw new Error(JSON.stringify(validated.errors));
  return { name, value: new MaintenanceWindows(validated.value) };
}

/** Reason and name of what holds an alarm. */
function held(facts: Partial<Facts>, time = '10:01:00', more: Partial<Alarm> = {}): string | undefined {
  const hold = holdOf(alarm(more), { ...nothing, ...facts }, at(time));
  return (
    hold &&
    [hold.reason, hold.by, hold.until && iso(new Date(hold.until).toISOString().slice(11, 19)).slice(11, 19)]
      .filter((part) => part !== undefined)
      .join(' ')
  );
}

test('the stages are those that a state can name, in their order', () => {
  expect(STAGES.map(({ reason }) => reason)).toEqual(HOLD_REASONS);
});

test('without facts nothing holds back an alarm', () => expect(held({})).toBeUndefined());

describe('silence', () => {
  it.each<[string, Matched<Silence>[], string, AlarmStatus, string | undefined]>([
    ['not before it begins', [silence('a', { start: iso('10:02:00') })], '10:01:59', 'critical', undefined],
    ['from its start', [silence('a', { start: iso('10:02:00') })], '10:02:00', 'critical', 'silence a 11:00:00'],
    ['until before its end', [silence('a')], '10:59:59', 'critical', 'silence a 11:00:00'],
    ['not at its end', [silence('a')], '11:00:00', 'critical', undefined],
    [
      'of this status',
      [silence('a', { match: { status: ['critical'] } })],
      '10:01:00',
      'critical',
      'silence a 11:00:00',
    ],
    ['not of another status', [silence('a', { match: { status: ['warning'] } })], '10:01:00', 'critical', undefined],
    [
      'the longest of several',
      [silence('a'), silence('b', { end: iso('12:00:00') }), silence('c')],
      '10:01:00',
      'critical',
      'silence b 12:00:00',
    ],
    ['of equals the first by name', [silence('b'), silence('a')], '10:01:00', 'critical', 'silence a 11:00:00'],
  ])('%s', (_what, silences, time, status, expected) => {
    expect(held({ silences }, time, { status })).toBe(expected);
  });
  it('says who set it, and why', () => {
    const hold = holdOf(alarm(), { ...nothing, silences: [silence('a', { author: 'ann' })] }, at('10:01:00'));
    expect(hold?.text).toBe('The silence a of ann is active: moving');
  });
});

describe('maintenance', () => {
  const once = window('night', { start: iso('10:00:00'), end: iso('11:00:00'), comment: 'update' });
  it.each<[string, Partial<Facts>, string, string | undefined]>([
    ['holds while the window is open', { maintenances: [once] }, '10:59:59', 'maintenance night 11:00:00'],
    ['not after it', { maintenances: [once] }, '11:00:00', undefined],
    [
      'the longest of several',
      { maintenances: [once, window('long', { start: iso('10:00:00'), end: iso('12:00:00') })] },
      '10:30:00',
      'maintenance long 12:00:00',
    ],
    [
      'only what it says of the status',
      { maintenances: [window('w', { start: iso('10:00:00'), end: iso('11:00:00'), match: { status: ['warning'] } })] },
      '10:30:00',
      undefined,
    ],
    ['a pause', { pause: { until: iso('10:30:00'), at: iso('10:00:00') } }, '10:29:59', 'maintenance 10:30:00'],
    ['a pause that is over', { pause: { until: iso('10:30:00'), at: iso('10:00:00') } }, '10:30:00', undefined],
  ])('%s', (_what, facts, time, expected) => expect(held(facts, time)).toBe(expected));
});

describe('acknowledgement', () => {
  const ack = (more: Partial<Acknowledgement> = {}): Partial<Facts> => ({
    acknowledgement: { incident: '5.1', status: 'critical', at: iso('10:00:30'), author: 'ann', ...more },
  });
  it.each<[string, Partial<Facts>, Partial<Alarm>, string | undefined]>([
    ['holds the same status', ack(), {}, 'acknowledgement ann'],
    ['a milder one', ack(), { status: 'warning' }, 'acknowledgement ann'],
    ['not a worse one', ack({ status: 'warning' }), {}, undefined],
    ['unknown is worse than warning', ack({ status: 'warning' }), { status: 'unknown' }, undefined],
    ['a repeat', ack(), { kind: 'repeat' }, 'acknowledgement ann'],
    ['an escalation', ack(), { kind: 'escalation' }, 'acknowledgement ann'],
    ['until it expires', ack({ until: iso('10:02:00') }), {}, 'acknowledgement ann 10:02:00'],
    ['not after', ack({ until: iso('10:01:00') }), {}, undefined],
    ['not another incident', ack({ incident: '5.2' }), {}, undefined],
    [
      'also of nobody in particular',
      { acknowledgement: { ...ack().acknowledgement!, author: undefined as never } },
      {},
      'acknowledgement',
    ],
  ])('%s', (_what, facts, more, expected) => expect(held(facts, '10:01:00', more)).toBe(expected));
});

describe('flapping', () => {
  const flapping = (told?: AlarmStatus): Partial<Alarm> => ({ flapping: { since: iso('10:00:00'), told } });
  it.each<[string, Partial<Alarm>, string | undefined]>([
    ['the first word passes', flapping(), undefined],
    ['the next is held', flapping('critical'), 'flapping'],
    ['a milder one too', { ...flapping('critical'), status: 'warning' }, 'flapping'],
    ['a worse one passes', flapping('warning'), undefined],
    ['a repeat is held', { ...flapping('critical'), kind: 'repeat' }, 'flapping'],
  ])('%s', (_what, more, expected) => expect(held({}, '10:01:00', more)).toBe(expected));
});

describe('dependency', () => {
  const parent = (
    status: MonitorState['status'],
    lastRunAt: string,
    more: Partial<Parent> = {},
    count = 0,
  ): Parent => ({
    name: 'router',
    state: { ...state, status, count, lastRunAt: iso(lastRunAt) },
    judgedAt: at(lastRunAt),
    waitMs: 30_000,
    wellSince: undefined,
    ...more,
  });
  const before = { reason: 'dependency' as const, by: 'router', since: iso('10:00:00'), text: '' };
  it.each<[string, Parent[], string, Partial<Alarm>, string | undefined]>([
    ['holds while a parent is critical', [parent('critical', '09:00:00', {}, 1)], '12:00:00', {}, 'dependency router'],
    ['or warning', [parent('warning', '09:00:00', {}, 1)], '12:00:00', {}, 'dependency router'],
    ['or unknown', [parent('unknown', '09:00:00', {}, 1)], '12:00:00', {}, 'dependency router'],
    ['or begins to fail', [parent('ok', '10:00:05', {}, 1)], '12:00:00', {}, 'dependency router'],
    [
      'a parent that was checked since and is ok explains nothing',
      [parent('ok', '10:00:00')],
      '10:00:01',
      {},
      undefined,
    ],
    ['one that was not is waited for', [parent('ok', '09:59:59')], '10:00:29', {}, 'dependency router 10:00:30'],
    ['no longer than that', [parent('ok', '09:59:59')], '10:00:30', {}, undefined],
    [
      'the same of one of which nothing is known',
      [{ ...parent('ok', '09:00:00'), state: undefined, judgedAt: 0 }],
      '10:00:29',
      {},
      'dependency router 10:00:30',
    ],
    ['and no longer', [{ ...parent('ok', '09:00:00'), state: undefined, judgedAt: 0 }], '10:00:30', {}, undefined],
    [
      'the second of several',
      [parent('ok', '10:00:10'), parent('critical', '10:00:10', { name: 'b' }, 1)],
      '12:00:00',
      {},
      'dependency b',
    ],
    [
      'after a recovery, until this was checked',
      [parent('ok', '10:00:25', { wellSince: at('10:00:25') })],
      '10:00:26',
      { before },
      'dependency router',
    ],
    ['not when it was', [parent('ok', '10:00:20', { wellSince: at('10:00:20') })], '10:00:26', { before }, undefined],
    [
      'not for what the parent did not hold',
      [parent('ok', '10:00:25', { wellSince: at('10:00:25') })],
      '10:00:26',
      {},
      undefined,
    ],
  ])('%s', (_what, parents, time, more, expected) => expect(held({ parents }, time, more)).toBe(expected));
});

test('a parent whose check began before the failure of this monitor was known may have been well then', () => {
  const slow = { ...state, failureSeenAt: iso('10:00:05') };
  const router = (lastRunAt: string): Parent[] => [
    {
      name: 'router',
      state: { ...state, status: 'ok', count: 0, lastRunAt: iso(lastRunAt) },
      judgedAt: at(lastRunAt),
      waitMs: 30_000,
      wellSince: undefined,
    },
  ];
  expect(held({ state: slow, parents: router('10:00:03') }, '10:00:06')).toBe('dependency router 10:00:35');
  expect(held({ state: slow, parents: router('10:00:05') }, '10:00:06')).toBeUndefined();
});

test('the first stage that applies is the reason', () => {
  const facts: Partial<Facts> = {
    silences: [silence('a')],
    acknowledgement: { incident: '5.1', status: 'critical', at: iso('10:00:00') },
    maintenances: [window('night', { start: iso('10:00:00'), end: iso('10:30:00') })],
  };
  expect(['10:10:00', '10:40:00', '11:10:00'].map((time) => held(facts, time))).toEqual([
    'maintenance night 10:30:00',
    'silence a 11:00:00',
    'acknowledgement',
  ]);
});
