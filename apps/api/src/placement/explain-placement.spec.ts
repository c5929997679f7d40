import { describe, expect, test } from '@jest/globals';
import { explainPlacement, type PlacementFacts, type PlacementWorker } from './explain-placement.js';

const worker = (id: string, more: Partial<PlacementWorker> = {}): PlacementWorker => ({
  id,
  name: `worker-${id}`,
  tags: [],
  draining: false,
  ...more,
});
const held = (more: Partial<NonNullable<PlacementFacts['held']>> = {}): PlacementFacts['held'] => ({
  workerId: 'a',
  phase: 'run',
  assignedAt: 'Tuesday',
  ...more,
});
const both = [worker('a'), worker('b')];
const facts: PlacementFacts = {
  monitor: { is: 'wanted' },
  tag: undefined,
  held: held(),
  workers: both,
  led: true,
  nameOf: (id) => `worker-${id}`,
};

describe('where a monitor runs, and why', () => {
  test.each<[string, Partial<PlacementFacts>, string, RegExp]>([
    [
      'the least loaded',
      { held: held({ cause: 'new' }) },
      'runs',
      /^runs on worker-a since Tuesday: it had no worker yet, and this worker had the lowest load of the 2 workers without tags$/,
    ],
    [
      'enabled again',
      { held: held({ cause: 'enabled' }) },
      'runs',
      /: it was enabled, or changed while no worker had it, and this worker had the lowest load/,
    ],
    [
      'changed',
      { held: held({ cause: 'changed' }) },
      'runs',
      /: its type or target was changed, and this worker had the lowest load of the 2 workers without tags$/,
    ],
    [
      'undrained',
      { held: held({ cause: 'rebalance' }), undrained: 'worker-a' },
      'runs',
      /: to balance the loads of the 2 workers without tags, after the drain of worker-a ended$/,
    ],
    [
      'balance',
      { held: held({ cause: 'rebalance' }) },
      'runs',
      /: to balance the loads of the 2 workers without tags$/,
    ],
    ['a reason of another version', { held: held({ cause: 'the moon' }) }, 'runs', /: the moon$/],
    ['assigned by an older version', {}, 'runs', /^runs on worker-a since Tuesday$/],
    [
      'a tag',
      { tag: 'eu', workers: [worker('a', { tags: ['eu'] }), worker('b')], held: held({ cause: 'new' }) },
      'runs',
      /of the 1 worker with the tag "eu"/,
    ],
    [
      'on its way',
      { held: held({ phase: 'retire', to: 'b', cause: 'its worker is drained' }) },
      'moving',
      /^runs on worker-a, which is handing it over to worker-b: its previous worker is drained$/,
    ],
    [
      'its last good version',
      { monitor: { is: 'refused', because: 'it is odd' } },
      'runs',
      /^runs on worker-a .*its last valid version runs$/,
    ],

    ['not assigned yet', { held: undefined }, 'waiting', /^has no worker yet: the leader is about to choose/],
    ['without a leader', { held: undefined, led: false }, 'waiting', /no scheduler is leader.*start a scheduler$/],
    ['its worker died', { workers: [worker('b')] }, 'waiting', /^ran on worker-a, which has left: the leader/],
    [
      'its old target is closed first',
      { held: held({ phase: 'remove' }) },
      'closing',
      /^waits until worker-a has sent its pending notifications/,
    ],

    [
      'switched off',
      { held: undefined, monitor: { is: 'off', because: 'it is disabled' } },
      'nowhere',
      /^runs on no worker: it is disabled$/,
    ],
    [
      'switched off just now',
      { held: held({ phase: 'remove' }), monitor: { is: 'off', because: 'it is disabled' } },
      'closing',
      /^is not checked: it is disabled; worker-a still sends/,
    ],
    [
      'disabled for a time',
      { held: held(), monitor: { is: 'off', because: 'it is disabled until ten' } },
      'closing',
      /^is not checked: it is disabled until ten; worker-a keeps it$/,
    ],
    [
      'removed',
      { held: held({ phase: 'remove' }), monitor: { is: 'removed' }, workers: [] },
      'closing',
      /^is not checked: it was removed; worker-a has left/,
    ],
    [
      'refused from the first',
      { held: undefined, monitor: { is: 'refused', because: 'it is odd' } },
      'nowhere',
      /^runs on no worker: it is odd$/,
    ],

    ['no worker at all', { held: undefined, workers: [] }, 'nowhere', /^runs on no worker: no worker is running$/],
    [
      'no worker with its tag',
      { held: undefined, tag: 'mars' },
      'nowhere',
      /^runs on no worker: no worker has the tag "mars"$/,
    ],
    [
      'only workers with tags',
      { held: undefined, workers: [worker('a', { tags: ['eu'] })] },
      'nowhere',
      /every worker has tags, but it has no member-tag$/,
    ],
    [
      'all of them drained',
      { held: undefined, workers: both.map((one) => ({ ...one, draining: true })) },
      'nowhere',
      /every suitable worker is drained: worker-a, worker-b$/,
    ],
    [
      'its worker died, and no other may',
      { workers: [worker('b', { draining: true })] },
      'nowhere',
      /drained: worker-b$/,
    ],
  ])('%s', (_what, differing, verdict, message) => {
    expect(explainPlacement({ ...facts, ...differing })).toEqual({ verdict, message: expect.stringMatching(message) });
  });
});
