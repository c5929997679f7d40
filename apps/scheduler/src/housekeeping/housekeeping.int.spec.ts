import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { timeId } from '@9volt/contracts';
import { encode, EtcdError, EventStore, Keyspace, Stores } from '@9volt/etcd-dal';
import { startEtcd, type TestEtcd, uniquePrefix, waitFor, wholeState } from '@9volt/etcd-dal/testing';
import { AppLogger, Health } from '@9volt/platform';
import { SchedulerBench, type TestScheduler } from '../testing/scheduler-bench.js';
import { EtcdCareService, HISTORY_MS } from './etcd-care.service.js';
import { EVENT_AGE_MS, sweepSurplusEvents } from './sweep-events.js';
import { SweepingService } from './sweeping.service.js';

let etcd: TestEtcd;
let bench: SchedulerBench;
let scheduler: TestScheduler;
let sweeping: SweepingService;

beforeAll(async () => {
  etcd = await startEtcd();
});
afterAll(async () => {
  await etcd.stop();
});
beforeEach(async () => {
  bench = new SchedulerBench(etcd.endpoint, uniquePrefix());
  scheduler = await bench.scheduler();
  await bench.leader();
  const { node, caches, leadership } = scheduler;
  sweeping = new SweepingService(node, caches, leadership, AppLogger.silent());
});
afterEach(async () => {
  await bench.stop();
});

async function keysUnder(prefix: string): Promise<string[]> {
  return (await bench.client.list(prefix, { keysOnly: true })).entries.map(({ key }) => key.slice(prefix.length));
}

describe('housekeeping', () => {
  it('sweeps events of more than a day, and keeps younger ones', async () => {
    const old = Array.from({ length: 250 }, (_, i) => timeId(Date.now() - EVENT_AGE_MS - 250 + i - 1_000));
    const young = timeId(Date.now() - EVENT_AGE_MS + 60_000);
    for (let from = 0; from < old.length; from += 100) {
      await bench.put(...old.slice(from, from + 100).map((id) => ({ put: bench.keys.event(id), value: '{}' })));
    }
    await bench.put({ put: bench.keys.event(young), value: '{}' });
    await sweeping.sweepOldEvents();
    const left = await keysUnder(bench.keys.events);
    expect(left.filter((id) => old.includes(id))).toEqual([]);
    expect(left).toContain(young);
  });

  it('uses its own clock for what it saw: clocks of others are days behind or ahead', async () => {
    const day = EVENT_AGE_MS;
    const behind = timeId(Date.now() - 3 * day);
    const ahead = timeId(Date.now() + 3 * day);
    const before = timeId(Date.now() + 4 * day);
    await bench.put({ put: bench.keys.event(before), value: '{}' });
    await sweeping.noteRevision(performance.now() - 2 * day);
    const createdAt = new Date(Date.now() - 3 * day).toISOString();
    await bench.put(
      { put: bench.keys.event(behind), value: '{}' },
      { put: bench.keys.event(ahead), value: '{}' },
      { put: bench.keys.request('new'), value: encode({ createdAt }) },
      { put: bench.keys.handback('late', 'w2'), value: encode({ at: createdAt }) },
    );
    const sweep = async (): Promise<void> => {
      await sweeping.sweepOldEvents();
      await sweeping.sweepSurplusEvents();
      await sweeping.sweepWhatIsLeft();
    };
    await sweep();
    const events = await keysUnder(bench.keys.events);
    expect([behind, ahead, before].map((id) => events.includes(id))).toEqual([true, true, false]);
    expect(await keysUnder(bench.keys.requests)).toEqual(['new']);
    expect(await keysUnder(bench.keys.handbacks)).toEqual(['late/w2']);
    await sweeping.noteRevision(performance.now() - day);
    await sweep();
    const left = await keysUnder(bench.keys.events);
    expect([behind, ahead].map((id) => left.includes(id))).toEqual([false, false]);
    expect(await keysUnder(bench.keys.requests)).toEqual([]);
    expect(await keysUnder(bench.keys.handbacks)).toEqual([]);
  });

  it('sweeps the oldest events beyond the maximum number', async () => {
    // Under a prefix of its own, because schedulers write events themselves.
    const keys = new Keyspace(uniquePrefix());
    const ids = Array.from({ length: 20 }, (_, i) => timeId(1_000 + i));
    await bench.put(...ids.map((id) => ({ put: keys.event(id), value: '{}' })));
    expect(
      await sweepSurplusEvents(new EventStore(bench.client, keys), scheduler.leadership.epochFence, {
        isOld: () => undefined,
        most: 13,
      }),
    ).toBe(7);
    expect(await keysUnder(keys.events)).toEqual(ids.slice(7));
  });

  it('sweeps leftovers of removed monitors, and requests that nobody answers', async () => {
    await bench.monitor('here');
    await bench.put(
      { put: bench.keys.handback('here', 'w1'), value: '{}' },
      { put: bench.keys.handback('gone', 'w1'), value: '{}' },
      { put: bench.keys.handback('late', 'w2'), value: encode({ at: new Date().toISOString() }) },
      { put: bench.keys.push('here'), value: '{}' },
      { put: bench.keys.push('gone'), value: '{}' },
      { put: bench.keys.poisonRecord('here'), value: '{}' },
      { put: bench.keys.poisonRecord('gone'), value: '{}' },
      { put: bench.keys.incident('here', 1), value: encode({ closedAt: new Date().toISOString() }) },
      { put: bench.keys.incident('gone', 1), value: encode({ closedAt: null }) },
      { put: bench.keys.request('old'), value: encode({ createdAt: new Date(Date.now() - 3_600_000).toISOString() }) },
      { put: bench.keys.request('new'), value: encode({ createdAt: new Date().toISOString() }) },
    );
    await waitFor(() => scheduler.caches.catalog.has('here'));
    await sweeping.sweepWhatIsLeft();
    await sweeping.sweepIncidents();
    expect(await keysUnder(bench.keys.handbacks)).toEqual(['here/w1', 'late/w2']);
    expect(await keysUnder(bench.keys.pushes)).toEqual(['here']);
    expect(await keysUnder(bench.keys.poison)).toEqual(['here']);
    expect(await keysUnder(bench.keys.incidents)).toEqual(['here/00000001']);
    expect(await keysUnder(bench.keys.requests)).toEqual(['new']);
  });

  it('sweeps silences a week after their end, ended pauses, and acknowledgements of removed monitors', async () => {
    const DAY = 86_400_000;
    const at = (ms: number): string => new Date(Date.now() + ms).toISOString();
    const silence = (end: number): string =>
      encode({ match: { name: 'here' }, start: at(-30 * DAY), end: at(end), comment: 'c', createdAt: at(-30 * DAY) });
    await bench.monitor('here');
    await bench.put(
      { put: bench.keys.silence('old'), value: silence(-7 * DAY - 1_000) },
      { put: bench.keys.silence('expired'), value: silence(-6 * DAY) },
      { put: bench.keys.silence('active'), value: silence(DAY) },
      { put: bench.keys.silence('odd'), value: '{}' },
      { put: bench.keys.pause('here'), value: encode({ at: at(-DAY), until: at(DAY) }) },
      { put: bench.keys.pause('gone'), value: encode({ at: at(-DAY), until: at(DAY) }) },
      { put: bench.keys.ack('here'), value: '{}' },
      { put: bench.keys.ack('gone'), value: '{}' },
    );
    await waitFor(() => scheduler.caches.catalog.has('here'));
    await sweeping.sweepWhatIsLeft();
    expect(await keysUnder(bench.keys.silences)).toEqual(['active', 'expired']);
    expect(await keysUnder(bench.keys.pauses)).toEqual(['here']);
    expect(await keysUnder(bench.keys.acks)).toEqual(['here']);
    await bench.put({ put: bench.keys.pause('here'), value: encode({ at: at(-DAY), until: at(-1) }) });
    await sweeping.sweepWhatIsLeft();
    expect(await keysUnder(bench.keys.pauses)).toEqual([]);
  });

  it('announces once that a silence ends within ten minutes while it holds back an alarm', async () => {
    const at = (ms: number): string => new Date(Date.now() + ms).toISOString();
    const silence = (end: number): string =>
      encode({ match: { name: 'db' }, start: at(-60_000), end: at(end), comment: 'c', createdAt: at(-60_000) });
    const held = (by: string): object => ({ team: { reason: 'silence', by, since: at(0), text: 't' } });
    await bench.put(
      { put: bench.keys.silence('soon'), value: silence(300_000) },
      { put: bench.keys.silence('later'), value: silence(700_000) },
      { put: bench.keys.silence('idle'), value: silence(300_000) },
      { put: bench.keys.state('db'), value: encode({ ...wholeState, held: held('soon') }) },
      { put: bench.keys.state('db2'), value: encode({ ...wholeState, held: held('later') }) },
    );
    await waitFor(() => scheduler.caches.leftovers.heldBy('later').length === 1);
    const emit = jest.spyOn(scheduler.node.events, 'emit');
    await sweeping.announceEndings();
    await sweeping.announceEndings();
    const told = emit.mock.calls.filter(([type]) => type === 'silence-ending');
    expect(told).toEqual([
      [
        'silence-ending',
        expect.stringMatching(/^the silence of name db ends at .* still holds the alarm of db$/),
        expect.objectContaining({ monitor: 'db' }),
      ],
    ]);
  });

  it('sweeps the vitals of a worker only while it is not a member', async () => {
    await bench.worker('w1');
    await bench.put(
      { put: bench.keys.vitalsIndex('w1', 0), value: '{}' },
      { put: bench.keys.vitalsDump('w1', 0, 3), value: '{}' },
    );
    const { vitals } = new Stores(bench.client, bench.keys);
    const fence = scheduler.leadership.epochFence;
    expect(await vitals.removeOf('w1', fence)).toBe(0);
    await bench.kill('w1');
    expect(await vitals.removeOf('w1', fence)).toBe(2);
    expect(await keysUnder(bench.keys.vitals)).toEqual([]);
  });

  it('sweeps nothing as a standby', async () => {
    const standby = await bench.scheduler();
    const idle = new SweepingService(standby.node, standby.caches, standby.leadership, AppLogger.silent());
    await bench.put({ put: bench.keys.request('old'), value: '{}' });
    await idle.sweepWhatIsLeft();
    expect(await keysUnder(bench.keys.requests)).toEqual(['old']);
  });

  it('compacts what is older than ten minutes', async () => {
    const { node, caches, leadership, metrics } = scheduler;
    const care = new EtcdCareService(node, caches, leadership, AppLogger.silent(), new Health(), metrics);
    const revision = await bench.put({ put: bench.keys.event('x'), value: '1' });
    await care.keepShort(Date.now() - HISTORY_MS + 30_000);
    await bench.put({ put: bench.keys.event('x'), value: '2' });
    expect((await bench.client.list(bench.keys.event('x'), { revision })).entries).toHaveLength(1);
    const later = new EtcdCareService(node, caches, leadership, AppLogger.silent(), new Health(), metrics);
    await later.keepShort(Date.now() - HISTORY_MS - 1);
    const error = await bench.client.list(bench.keys.event('x'), { revision: revision - 1 }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(EtcdError);
    expect((error as EtcdError).kind).toBe('compacted');
    await later.watchSpace();
    expect(await metrics.registry.getSingleMetricAsString('ninevolt_etcd_db_size_bytes')).toMatch(/bytes \d{4,}/);
  });

  it('says once what to do if etcd permits only root to compact', async () => {
    const { node, caches, leadership, metrics } = scheduler;
    const care = new EtcdCareService(node, caches, leadership, AppLogger.silent(), new Health(), metrics);
    // The answer of etcd 3.6.16 to users other than root; Debian's permits everybody.
    const refusal = new EtcdError('denied', 'etcd: 7 PERMISSION_DENIED: etcdserver: permission denied');
    const compact = jest.spyOn(node.client, 'compact').mockRejectedValue(refusal);
    const emit = jest.spyOn(node.events, 'emit');
    const longAgo = Date.now() - HISTORY_MS - 10;
    for (const at of [longAgo, longAgo + 1]) await care.keepShort(at);
    expect(compact).toHaveBeenCalledTimes(2);
    const told = emit.mock.calls.map(([, message]) => message).filter((message) => message.includes('compact'));
    expect(told).toEqual([expect.stringContaining('--auto-compaction-mode=periodic')]);
  });
});
