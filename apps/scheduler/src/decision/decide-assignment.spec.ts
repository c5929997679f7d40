import { describe, expect, it } from '@jest/globals';
import type { Assignment } from '@9volt/contracts';
import { decideAssignment, type Decision, type Facts } from './decide-assignment.js';
import type { Holding } from '../caches/holding.js';
import type { RefusedMonitor, ValidMonitor } from '../caches/judge-monitor.js';

const SETTINGS = { type: 'tcp', host: 'db', port: 5432, interval: '10s' };
const TARGET = 'tcp tcp://db:5432';

function monitor(overrides: Partial<ValidMonitor> = {}): ValidMonitor {
  return {
    verdict: 'valid',
    revision: 10,
    createRevision: 5,
    settingsJson: JSON.stringify(SETTINGS),
    target: TARGET,
    weight: 0.1,
    intervalMs: 10_000,
    memberTag: undefined,
    disable: false,
    disableUntil: undefined,
    alerters: [],
    ...overrides,
  };
}

const refused: RefusedMonitor = { verdict: 'refused', revision: 12, createRevision: 5, reason: 'it is not JSON' };

function holding(overrides: Partial<Holding> = {}): Holding {
  const workerId = overrides.workerId ?? 'w1';
  return {
    key: `/9volt/cluster/assignments/${workerId}/db`,
    workerId,
    monitor: 'db',
    modRevision: 20,
    phase: 'run',
    to: undefined,
    reason: undefined,
    revision: 10,
    createRevision: 5,
    lastRunAt: undefined,
    lastRunBy: undefined,
    text: JSON.stringify({
      phase: 'run',
      settings: SETTINGS,
      revision: 10,
      createRevision: 5,
      assignedAt: '2026-01-01T00:00:00Z',
    }),
    ...overrides,
  };
}

function decide(overrides: Partial<Facts> & { live?: string[]; goalIs?: string | undefined } = {}): Decision {
  const live = overrides.live ?? ['w1', 'w2'];
  return decideAssignment({
    now: 1_000_000,
    monitor: monitor(),
    monitorsRevision: 100,
    holdings: [holding()],
    ownerOf: ({ workerId }) => (live.includes(workerId) ? 'live' : 'gone'),
    isDrained: () => false,
    poison: undefined,
    state: undefined,
    owed: false,
    goal: () => ('goalIs' in overrides ? overrides.goalIs : 'w1'),
    helper: () => live[0],
    overdue: () => false,
    ...overrides,
  });
}

/** `rewrite w1 remove changed`: what is done, where, and as what. */
function short(decision: Decision): string {
  if (decision.act === 'none') return 'none';
  if (decision.act === 'drop') return `drop ${decision.holding.workerId}`;
  const { phase, to, reason } = decision.content;
  const where = decision.act === 'rewrite' ? decision.holding.workerId : decision.to;
  return [decision.act, where, phase, to, reason].filter((part) => part !== undefined).join(' ');
}

const state = { target: TARGET, createRevision: 5 };
const run = (overrides: Partial<Holding> = {}): Holding[] => [holding(overrides)];
const phase = (is: Assignment['phase'], overrides: Partial<Holding> = {}): Holding[] =>
  run({ phase: is, ...overrides });

const suspected = (deaths: number, revision = 10): Facts['poison'] => ({
  revision,
  deaths: Array.from({ length: deaths }, () => ({ worker: 'w0', of: 'child', at: '', how: '' })),
});

describe('decideAssignment', () => {
  it('has a suspect run in a process of its own, in any revision, wherever it goes next', () => {
    const isolated = [
      decide({ holdings: [], poison: suspected(1) }),
      decide({ goalIs: 'w2', live: ['w2'], poison: suspected(1) }),
      decide({ monitor: monitor({ revision: 11 }), poison: suspected(2) }),
      decide({ holdings: [] }),
    ].map((decision) => 'content' in decision && decision.content.isolate);
    expect(isolated).toEqual([true, true, true, undefined]);
  });

  it.each([
    ['changed', 'w1', 'rewrite', 'changed'],
    ['changed', 'w2', 'move', 'changed'],
    ['disabled', 'w1', 'rewrite', 'enabled'],
    ['disabled', 'w2', 'move', 'enabled'],
  ] as const)('says why a monitor runs again whose incident was closed as %s, on %s', (reason, goalIs, act, cause) => {
    const holdings = phase('remove', { reason, revision: 8, createRevision: 5 });
    expect(decide({ holdings, goalIs, monitor: monitor({ revision: 9, createRevision: 5 }) })).toMatchObject({
      act,
      cause,
    });
  });

  it('says whether a move is for balance or because of a drain', () => {
    const causes = [false, true].map((drained) => {
      const decision = decide({ goalIs: 'w2', isDrained: () => drained });
      return decision.act === 'none' ? undefined : decision.cause;
    });
    expect(causes).toEqual(['rebalance', 'its worker is drained']);
  });

  it.each<[string, Parameters<typeof decide>[0], string]>([
    ['leaves what is as it should be', {}, 'none'],
    ['gives a new monitor to its worker', { holdings: [] }, 'assign w1 run'],
    ['passes an edit on under the same key', { monitor: monitor({ revision: 11 }) }, 'rewrite w1 run'],
    [
      'waits while its knowledge of the monitor is older than the assignment',
      { holdings: run({ revision: 11 }) },
      'none',
    ],
    [
      'waits while its knowledge of monitors is older than the assignment of an absent one',
      { monitor: undefined, holdings: run({ revision: 101 }) },
      'none',
    ],

    ['plans a move through its owner', { goalIs: 'w2' }, 'rewrite w1 retire w2'],
    ['waits for a hand-over', { goalIs: 'w2', holdings: phase('retire', { to: 'w2' }) }, 'none'],
    ['changes where a move goes', { goalIs: 'w3', holdings: phase('retire', { to: 'w2' }) }, 'rewrite w1 retire w3'],
    ['takes a move back', { goalIs: 'w1', holdings: phase('retire', { to: 'w2' }) }, 'rewrite w1 run'],
    [
      'passes an edit on during a move',
      { goalIs: 'w2', monitor: monitor({ revision: 11 }), holdings: phase('retire', { to: 'w2' }) },
      'rewrite w1 retire w2',
    ],
    [
      'moves it itself when the hand-over takes too long',
      { goalIs: 'w2', overdue: () => true, holdings: phase('retire', { to: 'w2' }) },
      'move w2 run',
    ],
    ['moves what a dead worker held', { goalIs: 'w2', live: ['w2'] }, 'move w2 run'],
    ['takes away what has killed two processes', { poison: suspected(2) }, 'drop w1'],
    ['assigns it to nobody', { holdings: [], poison: suspected(2) }, 'none'],
    ['moves it nowhere when its worker died', { live: ['w2'], goalIs: 'w2', poison: suspected(2) }, 'none'],
    ['delivers what it owes', { owed: true, poison: suspected(2) }, 'rewrite w1 deliver'],
    ['leaves what killed one process where it runs', { poison: suspected(1) }, 'none'],
    ['waits when its worker may come back', { goalIs: 'w2', ownerOf: () => 'unsure' }, 'none'],

    ['deletes the assignment of a removed monitor without a state', { monitor: undefined }, 'drop w1'],
    ['has a removed monitor with a state closed', { monitor: undefined, state }, 'rewrite w1 remove removed'],
    ['has a removed monitor that owes closed', { monitor: undefined, owed: true }, 'rewrite w1 remove removed'],
    ['has a disabled monitor closed', { monitor: monitor({ disable: true }), state }, 'rewrite w1 remove disabled'],
    [
      'has a monitor closed that is disabled for a while',
      { monitor: monitor({ disableUntil: 1_000_001 }), state },
      'rewrite w1 remove disabled',
    ],
    [
      'runs a monitor whose time of being disabled is over',
      { monitor: monitor({ disableUntil: 1_000_000 }), state },
      'none',
    ],
    [
      'closes the incident of another target first',
      { monitor: monitor({ revision: 11, target: 'tcp tcp://db:1' }), state },
      'rewrite w1 remove changed',
    ],
    [
      'fences runs of another target off, when nothing is to close',
      { monitor: monitor({ revision: 11, target: 'tcp tcp://db:1' }) },
      'drop w1',
    ],
    [
      'closes the incident of another monitor of the same name first',
      { monitor: monitor({ revision: 11, createRevision: 11 }), state },
      'rewrite w1 remove removed',
    ],
    [
      'has a state of another target closed that nobody holds',
      { holdings: [], state: { ...state, target: 'tcp tcp://db:1' } },
      'assign w1 remove changed',
    ],
    ['goes on with a state that nobody holds', { holdings: [], state }, 'assign w1 run'],

    ['lets a removal end', { monitor: undefined, state, holdings: phase('remove', { reason: 'removed' }) }, 'none'],
    [
      'moves a removal from a dead worker',
      { monitor: undefined, state, live: ['w2'], holdings: phase('remove', { reason: 'disabled' }) },
      'move w2 remove disabled',
    ],
    [
      'keeps a removal of a dead worker while there is no other',
      { monitor: undefined, state, live: [], holdings: phase('remove') },
      'none',
    ],
    [
      'forgets a removal of a dead worker that has nothing left to do',
      { monitor: undefined, live: [], holdings: phase('remove') },
      'drop w1',
    ],
    [
      'does not run a monitor again before its incident is closed',
      { state, holdings: phase('remove', { reason: 'changed', revision: 8 }) },
      'none',
    ],
    [
      'hands over what it closed only in good order while its resolve may be on its way',
      { owed: true, goalIs: 'w2', holdings: phase('remove', { reason: 'changed', revision: 8 }) },
      'rewrite w1 retire w2',
    ],
    [
      'runs a monitor again once its incident is closed, though resolves wait to be delivered',
      { owed: true, holdings: phase('remove', { reason: 'changed', revision: 8 }) },
      'rewrite w1 run',
    ],

    ['lets the last good version of a refused monitor run', { monitor: refused }, 'none'],
    ['moves the last good version from a dead worker', { monitor: refused, live: ['w2'], goalIs: 'w2' }, 'move w2 run'],
    ['does not start a refused monitor', { monitor: refused, holdings: [] }, 'none'],
    ['keeps the state of a refused monitor', { monitor: refused, holdings: [], state }, 'none'],

    ['stops an orphan on a live worker', { goalIs: undefined }, 'drop w1'],
    ['has the orphan deliver first what it owes', { goalIs: undefined, owed: true }, 'rewrite w1 deliver'],
    ['keeps an orphan where its dead worker held it', { goalIs: undefined, live: ['w2'] }, 'none'],
    [
      'has another worker deliver what a dead worker owed of an orphan',
      { goalIs: undefined, live: ['w2'], owed: true },
      'move w2 deliver',
    ],
    ['has what nobody holds delivered', { goalIs: undefined, holdings: [], owed: true }, 'assign w1 deliver'],
    ['has what is owed of no monitor delivered', { monitor: undefined, holdings: [], owed: true }, 'assign w1 deliver'],
    ['lets a delivery end', { goalIs: undefined, owed: true, holdings: phase('deliver') }, 'none'],
    ['runs an orphan again where it is delivered', { holdings: phase('deliver') }, 'rewrite w1 run'],
    ['runs an orphan again elsewhere', { goalIs: 'w2', holdings: phase('deliver') }, 'move w2 run'],

    ['drops what makes no sense', { holdings: run({ phase: undefined }) }, 'drop w1'],
    [
      'keeps one of several assignments: that of a live worker',
      { live: ['w2'], goalIs: 'w2', holdings: [holding(), holding({ workerId: 'w2', modRevision: 30 })] },
      'drop w1',
    ],
    [
      'keeps the oldest of several assignments of live workers',
      { holdings: [holding({ workerId: 'w2', modRevision: 30 }), holding()] },
      'drop w2',
    ],
  ])('%s', (_title, facts, expected) => {
    expect(short(decide(facts))).toBe(expected);
  });

  it('keeps the settings that ran when an incident is closed', () => {
    const decision = decide({ monitor: monitor({ revision: 11, target: 'other', settingsJson: '{}' }), state });
    expect(decision).toMatchObject({ content: { subject: { target: TARGET }, revision: 10 } });
  });

  it.each([
    ['keeps the time of the last run that the owner told', 'w1', 77],
    ['forgets what a predecessor told: its worker has run it since', 'w0', undefined],
  ])('%s', (_what, lastRunBy, lastRunAt) => {
    expect(decide({ live: ['w2'], goalIs: 'w2', holdings: run({ lastRunAt: 77, lastRunBy }) })).toMatchObject({
      ownerGone: true,
      content: { lastRunAt },
    });
  });
});

it.each([
  [{ revision: 5, createRevision: 5 }, 'new'],
  // Disabled and enabled, both of which are edits.
  [{ revision: 9, createRevision: 5 }, 'enabled'],
])('a monitor with the revisions %j gets its first worker as %s', (revisions, cause) => {
  expect(decide({ holdings: [], monitor: monitor(revisions) })).toMatchObject({ act: 'assign', cause });
});
