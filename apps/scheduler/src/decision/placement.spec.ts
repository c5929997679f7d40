import { describe, expect, it } from '@jest/globals';
import type { Worker } from '../caches/cluster-view.js';
import type { Holding } from '../caches/holding.js';
import { Placement } from './placement.js';

const worker = (id: string, tags: string[] = [], draining = false): [string, Worker] => [
  id,
  { id, name: id, tags, draining },
];
const workers = new Map([worker('w1'), worker('w2'), worker('w3', ['eu']), worker('w4', [], true)]);
const subject = { memberTag: undefined, weight: 1 };
const held = (workerId: string, phase: Holding['phase'] = 'run', to?: string): Holding =>
  ({ workerId, phase, to }) as Holding;

describe('Placement', () => {
  it.each([
    ['keeps a monitor where it is', held('w2'), 'w2'],
    ['keeps to a planned move that another leader began', held('w2', 'retire', 'w1'), 'w1'],
    ['keeps it at its owner when the one it was to go to is gone', held('w2', 'retire', 'w9'), 'w2'],
    ['keeps it at its owner when the one it was to go to is drained', held('w2', 'retire', 'w4'), 'w2'],
    ['takes it from a drained worker', held('w4'), 'w1'],
    ['takes it from a worker that may not run it', held('w3'), 'w1'],
    ['places a new one', undefined, 'w1'],
  ])('%s', (_title, holding, expected) => {
    expect(new Placement().goal('m', subject, holding, workers)).toBe(expected);
  });

  it('prefers the planned worker, while it may run the monitor', () => {
    const placement = new Placement();
    placement.adopt([
      { monitor: 'a', from: 'w1', to: 'w2' },
      { monitor: 'b', from: 'w1', to: 'w9' },
    ]);
    expect(placement.goal('a', subject, held('w1'), workers)).toBe('w2');
    expect(placement.goal('b', subject, held('w1'), workers)).toBe('w1');
  });

  it('spreads new monitors by the loads of the workers', () => {
    const placement = new Placement();
    placement.goal('heavy', { ...subject, weight: 2.5 }, undefined, workers);
    const goals = ['a', 'b', 'c', 'd'].map((name) => placement.goal(name, subject, undefined, workers));
    expect(goals).toEqual(['w2', 'w2', 'w2', 'w1']);
    placement.release('heavy');
    expect(placement.goal('e', subject, undefined, workers)).toBe('w1');
    expect(placement.goal('pinned', { ...subject, memberTag: 'eu' }, undefined, workers)).toBe('w3');
    expect(placement.goal('nowhere', { ...subject, memberTag: 'us' }, undefined, workers)).toBeUndefined();
  });

  it('measures the skew of each pool of workers', () => {
    const placement = new Placement();
    expect(placement.skew(workers)).toBe(0);
    for (const name of ['a', 'b', 'c']) placement.goal(name, subject, held('w1'), workers);
    placement.goal('d', subject, held('w2'), workers);
    expect(placement.skew(workers)).toBe(1);
  });
});
