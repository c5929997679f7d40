import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type Assignment, MonitorSettings } from '@9volt/contracts';
import { type ClusterNode, decode, encode, type Entry } from '@9volt/etcd-dal';
import { startEtcd, type TestEtcd, testNode, uniquePrefix } from '@9volt/etcd-dal/testing';
import { AppLogger, Health, Metrics } from '@9volt/platform';
import { Detachment } from '../ledger/detachment.js';
import { FencedWrites } from '../ledger/fenced-writes.js';
import { FakeClock } from '../testing/fake-clock.js';
import { LastRuns } from '../measure/last-runs.js';
import { LastRunNotes } from './last-run-notes.js';
import { OwnedMonitor } from '../owned/owned-monitor.js';
import { OwnedMonitors } from '../owned/owned-monitors.js';

const LAST_RUN_AT = 1_700_000_000_000;

let etcd: TestEtcd;
let node: ClusterNode;
let monitors: OwnedMonitors;
let lastRuns: LastRuns;
let lastRunNotes: LastRunNotes;

beforeAll(async () => {
  etcd = await startEtcd();
  node = testNode(etcd.endpoint, uniquePrefix());
  await node.start('http://127.0.0.1:0');
});
afterAll(async () => {
  await node.stop();
  await etcd.stop();
});
beforeEach(() => {
  monitors = new OwnedMonitors();
  lastRuns = new LastRuns(new FakeClock(LAST_RUN_AT), { aheadMs: 0 });
  const metrics = new Metrics();
  const detachment = new Detachment(node, AppLogger.silent(), new Health(), metrics);
  const writes = new FencedWrites(node, detachment, metrics);
  lastRunNotes = new LastRunNotes(node, monitors, lastRuns, writes, AppLogger.silent());
});

const assignment = (phase: Assignment['phase']): Assignment => ({
  phase,
  settings: Object.assign(new MonitorSettings(), { type: 'tcp', interval: '10s' }),
  revision: 7,
  createRevision: 7,
  assignedAt: '2026-01-01T00:00:00.000Z',
});
const keyOf = (name: string): string => node.keys.assignment(node.memberId, name);

async function stored(name: string): Promise<Entry | undefined> {
  return node.client.get(keyOf(name));
}

async function write(name: string, value: Assignment): Promise<Entry> {
  await node.client.txn({ compare: [], then: [{ put: keyOf(name), value: encode(value) }] });
  return (await stored(name)) as Entry;
}

/** A monitor that this worker knows and has checked. */
async function owned(name: string): Promise<void> {
  const { key, createRevision, modRevision } = await write(name, assignment('run'));
  const monitor = new OwnedMonitor(name, { key, value: assignment('run'), createRevision, modRevision });
  lastRuns.note(monitor, LAST_RUN_AT, { status: 'ok', message: '', latencyMs: 1 });
  monitors.add(monitor);
}

async function told(name: string): Promise<Assignment | undefined> {
  const entry = await stored(name);
  return entry && decode<Assignment>(entry.value);
}

test('records when each monitor was last checked', async () => {
  await owned('a');
  await owned('b');
  await lastRunNotes.write();
  for (const name of ['a', 'b']) {
    expect(await told(name)).toMatchObject({ phase: 'run', lastRunAt: LAST_RUN_AT, lastRunBy: node.memberId });
  }
});

test('also records it for monitors about which the leader decided after this worker stopped listening', async () => {
  await owned('a');
  await owned('b');
  await write('a', { ...assignment('retire'), to: 'w2' });
  await lastRunNotes.write();
  expect(await told('a')).toMatchObject({
    phase: 'retire',
    to: 'w2',
    lastRunAt: LAST_RUN_AT,
    lastRunBy: node.memberId,
  });
  expect(await told('b')).toMatchObject({ phase: 'run', lastRunAt: LAST_RUN_AT });
});

test('records nothing for monitors that it no longer owns', async () => {
  await owned('a');
  await owned('b');
  await node.client.txn({ compare: [], then: [{ delete: keyOf('a') }, { delete: keyOf('b') }] });
  await write('b', assignment('run'));
  await lastRunNotes.write();
  expect(await told('a')).toBeUndefined();
  expect(await told('b')).not.toHaveProperty('lastRunAt');
});
