import { describe, expect, it } from '@jest/globals';
import { checkHistory } from './check-history.js';
import {
  CLOCK_STEP_MS,
  type Delivery,
  type Fault,
  type History,
  inOurTime,
  type Probe,
  type Promises,
  type ViolationKind,
} from './history.js';

const PROMISES: Promises = {
  tellWithinMs: 10_000,
  recoveryMs: 8_000,
  gapSlackMs: 500,
  gapInFaultMs: 9_000,
  beatMs: 300,
};
const KEY = '9volt/web/7.1';

/** Two minutes of a monitor that w1 checks every second; it fails from 30 s to 60 s, and two alerters are notified. */
function sound(): History {
  return {
    monitors: [{ name: 'web', intervalMs: 1_000, alerters: ['pager', 'chat'], from: 0 }],
    probes: Array.from({ length: 120 }, (_, n) => probe(n * 1_000 + 250)),
    outages: [{ monitor: 'web', from: 30_000, to: 60_000 }],
    deliveries: ['pager', 'chat'].flatMap((alerter) => [
      delivery({ alerter, at: 30_400 }),
      delivery({ alerter, at: 60_400, type: 'resolve' }),
    ]),
    standstills: [],
    holds: [],
    debts: [],
    faults: [],
    endedAt: 120_000,
  };
}

function probe(at: number, by = 'w1'): Probe {
  return { monitor: 'web', at, by, answer: at >= 30_000 && at < 60_000 ? 'fail' : 'ok' };
}

function delivery(over: Partial<Delivery> = {}): Delivery {
  return {
    alerter: 'pager',
    at: 31_000,
    by: 'w1',
    accepted: true,
    monitor: 'web',
    type: 'critical',
    key: KEY,
    since: 30_250,
    ...over,
  };
}

/** From 40 s on another worker owns it. */
function takenOver(history: History, fault: Fault['kind'], after = 40_000): History {
  history.probes = history.probes.map((one) => (one.at < after ? one : { ...one, by: 'w2' }));
  history.faults.push({ kind: fault, at: 'w1', from: 39_000, to: 40_000 });
  return history;
}

const kinds = (history: History): ViolationKind[] => [
  ...new Set(checkHistory(history, PROMISES).violations.map(({ kind }) => kind)),
];

describe('an outage of which an alerter was not notified', () => {
  const silent = (explained: Partial<History>): History => {
    const history = { ...sound(), ...explained };
    history.deliveries = history.deliveries.filter(({ alerter }) => alerter !== 'chat');
    return history;
  };
  const hold = (from: number, to?: number, reason = 'silence s1') => ({
    ...{ monitor: 'web', alerter: 'chat', reason, from },
    ...(to === undefined ? {} : { to }),
  });
  it.each<[string, Partial<History>, ViolationKind[]]>([
    ['is lost', {}, ['lost']],
    ['was held', { holds: [hold(31_000, 60_200)] }, []],
    [
      'was held for one reason after the other',
      { holds: [hold(31_000, 45_000), hold(45_000, 60_200, 'flapping')] },
      [],
    ],
    ['was held, and then in the outbox', { holds: [hold(31_000, 45_000)], debts: [hold(45_000)] }, []],
    ['was held in part', { holds: [hold(31_000, 45_000)] }, ['lost']],
    ['was held late', { holds: [hold(45_000, 60_200)] }, ['lost']],
    ['of another monitor was held', { holds: [{ ...hold(31_000, 60_200), monitor: 'mail' }] }, ['lost']],
    ['was held for another alerter', { holds: [{ ...hold(31_000, 60_200), alerter: 'mail' }] }, ['lost']],
    [
      'was held for two reasons at once',
      { holds: [hold(31_000, 60_200), hold(40_000, 60_200, 'flapping')] },
      ['two-reasons'],
    ],
  ])('%s', (_what, explained, expected) => expect(kinds(silent(explained))).toEqual(expected));

  it('is not notified while it is held', () => {
    const history = sound();
    history.outages = [{ monitor: 'web', from: 30_000, to: 100_000 }];
    history.probes = history.probes.map((one) =>
      one.at >= 30_000 && one.at < 100_000 ? { ...one, answer: 'fail' } : one,
    );
    history.deliveries = ['pager', 'chat'].flatMap((alerter) => [
      delivery({ alerter, at: 70_000 }),
      delivery({ alerter, at: 100_400, type: 'resolve' }),
    ]);
    history.holds = [hold(31_000, 90_000)];
    expect(kinds(history)).toEqual(['told-while-held']);
    // Without etcd nobody could write that the hold ended.
    history.faults = [{ kind: 'outage', at: 'etcd', from: 65_000, to: 75_000 }];
    expect(kinds(history)).toEqual([]);
    history.holds = [hold(31_000, 69_900)];
    expect(kinds(history)).toEqual([]);
    const { figures } = checkHistory(history, PROMISES);
    // The pager had no reason to wait.
    expect(figures).toMatchObject({ told: 2, explained: 0, slowestMs: 40_000 });
  });

  it('may be ended once more after a fault repeated its alarm, however long after the fault', () => {
    const ended = (alarmedAgain: boolean): History => {
      const history = sound();
      history.faults.push({ kind: 'crash', at: 'w1', from: 33_000, to: 34_000 });
      const more = [delivery({ at: 34_500, type: 'resolve' }), delivery({ at: 35_000 })];
      for (const one of alarmedAgain ? more : more.slice(0, 1)) insert(history.deliveries, one);
      return history;
    };
    expect(kinds(ended(true))).toEqual([]);
    expect(kinds(ended(false))).toEqual(['repeated']);
  });

  it('may be repeated once if its provider answered late', () => {
    const history = sound();
    history.deliveries = history.deliveries.map((one) => ({ ...one, answeredLate: true }));
    insert(history.deliveries, delivery({ at: 40_000, by: 'w2', answeredLate: true }));
    expect(kinds(history)).toEqual([]);
    insert(history.deliveries, delivery({ at: 50_000, by: 'w1' }));
    expect(kinds(history)).toEqual(['repeated']);
  });

  it('may be repeated on purpose', () => {
    const history = sound();
    insert(history.deliveries, delivery({ at: 50_000, again: true }));
    expect(kinds(history)).toEqual([]);
  });
});

describe('a history that keeps every promise', () => {
  it('has no violation, and the right figures', () => {
    const { violations, figures } = checkHistory(sound(), PROMISES);
    expect(violations).toEqual([]);
    expect(figures).toMatchObject({ owed: 2, told: 2, lost: 0, repeated: 0, slowestMs: 400, probes: 120, doubles: 0 });
    expect(figures.longestGapMs).toBe(0);
  });

  it('may contain an alarm about a target that stood still with all others', () => {
    const history = sound();
    const since = 80_100;
    history.deliveries.push(
      delivery({ at: 81_400, since, key: '9volt/web/7.2' }),
      delivery({ at: 84_400, since, key: '9volt/web/7.2', type: 'resolve' }),
    );
    expect(kinds(history)).toEqual(['false-alarm']);
    history.standstills = [{ from: 80_000, to: 83_500 }];
    expect(kinds(history)).toEqual([]);
  });

  it('may have a standstill before anybody watched the target', () => {
    const history = sound();
    for (const monitor of history.monitors) monitor.from = 25_000;
    history.probes = history.probes.filter(({ at }) => at >= 25_000);
    history.standstills = [{ from: 5_000, to: 24_000 }];
    expect(kinds(history)).toEqual([]);
    expect(checkHistory(history, PROMISES).figures.owed).toBe(2);
  });

  it('may have a standstill in an outage', () => {
    const history = sound();
    history.standstills = [{ from: 40_000, to: 42_000 }];
    expect(kinds(history)).toEqual([]);
    expect(checkHistory(history, PROMISES).figures).toMatchObject({ owed: 2, told: 2 });
  });

  it('may contain no notification about an outage that was too short', () => {
    const history = sound();
    history.outages.push({ monitor: 'web', from: 80_000, to: 80_900 });
    expect(kinds(history)).toEqual([]);
  });

  it('needs no resolve of an incident that is still open', () => {
    const history = sound();
    history.outages = [{ monitor: 'web', from: 30_000 }];
    history.deliveries = history.deliveries.filter(({ type }) => type !== 'resolve');
    expect(kinds(history)).toEqual([]);
  });

  it.each(['w1', 'w2'])('may have an incident of each side of a partition, if %s is cut off', (at) => {
    const history = sound();
    history.faults.push({ kind: 'partition', at, from: 28_000, to: 46_000 });
    alsoTold(history, { by: 'w2#2' });
    expect(kinds(history)).toEqual([]);
  });

  it('may have one number for two outages, of which two sides of a partition knew one each', () => {
    const history = sound();
    history.outages.push({ monitor: 'web', from: 80_000, to: 90_000 });
    for (const one of history.probes) if (one.at >= 80_000 && one.at < 90_000) one.answer = 'fail';
    for (const alerter of ['pager', 'chat']) {
      insert(history.deliveries, delivery({ alerter, at: 80_400, since: 80_250 }));
      insert(history.deliveries, delivery({ alerter, at: 90_400, since: 80_250, type: 'resolve' }));
    }
    expect(kinds(history)).toEqual([]);
    expect(checkHistory(history, PROMISES).figures).toMatchObject({ owed: 4, told: 4, repeated: 0 });
  });

  it('may have an incident of each of two monitors, if one was deleted and created again', () => {
    const history = sound();
    for (const monitor of history.monitors) monitor.recreated = true;
    alsoTold(history, { key: '9volt/web/9.1' });
    expect(kinds(history)).toEqual([]);
  });

  it('may have an alarm that was refused and then accepted', () => {
    const history = sound();
    history.deliveries.unshift(delivery({ at: 30_300, accepted: false }));
    expect(kinds(history)).toEqual([]);
  });

  it('may treat two outages as one incident if no check found the target healthy between them', () => {
    const history = sound();
    history.outages = [
      { monitor: 'web', from: 30_000, to: 45_300 },
      { monitor: 'web', from: 45_900, to: 60_000 },
    ];
    expect(kinds(history)).toEqual([]);
  });

  it.each([
    ['found the target well between them', (probe: Probe) => (probe.answer = 'ok')],
    ['that hung was told between them that it is well', (probe: Probe) => (probe.releasedAt = 45_300)],
  ])('may have two incidents in quick succession if a check %s', (_, note) => {
    const history = sound();
    history.outages = [
      { monitor: 'web', from: 30_000, to: 45_000 },
      { monitor: 'web', from: 45_900, to: 60_000 },
    ];
    for (const one of history.probes) if (one.at === 45_250) note(one);
    for (const alerter of ['pager', 'chat']) {
      insert(history.deliveries, delivery({ alerter, at: 45_400, type: 'resolve' }));
      insert(history.deliveries, delivery({ alerter, at: 46_400, key: '9volt/web/7.2', since: 46_250 }));
    }
    for (const one of history.deliveries) if (one.at === 60_400) one.key = '9volt/web/7.2';
    expect(kinds(history)).toEqual([]);
  });

  it('may have an heir whose checks are often late', () => {
    const history = takenOver(sound(), 'crash');
    for (const [n, one] of history.probes.entries()) if (one.by === 'w2' && n % 3 > 0) one.at += 300 + ((n * 37) % 190);
    expect(kinds(history)).toEqual([]);
  });

  it('may change hands', () => {
    expect(kinds(takenOver(sound(), 'crash'))).toEqual([]);
  });
});

it.each([
  ['a little less than half an interval', 29_400, []],
  ['much less than half an interval', 26_000, ['double']],
])('after a first check out of turn the next owner may check %s later', (_what, afterMs, expected) => {
  const history = { ...sound(), outages: [], deliveries: [] };
  history.monitors = [{ name: 'web', intervalMs: 60_000, alerters: [], from: 0, to: 100_000 }];
  history.probes = [probe(2_000, 'w1'), probe(2_000 + afterMs, 'w2'), probe(62_000 + afterMs, 'w2')];
  history.endedAt = 100_000;
  expect(kinds(history)).toEqual(expected);
});

describe('each broken promise is found, and no other', () => {
  const forged: [ViolationKind, string, (history: History) => void][] = [
    ['lost', 'an alerter that was never told', (history) => drop(history, ({ alerter }) => alerter === 'chat')],
    [
      'lost',
      'an alarm that no provider took',
      (history) => {
        drop(history, ({ alerter, type }) => alerter === 'chat' && type === 'resolve');
        for (const one of history.deliveries) if (one.alerter === 'chat') one.accepted = false;
      },
    ],
    ['repeated', 'an alarm told twice for no reason', ({ deliveries }) => insert(deliveries, delivery({ at: 35_000 }))],
    [
      'repeated',
      'a resolve told twice for no reason',
      ({ deliveries }) => insert(deliveries, delivery({ at: 70_000, type: 'resolve' })),
    ],
    [
      'repeated',
      'an alarm told a third time after one crash',
      (history) => {
        takenOver(history, 'crash');
        for (const at of [41_000, 42_000]) insert(history.deliveries, delivery({ at, by: 'w2' }));
      },
    ],
    [
      'repeated',
      'an alarm told again by the same worker after another one crashed',
      (history) => {
        history.faults.push({ kind: 'crash', at: 'w2', from: 39_000, to: 40_000 });
        insert(history.deliveries, delivery({ at: 41_000 }));
      },
    ],
    [
      'repeated',
      'an alarm told again by two workers while a third process was cut off',
      (history) => {
        takenOver(history, 'graceful');
        history.faults.push({ kind: 'partition', at: 's1', from: 39_000, to: 40_000 });
        insert(history.deliveries, delivery({ at: 41_000, by: 'w2' }));
      },
    ],
    [
      'repeated',
      'an alarm told again after a planned move',
      (history) => {
        takenOver(history, 'graceful');
        insert(history.deliveries, delivery({ at: 41_000, by: 'w2' }));
      },
    ],
    [
      'unresolved',
      'no word of the end',
      (history) => drop(history, ({ type, alerter }) => type === 'resolve' && alerter === 'chat'),
    ],
    [
      'unresolved',
      'an alarm after its resolve',
      (history) => {
        takenOver(history, 'crash', 61_000);
        history.faults = [{ kind: 'crash', at: 'w1', from: 58_000, to: 59_000 }];
        insert(history.deliveries, delivery({ at: 62_000 }));
      },
    ],
    [
      'stray-resolve',
      'the end of what was never told',
      ({ deliveries }) => insert(deliveries, delivery({ at: 90_000, key: '9volt/web/7.9', type: 'resolve' })),
    ],
    [
      'false-alarm',
      'an alarm about a target that is well',
      ({ deliveries }) => {
        const more = { key: '9volt/web/7.2', since: 90_250 };
        insert(deliveries, delivery({ ...more, at: 90_300 }));
        insert(deliveries, delivery({ ...more, at: 91_300, type: 'resolve' }));
      },
    ],
    [
      'split',
      'one outage told as two incidents by one side of a partition',
      (history) => {
        history.faults.push({ kind: 'partition', at: 'w1', from: 28_000, to: 46_000 });
        alsoTold(history);
      },
    ],
    [
      'split',
      'one outage told as two incidents, the first of which was open before the partition',
      (history) => {
        history.faults.push({ kind: 'partition', at: 'w1', from: 44_000, to: 46_000 });
        alsoTold(history, { by: 'w2' });
      },
    ],
    [
      'split',
      'one outage told as two incidents while a third process was cut off',
      (history) => {
        history.faults.push({ kind: 'partition', at: 's1', from: 28_000, to: 46_000 });
        alsoTold(history, { by: 'w2' });
      },
    ],
    [
      'split',
      'one outage told as two incidents of one creation of the monitor',
      (history) => {
        for (const monitor of history.monitors) monitor.recreated = true;
        alsoTold(history);
      },
    ],
    ['split', 'one outage told as two incidents', (history) => alsoTold(history)],
    [
      'repeated',
      'an alarm told again when a worker could open no more files',
      (history) => {
        takenOver(history, 'shortage');
        insert(history.deliveries, delivery({ at: 41_000 }));
      },
    ],
    [
      'double',
      'two workers while one of them could open no more files',
      (history) => {
        takenOver(history, 'shortage');
        history.probes.push(probe(41_400, 'w1'));
      },
    ],
    [
      'double',
      'two workers that check the same monitor',
      ({ probes }) => probes.push(...[70, 71, 72].map((n) => probe(n * 1_000 + 400, 'w2'))),
    ],
    [
      'double',
      'two workers after one of them crashed',
      (history) => {
        takenOver(history, 'crash');
        history.probes.push(probe(41_400, 'w1'));
      },
    ],
    ['gap', 'no check for a while, for no reason', (history) => silence(history, 80_000, 83_000)],
    [
      'gap',
      'no check for too long after a crash',
      (history) => {
        takenOver(history, 'crash', 55_000);
        silence(history, 40_000, 55_000);
      },
    ],
    ['gap', 'no check any more', (history) => silence(history, 110_000, 120_000)],
    ['gap', 'a first check that comes late', (history) => silence(history, 0, 5_000)],
    [
      'cadence',
      'an heir with a rhythm of its own',
      (history) => {
        takenOver(history, 'crash');
        for (const one of history.probes) if (one.by === 'w2') one.at += 450;
      },
    ],
  ];

  it.each(forged)('%s: %s', (kind, _what, forge) => {
    const history = sound();
    forge(history);
    history.probes.sort((a, b) => a.at - b.at);
    expect(kinds(history)).toEqual([kind]);
  });
});

describe('what a fault excuses', () => {
  it('one repeat of each notification, for every fault that is not graceful', () => {
    for (const fault of ['crash', 'pause', 'outage', 'partition'] as const) {
      const history = takenOver(sound(), fault);
      insert(history.deliveries, delivery({ at: 41_000, by: 'w2' }));
      expect({ fault, found: kinds(history) }).toEqual({ fault, found: [] });
      expect(checkHistory(history, PROMISES).figures.repeated).toBe(1);
    }
  });

  it('one notification of each process without etcd, and no more', () => {
    for (const [fault, found] of [
      ['outage', []],
      ['partition', ['repeated']],
    ] as const) {
      const history = takenOver(sound(), fault);
      for (const by of ['w2', 'w3']) insert(history.deliveries, delivery({ at: 41_000, by }));
      expect({ fault, found: kinds(history) }).toEqual({ fault, found });
    }
    const history = takenOver(sound(), 'outage');
    for (const by of ['w2', 'w2']) insert(history.deliveries, delivery({ at: 41_000, by }));
    expect(kinds(history)).toEqual(['repeated']);
  });

  it('an alarm again for each resolve of the other side of a partition', () => {
    const told = (resolvedBy: string | undefined): History => {
      const history = takenOver(sound(), 'partition');
      if (resolvedBy) insert(history.deliveries, delivery({ at: 39_500, by: resolvedBy, type: 'resolve' }));
      for (const at of [41_000, 42_000]) insert(history.deliveries, delivery({ at, by: 'w2' }));
      return history;
    };
    expect(kinds(told('w1'))).toEqual([]);
    expect(kinds(told('w2'))).toEqual(['repeated']);
    expect(kinds(told(undefined))).toEqual(['repeated']);
    const history = told('w1');
    insert(history.deliveries, delivery({ at: 43_000, by: 'w2' }));
    expect(kinds(history)).toEqual(['repeated']);
  });

  it('checks on both sides of a partition, as long as it lasts', () => {
    const history = takenOver(sound(), 'partition');
    history.probes.push(probe(41_400, 'w1'));
    expect(kinds(history)).toEqual([]);
    expect(checkHistory(history, PROMISES).figures.doubles).toBeGreaterThan(0);
    history.probes.push(probe(60_400, 'w1'));
    expect(kinds(history)).toEqual(['double']);
  });

  it('a worker that checks for a moment, each time late: that is no other rhythm', () => {
    const history = takenOver(sound(), 'crash');
    const heirs = history.probes.filter(({ by }) => by === 'w2');
    const late = [300, 320, 350, 470, 440].map((ms, n) => ({ ...probe(heirs[n]!.at, 'w3'), at: heirs[n]!.at + ms }));
    history.probes = [...history.probes.filter(({ at }) => !heirs.slice(0, 5).some((one) => one.at === at)), ...late];
    history.probes.sort((a, b) => a.at - b.at);
    expect(kinds(history)).toEqual([]);
    for (const one of history.probes) if (one.by === 'w3') one.at += 600 - (one.at % 1_000);
    expect(kinds(history)).toEqual(['cadence']);
  });

  it.each(['crash', 'shortage'] as const)('a gap in the checks in a %s', (fault) => {
    const history = takenOver(sound(), fault, 47_000);
    silence(history, 40_000, 47_000);
    expect(kinds(history)).toEqual([]);
    expect(checkHistory(history, PROMISES).figures.longestGapMs).toBe(7_000);
  });
});

/** The outage is told under another key, too. */
function alsoTold({ deliveries }: History, over: Partial<Delivery> = {}): void {
  const more = { key: '9volt/web/7.2', since: 45_000, ...over };
  insert(deliveries, delivery({ ...more, at: 45_100 }));
  insert(deliveries, delivery({ ...more, at: 60_500, type: 'resolve' }));
}

function drop(history: History, which: (delivery: Delivery) => boolean): void {
  history.deliveries = history.deliveries.filter((one) => !which(one));
}

function insert(deliveries: Delivery[], one: Delivery): void {
  deliveries.push(one);
  deliveries.sort((a, b) => a.at - b.at);
}

function silence(history: History, from: number, to: number): void {
  history.probes = history.probes.filter(({ at }) => at < from || at >= to);
}

it.each([
  ['of a right clock', 0],
  ['of a clock that is ahead', CLOCK_STEP_MS],
  ['of a clock that is behind', -CLOCK_STEP_MS],
])('a time %s is read as ours', (_what, offMs) => {
  expect(inOurTime(1_700_000_000_000 + offMs, 1_700_000_200_000)).toBe(1_700_000_000_000);
});
