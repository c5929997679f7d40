import { describe, expect, test } from '@jest/globals';
import type { MonitorSettings, MonitorState, OutboxEntry, Status, AlarmStatus } from '@9volt/contracts';
import fc from 'fast-check';
import { evaluate } from './evaluate.js';
import type { Alarm, Hold } from './alarm.js';
import type { AlertFacts } from './alert-of.js';
import { owedNotifications, type Owed } from './owed.js';

let ids = 0;
const settings = {
  type: 'http',
  interval: '10s',
  description: 'the shop',
  tags: ['shop'],
  'warning-threshold': 1,
  'critical-threshold': 2,
  'warning-alerter': ['chat', 'both'],
  'critical-alerter': ['pager', 'both'],
} as MonitorSettings;

const facts: AlertFacts = {
  prefix: '9volt',
  monitor: 'web shop',
  settings,
  target: 'GET http://a/',
  worker: 'w1',
  publicUrl: 'https://volt.example.com/',
  now: 60_000,
  newId: () => String(++ids).padStart(6, '0'),
};

const target = 'http GET http://a/';

function stepped(
  state: MonitorState | undefined,
  status: Status,
  change: Partial<{ target: string; createRevision: number }> = {},
  as = settings,
) {
  const context = {
    now: 60_000,
    lastRunAt: 50_000,
    owner: 'w1-a',
    ownerName: 'w1',
    revision: 7,
    createRevision: 5,
    target,
  };
  const result = {
    status,
    message: status === 'ok' ? 'N/A' : `${status}!`,
    latencyMs: 1,
    expected: '200',
    found: '500',
  };
  return evaluate(state, result, as, { ...context, ...change });
}

/** Evaluates and stores, as the state writer does. */
function store(stored: MonitorState | undefined, next: MonitorState, as = facts): { state: MonitorState; owed: Owed } {
  const owed = owedNotifications(stored, next, as);
  const { told, toldAt, alarmedAt, held, flapping, acknowledged } = owed;
  return { state: { ...next, told, toldAt, alarmedAt, held, flapping, acknowledged } as MonitorState, owed };
}

const said = (entries: readonly OutboxEntry[]): string[] =>
  entries.map(({ alerter, alert }) => `${alerter}: ${alert.type}${alert.reason ? ` (${alert.reason})` : ''}`);

test('one notification per transition and alerter, and one resolve to each that was notified', () => {
  const warning = store(undefined, stepped(undefined, 'critical'));
  expect(said(warning.owed.entries)).toEqual(['chat: warning', 'both: warning']);
  const critical = store(warning.state, stepped(warning.state, 'critical'));
  expect(said(critical.owed.entries)).toEqual(['pager: critical', 'both: critical']);
  expect(critical.state.told).toEqual({ chat: 'warning', both: 'critical', pager: 'critical' });
  const again = store(critical.state, stepped(critical.state, 'critical'));
  const { told, toldAt, alarmedAt } = critical.state;
  expect(again.owed).toEqual({ told, toldAt, alarmedAt, held: {}, entries: [] });
  const ok = store(again.state, stepped(again.state, 'ok'));
  expect(said(ok.owed.entries)).toEqual([
    'both: resolve (recovered)',
    'chat: resolve (recovered)',
    'pager: resolve (recovered)',
  ]);
  expect(ok.state.told).toEqual({});
  expect(ok.owed.closed?.incident.id).toBe('5.1');
  expect(store(ok.state, stepped(ok.state, 'ok')).owed.entries).toEqual([]);
});

test('an alarm contains everything', () => {
  const [entry] = store(undefined, stepped(undefined, 'critical')).owed.entries;
  expect(entry).toEqual({
    id: expect.any(String),
    alerter: 'chat',
    incident: '5.1',
    createdAt: new Date(60_000).toISOString(),
    alert: {
      type: 'warning',
      monitor: 'web shop',
      monitorType: 'http',
      target: 'GET http://a/',
      description: 'the shop',
      tags: ['shop'],
      status: 'warning',
      worst: 'warning',
      message: 'critical!',
      expected: '200',
      found: '500',
      since: new Date(50_000).toISOString(),
      at: new Date(60_000).toISOString(),
      attempts: 1,
      warningThreshold: 1,
      criticalThreshold: 2,
      worker: 'w1',
      key: '9volt/web shop/5.1',
      link: 'https://volt.example.com/ui/monitor/web%20shop',
    },
  });
});

test('a resolve says what failed, how badly and how often, under the key of its alarm', () => {
  const first = store(undefined, stepped(undefined, 'critical')).state;
  const second = store(first, stepped(first, 'critical')).state;
  const [resolve] = store(second, stepped(second, 'ok')).owed.entries;
  expect(resolve?.alert).toMatchObject({
    type: 'resolve',
    status: 'ok',
    worst: 'critical',
    message: 'critical!',
    found: '500',
    attempts: 2,
    key: '9volt/web shop/5.1',
    since: new Date(50_000).toISOString(),
  });
});

test('notifies of a warning that could not be written before it became critical', () => {
  const ok = store(undefined, stepped(undefined, 'ok')).state;
  const critical = stepped(stepped(ok, 'critical'), 'critical');
  expect(said(store(ok, critical).owed.entries)).toEqual(['chat: warning', 'pager: critical', 'both: critical']);
});

describe('unknown', () => {
  const told = (changed: Partial<Record<string, string[]>>): Record<string, AlarmStatus> => {
    const of = { ...settings, 'warning-threshold': 0, 'critical-threshold': 1, ...changed } as MonitorSettings;
    const next = {
      ...stepped(undefined, 'unknown'),
      status: 'unknown' as const,
      incident: { id: '5.1', openedAt: '', worst: 'unknown' as const },
    };
    return owedNotifications(undefined, next, { ...facts, settings: of }).told;
  };
  test('goes to the critical alerters', () => {
    expect(told({})).toEqual({ pager: 'unknown', both: 'unknown' });
  });
  test('else to the warning alerters', () => {
    expect(told({ 'critical-alerter': [] })).toEqual({ chat: 'unknown', both: 'unknown' });
  });
});

describe('unknown below the critical threshold', () => {
  const patient = { ...settings, 'critical-threshold': 3 } as MonitorSettings;
  const saidAfter = (results: readonly Status[]): string[][] => {
    let state: MonitorState | undefined;
    return results.map((status) => {
      const stored = store(state, stepped(state, status, {}, patient), { ...facts, settings: patient });
      state = stored.state;
      return said(stored.owed.entries);
    });
  };
  const over = ['both: resolve (recovered)', 'pager: resolve (recovered)'];
  test.each<[string, Status[], string[][]]>([
    ['is not told, and so not resolved', ['unknown', 'unknown', 'ok'], [[], [], []]],
    [
      'is told at the threshold',
      ['unknown', 'unknown', 'unknown', 'ok'],
      [[], [], ['pager: unknown', 'both: unknown'], over],
    ],
    ['leaves what was told of a warning', ['critical', 'unknown'], [['chat: warning', 'both: warning'], []]],
  ])('%s', (_name, results, expected) => {
    expect(saidAfter(results)).toEqual(expected);
  });
});

test('an alerter added during an incident is notified, a removed one gets its resolve', () => {
  const first = store(undefined, stepped(undefined, 'critical')).state;
  const edited = { ...facts, settings: { ...settings, 'warning-alerter': ['new'] } as MonitorSettings };
  const owed = owedNotifications(first, { ...first, count: 1 }, edited);
  expect(said(owed.entries)).toEqual(['new: warning']);
  const ok = owedNotifications({ ...first, told: owed.told }, stepped(first, 'ok'), edited);
  expect(said(ok.entries)).toEqual([
    'both: resolve (recovered)',
    'chat: resolve (recovered)',
    'new: resolve (recovered)',
  ]);
});

test.each(['removed', 'disabled', 'changed'] as const)('a monitor that is %s: one resolve says so', (reason) => {
  const first = store(undefined, stepped(undefined, 'critical')).state;
  const owed = owedNotifications(first, undefined, facts, reason);
  expect(said(owed.entries)).toEqual([`both: resolve (${reason})`, `chat: resolve (${reason})`]);
  expect(owed).toMatchObject({ told: {}, closed: { reason } });
});

test.each([
  ['a changed target', { target: 'tcp b:1' }, 'changed', { monitorType: 'http', target: 'GET http://a/' }],
  ['a monitor created again', { createRevision: 6 }, 'removed', { key: '9volt/web shop/5.1' }],
] as const)('%s: whoever was told hears that it is over, and of the new incident', (_name, change, reason, says) => {
  const first = store(undefined, stepped(undefined, 'critical')).state;
  const next = stepped(first, 'critical', change);
  const owed = owedNotifications(first, next, { ...facts, target: 'elsewhere' });
  expect(said(owed.entries)).toEqual([
    `both: resolve (${reason})`,
    `chat: resolve (${reason})`,
    'chat: warning',
    'both: warning',
  ]);
  expect(owed.entries[0]?.alert).toMatchObject(says);
  expect(owed).toMatchObject({ closed: { incident: { id: '5.1' } }, current: { id: next.incident?.id } });
});

const anyStatus = fc.constantFrom<Status>('ok', 'warning', 'critical', 'unknown');

test('however states are coalesced and repeated, each alerter gets the alarm before the resolve, one resolve per incident, and no repeats', () => {
  let told = 0;
  let resolved = 0;
  fc.assert(
    fc.property(fc.array(fc.record({ status: anyStatus, stored: fc.boolean() }), { maxLength: 40 }), (steps) => {
      let current: MonitorState | undefined;
      let stored: MonitorState | undefined;
      const heard = new Map<string, { incident: string; type: string }>();
      for (const step of [...steps, { status: 'ok' as const, stored: true }]) {
        current = stepped(current, step.status);
        if (!step.stored) continue;
        const written = store(stored, current);
        for (const { alerter, incident, alert } of written.owed.entries) {
          const last = heard.get(alerter);
          if (alert.type === 'resolve') {
            expect(last?.incident).toBe(incident);
            expect(last?.type).not.toBe('resolve');
          } else {
            expect(last === undefined || last.type === 'resolve' || last.incident === incident).toBe(true);
            expect(last).not.toEqual({ incident, type: alert.type });
          }
          heard.set(alerter, { incident, type: alert.type });
          told++;
        }
        stored = current = written.state;
      }
      for (const last of heard.values()) {
        expect(last.type).toBe('resolve');
        resolved++;
      }
    }),
  );
  expect(told).toBeGreaterThan(40);
  expect(resolved).toBeGreaterThan(20);
});

test('however alarms are held meanwhile, each alerter hears alarm before resolve, one resolve an incident, and nothing that is held', () => {
  let told = 0;
  let kept = 0;
  const reasons = fc.constantFrom<Hold['reason'] | undefined>(undefined, undefined, 'silence', 'dependency');
  const step = fc.record({ status: anyStatus, stored: fc.boolean(), pager: reasons, both: reasons });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let current: MonitorState | undefined;
      let stored: MonitorState | undefined;
      const heard = new Map<string, { incident: string; type: string }>();
      const [free, ok] = [
        { pager: undefined, both: undefined },
        { status: 'ok' as const, stored: true },
      ];
      const failing = { status: 'critical' as const, stored: true };
      // In the end nothing is held, and the monitor is critical: everybody hears of it, whatever was before.
      for (const { status, stored: isStored, ...held } of [...steps, ok, failing, failing].map((one) => ({
        ...free,
        ...one,
      }))) {
        current = stepped(current, status);
        if (!isStored) continue;
        const hold = ({ alerter }: Alarm): Hold | undefined => {
          const reason = alerter === 'pager' ? held.pager : alerter === 'both' ? held.both : undefined;
          return reason && { reason, text: 'so' };
        };
        const written = store(stored, current, { ...facts, hold });
        for (const { alerter, incident, alert } of written.owed.entries) {
          const last = heard.get(alerter);
          if (alert.type === 'resolve') {
            expect(last?.incident).toBe(incident);
            expect(last?.type).not.toBe('resolve');
          } else {
            expect(last === undefined || last.type === 'resolve' || last.incident === incident).toBe(true);
            expect(hold({ alerter, status: alert.type, kind: 'alarm' })).toBeUndefined();
            // Nothing is told that was true only while it was held; a warning that went at once may be told.
            if (alerter === 'pager') expect(alert.type).toBe(current.status);
          }
          heard.set(alerter, { incident, type: alert.type });
          told++;
        }
        for (const [alerter, { reason }] of Object.entries(written.state.held ?? {})) {
          expect(reason).toBe(alerter === 'pager' ? held.pager : held.both);
          kept++;
        }
        stored = current = written.state;
      }
      expect(heard.get('pager')?.type).toBe('critical');
      expect(heard.get('both')?.type).toBe('critical');
    }),
  );
  expect(told).toBeGreaterThan(40);
  expect(kept).toBeGreaterThan(20);
});

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
  'an alerter called %s is told once and resolved, as any other, whatever was stored and read between',
  (name) => {
    const called = { 'warning-alerter': [] as string[], 'critical-alerter': [name, 'pager'] };
    const own = { ...facts, settings: { ...settings, ...called } as MonitorSettings };
    const read = (state: MonitorState): MonitorState => JSON.parse(JSON.stringify(state)) as MonitorState;
    const step = (state: MonitorState | undefined, status: Status) =>
      store(state, stepped(state, status, {}, own.settings), own);
    const warned = step(undefined, 'critical');
    const alarmed = step(read(warned.state), 'critical');
    expect(said(alarmed.owed.entries)).toEqual([`${name}: critical`, 'pager: critical']);
    const again = step(read(alarmed.state), 'critical');
    expect(said(again.owed.entries)).toEqual([]);
    const over = step(read(again.state), 'ok');
    expect(said(over.owed.entries).sort()).toEqual(
      [`${name}: resolve (recovered)`, 'pager: resolve (recovered)'].sort(),
    );
    expect(Object.keys(over.state.told)).toEqual([]);
  },
);

test('a resolve counts all failed checks, also those after the last write', () => {
  const { state: stored } = store(undefined, stepped(stepped(undefined, 'critical'), 'critical'));
  let next = stored;
  for (let failure = 3; failure <= 18; failure++) next = stepped(next, 'critical');
  const { owed } = store(stored, stepped(stepped(next, 'ok'), 'ok'));
  expect(said(owed.entries)).toContain('pager: resolve (recovered)');
  expect(owed.entries.map(({ alert }) => alert.attempts)).toEqual(owed.entries.map(() => 18));
});
