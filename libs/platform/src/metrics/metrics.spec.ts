import { expect, test } from '@jest/globals';
import { countFencingRejections } from './fencing-rejections.js';
import { Metrics } from './metrics.js';

const linesOf = async (metrics: Metrics, name: string): Promise<string[]> =>
  (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith(name));

test('only counters end in _total', () => {
  const misnamed = new Metrics().all().filter(({ name, type }) => name.endsWith('_total') !== (type === 'counter'));
  expect(misnamed).toEqual([]);
});

test('asking for a metric twice gives the same one', async () => {
  const metrics = new Metrics();
  for (const by of [1, 2]) metrics.counter('x_total', 'x').inc(by);
  for (const to of [1, 2]) metrics.gauge('y', 'y').set(to);
  for (const seconds of [1, 2]) metrics.histogram('z_seconds', 'z').observe(seconds);
  expect(await linesOf(metrics, 'x')).toEqual(['x_total 3']);
  expect(await linesOf(metrics, 'y')).toEqual(['y 2']);
  expect(await linesOf(metrics, 'z_seconds_count')).toEqual(['z_seconds_count 2']);
});

test('shows 0 for what has not happened yet, and keeps counts, at each scrape', async () => {
  const metrics = new Metrics();
  const counter = metrics.counter('x_total', 'x', ['type'], (all) => {
    for (const type of ['a', 'b']) all.inc({ type }, 0);
  });
  expect(await linesOf(metrics, 'x')).toEqual(['x_total{type="a"} 0', 'x_total{type="b"} 0']);
  counter.inc({ type: 'b' });
  expect(await linesOf(metrics, 'x')).toEqual(['x_total{type="a"} 0', 'x_total{type="b"} 1']);
});

test('counts refused writes by what they relied on, in a process with both', async () => {
  const metrics = new Metrics();
  const [asLeader, asOwner] = (['leadership', 'ownership'] as const).map((fence) =>
    countFencingRejections(metrics, fence),
  );
  asLeader?.(3);
  asOwner?.(1);
  expect(await linesOf(metrics, 'ninevolt')).toEqual([
    'ninevolt_fencing_rejections_total{fence="leadership"} 3',
    'ninevolt_fencing_rejections_total{fence="ownership"} 1',
  ]);
});

test('lists all registered metrics, also those without a series', () => {
  const metrics = new Metrics();
  metrics.counter('x_total', 'What x is', ['a', 'b']);
  expect(metrics.all()).toContainEqual({ name: 'x_total', help: 'What x is', type: 'counter', labels: ['a', 'b'] });
});
