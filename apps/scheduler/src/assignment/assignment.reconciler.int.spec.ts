import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { encode, Stores } from '@9volt/etcd-dal';
import { startEtcd, startSeverableProxy, type TestEtcd, uniquePrefix, waitFor } from '@9volt/etcd-dal/testing';
import { SchedulerBench, SETTINGS } from '../testing/scheduler-bench.js';

let etcd: TestEtcd;
let bench: SchedulerBench;

beforeAll(async () => {
  etcd = await startEtcd();
});
afterAll(async () => {
  await etcd.stop();
});
beforeEach(() => {
  bench = new SchedulerBench(etcd.endpoint, uniquePrefix());
});
afterEach(async () => {
  await bench.stop();
});

const TARGET = 'tcp tcp://127.0.0.1:9';
const until = (predicate: () => Promise<unknown>): Promise<unknown> => waitFor(predicate, { timeoutMs: 20_000 });

/** Nothing is left to do: the revision does not change for a while. */
async function atRest(): Promise<void> {
  await until(async () => {
    const before = (await bench.assignments()).map(({ mod }) => mod).join();
    await new Promise((resolve) => setTimeout(resolve, 150));
    return before === (await bench.assignments()).map(({ mod }) => mod).join();
  });
}

describe('assignments', () => {
  it('assigns all monitors to workers, evenly, at a cold start', async () => {
    await bench.monitors(60);
    await bench.worker('w1');
    await bench.worker('w2', [], 'server');
    await bench.worker('w3');
    await bench.scheduler();
    await until(async () => (await bench.assignments()).length === 60);
    expect(await bench.spread()).toEqual({ w1: 20, w2: 20, w3: 20 });
    const { value } = (await bench.assignment('m7'))!;
    const monitor = await bench.client.get(bench.keys.monitor('m7'));
    expect(value).toEqual({
      phase: 'run',
      settings: SETTINGS,
      revision: monitor!.modRevision,
      createRevision: monitor!.createRevision,
      assignedAt: expect.any(String),
      cause: 'new',
    });
  });

  it('assigns a new monitor to a worker at once', async () => {
    await bench.worker('w1');
    await bench.scheduler();
    await bench.leader();
    const latencies: number[] = [];
    for (let i = 0; i < 20; i++) {
      await bench.monitor(`quick${i}`);
      const startedAt = performance.now();
      while (!(await bench.client.get(bench.keys.assignment('w1', `quick${i}`)))) {
        expect(performance.now() - startedAt).toBeLessThan(5_000);
      }
      latencies.push(performance.now() - startedAt);
    }
    latencies.sort((a, b) => a - b);
    console.log(
      `monitor put → assignment there: median ${Math.round(latencies[10]!)} ms, worst ${Math.round(latencies[19]!)} ms`,
    );
    expect(latencies[10]).toBeLessThan(2_000);
  });

  it('keeps the create revision of an assignment through an edit', async () => {
    await bench.worker('w1');
    await bench.scheduler();
    await bench.monitor('web');
    const before = await waitFor(() => bench.assignment('web'));
    const revision = await bench.monitor('web', { interval: '20s' });
    const after = await waitFor(async () => {
      const now = await bench.assignment('web');
      return now?.value.revision === revision && now;
    });
    expect(after.create).toBe(before.create);
    expect(after.value.settings.interval).toBe('20s');
    expect(after.value.phase).toBe('run');
  });

  it('lets the owner close a monitor with a state, and deletes the assignment of one without', async () => {
    await bench.worker('w1');
    await bench.scheduler();
    await bench.monitor('told');
    await bench.monitor('fresh');
    await bench.monitor('off');
    await until(async () => (await bench.assignments()).length === 3);
    const createRevision = (await bench.assignment('told'))!.value.createRevision;
    await bench.state('told', { target: TARGET, createRevision });
    await bench.state('off', { target: TARGET, createRevision: (await bench.assignment('off'))!.value.createRevision });
    await bench.delete(bench.keys.monitor('told'), bench.keys.monitor('fresh'));
    await bench.monitor('off', { disable: true });
    await until(async () => !(await bench.assignment('fresh')));
    await until(async () => (await bench.assignment('off'))?.value.phase === 'remove');
    expect((await bench.assignment('off'))!.value.reason).toBe('disabled');
    const told = await waitFor(async () => {
      const now = await bench.assignment('told');
      return now?.value.phase === 'remove' && now;
    });
    expect(told.worker).toBe('w1');
    expect(told.value).toMatchObject({ reason: 'removed', settings: SETTINGS });

    // The owner is done: first the state goes, then the assignment. The leader sees both by watches of their own.
    await bench.delete(bench.keys.state('told'));
    await atRest();
    await bench.delete(bench.keys.assignment('w1', 'told'));
    await atRest();
    expect(await bench.assignment('told')).toBeUndefined();
  });

  it('closes an incident of the old target before the new one is checked', async () => {
    await bench.worker('w1');
    await bench.scheduler();
    await bench.monitor('web');
    const before = await waitFor(() => bench.assignment('web'));
    await bench.state('web', { target: TARGET, createRevision: before.value.createRevision });
    const revision = await bench.monitor('web', { port: 10 });
    const closing = await waitFor(async () => {
      const now = await bench.assignment('web');
      return now?.value.phase === 'remove' && now;
    });
    expect(closing.value).toMatchObject({ reason: 'changed', settings: { port: 9 } });
    await bench.delete(bench.keys.state('web'), bench.keys.assignment('w1', 'web'));
    const anew = await waitFor(() => bench.assignment('web'));
    expect(anew.value).toMatchObject({ phase: 'run', revision, settings: { port: 10 } });
  });

  it('finds another worker to close what its owner could not close before it died', async () => {
    await bench.worker('w1');
    await bench.scheduler();
    await bench.monitor('web');
    await waitFor(() => bench.assignment('web'));
    await bench.state('web', { target: TARGET, createRevision: 1 });
    await bench.kill('w1');
    await bench.delete(bench.keys.monitor('web'));
    await atRest();
    expect((await bench.assignment('web'))?.worker).toBe('w1');
    await bench.worker('w2', ['other']);
    await until(async () => (await bench.assignment('web'))?.worker === 'w2');
    expect((await bench.assignment('web'))!.value.phase).toBe('remove');
  });

  it('has a state without an owner closed', async () => {
    await bench.state('gone', { target: 'http GET http://gone/', createRevision: 5 });
    await bench.worker('w1');
    await bench.scheduler();
    const { value } = await waitFor(() => bench.assignment('gone'));
    expect(value).toMatchObject({
      phase: 'remove',
      reason: 'removed',
      createRevision: 5,
      settings: { type: 'unknown' },
    });
  });

  it('disables until a time, and resumes by itself', async () => {
    await bench.worker('w1');
    await bench.scheduler();
    const resumesAt = Date.now() + 3_000;
    await bench.monitor('web', { 'disable-until': new Date(resumesAt).toISOString() });
    await bench.monitor('other');
    await waitFor(() => bench.assignment('other'));
    expect(await bench.assignment('web')).toBeUndefined();
    await waitFor(() => bench.assignment('web'));
    expect(Date.now()).toBeGreaterThanOrEqual(resumesAt);
    expect(Date.now() - resumesAt).toBeLessThan(5_000);
  });

  it('has a worker resolve notifications that another one sent without etcd about a removed monitor', async () => {
    await bench.worker('w1');
    await bench.scheduler();
    const handback = bench.keys.handback('gone', 'w9');
    await bench.put({ put: handback, value: '{}' });
    const delivering = await waitFor(() => bench.assignment('gone'));
    expect(delivering).toMatchObject({ worker: 'w1', value: { phase: 'deliver' } });
    await bench.delete(handback, bench.keys.assignment('w1', 'gone'));
    await atRest();
    expect(await bench.assignment('gone')).toBeUndefined();
  });

  it('reports orphans once, delivers their notifications, and assigns them when a worker with their tag joins', async () => {
    await bench.worker('w1');
    await bench.scheduler();
    await bench.monitor('pinned', { 'member-tag': 'eu' });
    const [event] = await waitFor(async () => {
      const events = await bench.events('monitor-orphaned');
      return events.length > 0 && events;
    });
    expect(event).toMatchObject({ monitor: 'pinned', message: expect.stringContaining('"eu"') });
    expect(await bench.assignment('pinned')).toBeUndefined();

    await bench.put({ put: bench.keys.outboxEntry('pinned', 'slack', '1'), value: '{}' });
    const delivering = await waitFor(() => bench.assignment('pinned'));
    expect(delivering).toMatchObject({ worker: 'w1', value: { phase: 'deliver' } });
    await bench.delete(bench.keys.outboxEntry('pinned', 'slack', '1'), bench.keys.assignment('w1', 'pinned'));

    await bench.worker('w2', ['us', 'eu']);
    await until(async () => (await bench.assignment('pinned'))?.worker === 'w2');
    await bench.monitor('pinned', { 'member-tag': 'eu', interval: '30s' });
    await atRest();
    expect(await bench.events('monitor-orphaned')).toHaveLength(1);
  });

  it('moves half to a worker that joins, through the owners, and all of it back when it dies', async () => {
    await bench.monitors(200);
    await bench.worker('w1');
    await bench.scheduler();
    await until(async () => (await bench.assignments()).length === 200);
    const before = new Map((await bench.assignments()).map(({ monitor, mod }) => [monitor, mod]));
    await bench.worker('w2');
    const retiring = await waitFor(async () => {
      const now = (await bench.assignments()).filter(({ value }) => value.phase === 'retire');
      return now.length >= 100 && now;
    });
    await atRest();
    expect((await bench.assignments()).filter(({ value }) => value.phase === 'retire')).toHaveLength(100);
    expect(retiring.filter(({ worker, value }) => worker !== 'w1' || value.to !== 'w2')).toEqual([]);
    const stayed = (await bench.assignments()).filter(({ value }) => value.phase === 'run');
    expect(stayed).toHaveLength(100);
    expect(stayed.filter(({ monitor, mod }) => before.get(monitor) !== mod)).toEqual([]);
    expect(await bench.handOver()).toBe(100);
    await atRest();
    expect(await bench.spread()).toEqual({ w1: 100, w2: 100 });

    await bench.kill('w2');
    await until(async () => (await bench.spread())['w1'] === 200);
    await until(async () => (await bench.events('rebalance')).length === 3);
  });

  it('cancels a planned move when its new worker is gone', async () => {
    await bench.monitors(10);
    await bench.worker('w1');
    await bench.scheduler();
    await until(async () => (await bench.assignments()).length === 10);
    await bench.worker('w2');
    await until(async () => (await bench.assignments()).filter(({ value }) => value.phase === 'retire').length === 5);
    await bench.kill('w2');
    await until(async () => (await bench.assignments()).every(({ value }) => value.phase === 'run'));
    expect(await bench.spread()).toEqual({ w1: 10 });
  });

  it('plans a storm of joins as one, not as many', async () => {
    await bench.monitors(100);
    await bench.worker('w0');
    await bench.scheduler();
    await until(async () => (await bench.assignments()).length === 100);
    for (const id of ['w1', 'w2', 'w3', 'w4']) await bench.worker(id);
    await until(async () => (await bench.assignments()).filter(({ value }) => value.phase === 'retire').length === 80);
    await atRest();
    // The first assignment counts as one; a busy machine may stretch the storm.
    expect((await bench.events('rebalance')).length).toBeLessThanOrEqual(3);
  });

  it('moves everything away from a drained worker, and gives it nothing', async () => {
    await bench.monitors(10);
    await bench.worker('w1');
    await bench.worker('w2');
    await bench.scheduler();
    await until(async () => (await bench.assignments()).length === 10);
    await bench.put({ put: bench.keys.drain('w2'), value: '{}' });
    await until(async () => (await bench.handOver()) > 0 || (await bench.spread())['w2'] === undefined);
    await until(async () => (await bench.spread())['w1'] === 10);
    await bench.monitors(20);
    await until(async () => (await bench.spread())['w1'] === 20);
    await bench.delete(bench.keys.drain('w2'));
    await until(async () => (await bench.assignments()).filter(({ value }) => value.to === 'w2').length === 10);
    const told = async (type: 'member-drained' | 'member-undrained'): Promise<unknown[]> =>
      (await bench.events(type)).map(({ details }) => details?.['name']);
    await until(async () => (await told('member-undrained')).length > 0);
    expect([await told('member-drained'), await told('member-undrained')]).toEqual([['w2'], ['w2']]);
    const moved = async (): Promise<unknown[]> =>
      (await bench.events('monitor-assigned'))
        .filter(({ details }) => details?.['from'] === 'w2')
        .map(({ details }) => details?.['cause']);
    await until(async () => (await moved()).length >= 5);
    expect(await moved()).toEqual(Array(5).fill('its worker is drained'));
  });

  it('gives a drained worker nothing after its restart, under whatever id', async () => {
    await bench.monitors(10);
    await bench.worker('w1');
    await bench.worker('w2-before', [], 'worker', 'w2');
    await bench.scheduler();
    await until(async () => (await bench.spread())['w2-before'] === 5);
    await bench.put({ put: bench.keys.drain('w2'), value: '{}' });
    await bench.kill('w2-before');
    await bench.worker('w2-after', [], 'worker', 'w2');
    await until(async () => (await bench.spread())['w1'] === 10);
    await bench.monitors(20);
    await until(async () => (await bench.spread())['w1'] === 20);
    // While it is the only worker left, nobody runs them.
    await bench.kill('w1');
    const orphaned = await waitFor(async () => (await bench.events('monitor-orphaned'))[0]);
    expect(orphaned.details).toMatchObject({ reason: 'every suitable worker is drained' });
    expect((await bench.spread())['w2-after']).toBeUndefined();
    await bench.delete(bench.keys.drain('w2'));
    await until(async () => (await bench.spread())['w2-after'] === 20);
  });

  it('quarantines the edit that closes a circle of dependencies, until somebody opens it', async () => {
    await bench.worker('w1');
    await bench.monitor('router', { 'depends-on': ['web'] });
    await bench.monitor('web');
    await bench.scheduler();
    await waitFor(() => bench.assignment('web'));
    await bench.monitor('web', { 'depends-on': ['router'] });
    const [refused] = await waitFor(async () => {
      const events = await bench.events('config-refused');
      return events.length > 0 && events;
    });
    expect(refused).toMatchObject({
      monitor: 'web',
      message: expect.stringContaining('web -> router -> web is a circle'),
    });
    expect((await bench.assignment('web'))!.value.settings).not.toHaveProperty('depends-on');
    // Both by one hand at once: one of them never ran.
    await bench.put(
      { put: bench.keys.monitor('a'), value: encode({ ...SETTINGS, 'depends-on': ['b'] }) },
      { put: bench.keys.monitor('b'), value: encode({ ...SETTINGS, 'depends-on': ['a'] }) },
    );
    await waitFor(() => bench.assignment('a'));
    expect(await bench.assignment('b')).toBeUndefined();
    await bench.monitor('router');
    await bench.monitor('a');
    await until(async () => (await bench.assignment('web'))?.value.settings['depends-on']?.join() === 'router');
    await waitFor(() => bench.assignment('b'));
  });

  it('quarantines only the invalid monitor, and keeps its last valid version running', async () => {
    await bench.worker('w1');
    await bench.monitor('good');
    await bench.put(
      { put: bench.keys.monitor('json'), value: '{"type": "tcp"' },
      { put: bench.keys.monitor('type'), value: encode({ ...SETTINGS, type: 'tcpp' }) },
      { put: bench.keys.monitor('list'), value: '[]' },
      { put: bench.keys.monitor('wrong'), value: encode({ ...SETTINGS, interval: 5 }) },
      { put: bench.keys.monitor('big'), value: encode(SETTINGS) + ' '.repeat(300_000) },
      { put: bench.keys.monitor('a/b'), value: encode(SETTINGS) },
      { put: bench.keys.assignment('w1', 'junk'), value: 'junk' },
    );
    await bench.scheduler();
    await until(async () => (await bench.assignments()).map(({ monitor }) => monitor).join() === 'good');
    const before = (await bench.assignment('good'))!;
    await bench.put({ put: bench.keys.monitor('good'), value: '{"type": "tcp", "host"' });
    await bench.monitor('later');
    await waitFor(() => bench.assignment('later'));
    expect(await bench.assignment('good')).toEqual(before);
    const refused = await waitFor(async () => {
      const events = await bench.events('config-refused');
      return events.length >= 7 && events;
    });
    expect(refused.map((event) => event.monitor).sort()).toEqual([
      'a/b',
      'big',
      'good',
      'json',
      'list',
      'type',
      'wrong',
    ]);
    expect(refused.find((event) => event.monitor === 'good')!.message).toContain(
      'its last valid version keeps running',
    );
    expect(refused.find((event) => event.monitor === 'type')!.message).toContain('did you mean "tcp"?');

    // Its worker dies: the last valid version moves.
    await bench.worker('w2');
    await bench.kill('w1');
    await until(async () => (await bench.assignment('good'))?.worker === 'w2');
    expect((await bench.assignment('good'))!.value.settings).toEqual(SETTINGS);
    await bench.monitor('good', { interval: '30s' });
    await until(async () => (await bench.assignment('good'))?.value.settings.interval === '30s');
    expect(await bench.events('config-refused')).toHaveLength(7);
  });

  it('warns of an unknown alerter, and runs the monitor', async () => {
    await bench.worker('w1');
    await bench.put({ put: bench.keys.alerter('known'), value: encode({ type: 'slack', options: {} }) });
    await bench.scheduler();
    await bench.leader();
    await bench.monitor('web', { 'critical-alerter': ['known', 'unknown'] });
    await waitFor(() => bench.assignment('web'));
    const [event] = await waitFor(async () => {
      const events = await bench.events('warning');
      return events.length > 0 && events;
    });
    expect(event).toMatchObject({
      monitor: 'web',
      message: 'monitor "web" uses alerters that do not exist: "unknown"',
    });
  });

  it('accepts nothing from a leader that was paused past its lease', async () => {
    await bench.monitors(20);
    await bench.worker('w1');
    const old = await bench.scheduler();
    await until(async () => (await bench.assignments()).length === 20);
    await bench.scheduler();
    // As after a pause: the lease is over and another process leads, but this one does not know it yet.
    const fence = old.leadership.fence;
    await bench.client.revokeLease(old.node.session.lease!);
    await until(async () => bench.schedulers[1]!.leadership.isLeader());
    const { composeWrite, writeAssignments } = await import('./write-assignments.js');
    const holding = old.caches.view.holdings('m3')[0]!;
    const effects = [
      { act: 'drop', cause: 'removed', holding, ownerGone: false } as const,
      {
        act: 'assign',
        cause: 'new',
        to: 'w1',
        content: {
          phase: 'run',
          subject: { settingsJson: '{}', target: '', weight: 1, intervalMs: 1, memberTag: undefined },
          revision: 1,
          createRevision: 1,
        },
      } as const,
    ];
    for (const [index, effect] of effects.entries()) {
      const write = composeWrite(
        new Stores(bench.client, bench.keys),
        index === 0 ? 'm3' : 'stray',
        effect,
        new Date().toISOString(),
      );
      const written = await writeAssignments(old.node.stores, [write], { fence, mayWrite: () => true });
      expect(written).toMatchObject({ accepted: [], refusals: 1 });
      // The fence refuses it: without the fence etcd accepts the same write.
      const unfenced = await writeAssignments(old.node.stores, [write], { fence: [], mayWrite: () => true });
      expect(unfenced.accepted).toHaveLength(1);
    }
    await until(async () => (await bench.assignments()).length === 20 && (await bench.assignment('m3')));
  });

  it('gives the work of a worker away whose member key was overwritten with nonsense and then deleted', async () => {
    await bench.monitors(10);
    await bench.worker('w1');
    await bench.worker('ghost');
    await bench.scheduler();
    await until(async () => Object.keys(await bench.spread()).length === 2);
    await bench.put({ put: bench.keys.member('ghost'), value: '{}' });
    await bench.delete(bench.keys.member('ghost'));
    await bench.monitor('later');
    await until(async () => (await bench.spread())['w1'] === 11);
  });

  it('assigns nothing to a worker whose member key is gone, whatever the cache says', async () => {
    await bench.worker('w1');
    const scheduler = await bench.scheduler();
    await bench.leader();
    const { composeWrite, writeAssignments } = await import('./write-assignments.js');
    await bench.monitor('web');
    const { value } = await waitFor(() => bench.assignment('web'));
    await bench.kill('w1');
    const content = {
      phase: 'run' as const,
      subject: { settingsJson: encode(value.settings), target: '', weight: 1, intervalMs: 1, memberTag: undefined },
      revision: 1,
      createRevision: 1,
    };
    const write = composeWrite(
      new Stores(bench.client, bench.keys),
      'x',
      { act: 'assign', cause: 'new', to: 'w1', content },
      '',
    );
    const stores = new Stores(bench.client, bench.keys);
    const how = { fence: scheduler.leadership.fence, mayWrite: () => true };
    expect((await writeAssignments(stores, [write], how)).accepted).toEqual([]);
    await bench.worker('w2');
    const good = composeWrite(stores, 'y', { act: 'assign', cause: 'new', to: 'w2', content }, '');
    // One that is refused takes the others with it, unless each goes alone.
    expect((await writeAssignments(stores, [write, good], how)).accepted).toEqual([]);
    const alone = await writeAssignments(stores, [write, good], {
      ...how,
      fence: scheduler.leadership.fence,
      alone: true,
    });
    expect(alone.accepted).toEqual([good]);
  });

  it('does not treat workers as dead shortly after an outage', async () => {
    await bench.monitors(10);
    await bench.worker('w1');
    const proxy = await startSeverableProxy(Number(new URL(etcd.endpoint).port));
    const scheduler = await bench.scheduler(proxy.endpoint);
    await until(async () => (await bench.assignments()).length === 10);
    await bench.worker('w2');
    await until(async () => (await bench.handOver()) === 5);
    proxy.cut();
    await until(async () => !scheduler.leadership.isLeader());
    await bench.kill('w2');
    await new Promise((resolve) => setTimeout(resolve, 500));
    proxy.heal();
    await bench.monitor('new');
    await until(async () => (await bench.assignment('new')) !== undefined);
    await atRest();
    expect((await bench.spread())['w2']).toBe(5);
    await proxy.stop();
  });

  it('elects a successor that moves nothing, knows what was reported, and continues', async () => {
    await bench.monitors(30);
    await bench.worker('w1');
    await bench.worker('w2');
    await bench.monitor('nowhere', { 'member-tag': 'eu' });
    await bench.put({ put: bench.keys.monitor('bad'), value: '{' });
    const first = await bench.scheduler();
    await until(async () => (await bench.events('monitor-orphaned')).length === 1);
    const second = await bench.scheduler();
    await until(async () => second.caches.listed && second.leadership.anotherLeads);
    await atRest();
    const before = await bench.assignments();
    await first.stop();
    bench.schedulers.shift();
    const startedAt = performance.now();
    await bench.leader();
    await bench.monitor('after');
    await waitFor(() => bench.assignment('after'));
    console.log(`resigned → the next leader assigns: ${Math.round(performance.now() - startedAt)} ms`);
    expect((await bench.assignments()).filter(({ monitor }) => monitor !== 'after')).toEqual(before);
    await waitFor(async () => (await bench.events('leader-elected')).length === 2);
    await waitFor(async () => (await bench.events('member-left')).length === 1);
    expect(await bench.events('monitor-orphaned')).toHaveLength(1);
    expect(await bench.events('config-refused')).toHaveLength(1);
  });

  it('reports configuration changes while it leads', async () => {
    await bench.monitor('before');
    await bench.scheduler();
    await bench.leader();
    await bench.monitor('web');
    await waitFor(async () => (await bench.events('config-added')).length === 1);
    await bench.monitor('web', { interval: '20s' });
    await waitFor(async () => (await bench.events('config-changed')).length === 1);
    await bench.delete(bench.keys.monitor('web'));
    await bench.put({ put: bench.keys.alerter('team'), value: '{}' });
    await waitFor(async () => (await bench.events('config-removed')).length === 1);
    await waitFor(async () => (await bench.events('config-added')).length === 2);
    await bench.monitors(120);
    await waitFor(async () => (await bench.events('config-added')).some((event) => event.details?.['count'] === 120));
    expect((await bench.events('config-added')).map((event) => event.monitor)).not.toContain('before');
  });

  it('assigns 5,000 monitors quickly', async () => {
    await bench.monitors(5_000);
    await bench.worker('w1');
    await bench.worker('w2');
    const startedAt = performance.now();
    await bench.scheduler();
    await until(
      async () => (await bench.client.list(bench.keys.assignments, { keysOnly: true })).entries.length === 5_000,
    );
    const coldMs = Math.round(performance.now() - startedAt);
    await atRest();
    const killedAt = performance.now();
    await bench.kill('w2');
    await until(
      async () =>
        (await bench.client.list(bench.keys.assignmentsOf('w1'), { keysOnly: true })).entries.length === 5_000,
    );
    console.log(
      `5,000 monitors: assigned in ${coldMs} ms; half of them moved in ${Math.round(performance.now() - killedAt)} ms`,
    );
    expect(coldMs).toBeLessThan(10_000);
  });
});
