import { expect, test } from '@jest/globals';
import type { CheckResult, MonitorSettings, MonitorState } from '@9volt/contracts';
import { evaluate } from '../evaluation/evaluate.js';
import { needsWrite } from './needs-write.js';

const settings = { type: 'http', interval: '10s', 'warning-threshold': 1, 'critical-threshold': 2 } as MonitorSettings;
const nothing = { told: {}, toldAt: {}, held: {}, entries: [] };

test('counting further failures writes nothing', () => {
  const failure: CheckResult = { status: 'critical', message: 'refused', latencyMs: 1 };
  const facts = { owner: 'w1-a', ownerName: 'w1', revision: 7, createRevision: 5, target: 'http GET http://a/' };
  let state: MonitorState | undefined;
  const writes: number[] = [];
  for (let count = 1; count <= 70; count++) {
    const next = evaluate(state, failure, settings, { ...facts, now: count * 10_000, lastRunAt: count * 10_000 });
    if (needsWrite(state, next, nothing, 10_000)) writes.push(count);
    state = next;
  }
  expect([state?.failures, writes]).toEqual([70, [1, 2]]);
});
