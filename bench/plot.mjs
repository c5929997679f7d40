// `npm run bench:plot`: draws the figures that benches have written with `--json` to bench/figures as pictures for docs/performance.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bars } from './parts/bars.mjs';

const root = join(import.meta.dirname, '..');
const figures = (name) => JSON.parse(readFileSync(join(root, 'bench/figures', `${name}.json`), 'utf8'));
const draw = (name, chart) => writeFileSync(join(root, 'docs/images', `bench-${name}.svg`), bars(chart));

/** `workerUs`, `referenceUs`, and one for each peer. */
const COST = /^(worker|reference|.+)Us$/;
const NAMES = { worker: '9volt', reference: 'bare socket' };

const checks = figures('checks');
draw('checks', {
  title: 'Processor time for a check, microseconds',
  groups: checks.results.map((result) => ({
    name: result.type,
    bars: Object.entries(result)
      .filter(([name]) => COST.test(name) && name !== 'etcdUs')
      .map(([name, value]) => ({ name: NAMES[name.slice(0, -2)] ?? name.slice(0, -2), value })),
  })),
});

const cluster = figures('cluster');
draw('cluster', {
  title: `Longest time between two checks of a monitor with an interval of ${cluster.intervalS} s, seconds`,
  groups: cluster.results
    .filter((result) => result.moved !== undefined)
    .map(({ step, longestGapMovedMs, longestGapOthersMs }) => ({
      name: step,
      bars: [
        { name: 'moved', value: longestGapMovedMs / 1_000 },
        { name: 'others', value: longestGapOthersMs / 1_000 },
      ].filter(({ value }) => value > 0),
    })),
});

const scale = figures('scale-few');
draw('scale', {
  title: `${scale.monitors} monitors on ${scale.workers} workers: measured, in percent of the budget`,
  groups: [
    {
      name: '',
      bars: scale.results
        .filter(({ atMost }) => atMost > 0)
        .map(({ what, measured, atMost }) => ({ name: what, value: (measured / atMost) * 100 })),
    },
  ],
});
