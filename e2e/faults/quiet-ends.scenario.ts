import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { NodeProcess } from '../harness/index.js';
import { someOf } from '@9volt/testing';
import { FaultBench, names, waitFor } from './harness/index.js';

const TTL_MS = 6_000;
/** From the moment when all is held. */
const ENDS_IN_MS = 25_000;
const after = (ms: number): string => new Date(Date.now() + ms).toISOString();

interface Detail {
  held: Record<string, { reason: string; text: string }>;
  told: Record<string, string>;
  incidents: { notifications: { alerter: string; type: string; outcome: string }[] }[];
}

/**
 * An acknowledgement expires, an escalation is due, a window closes, a parent with 100 children recovers alone, and a flapping ends: what was sent,
 * and why the rest was not, as the API tells it.
 */
describe('reasons to be quiet that end', () => {
  let bench: FaultBench;
  let api: NodeProcess;
  beforeEach(async () => {
    bench = await FaultBench.start({ ttlMs: TTL_MS });
    await bench.node('scheduler', 's1');
    await bench.nodes('worker', ['w1', 'w2', 'w3']);
    api = await bench.node('api', 'a1');
    await Promise.all([bench.alert('pager'), bench.alert('boss')]);
  });
  afterEach(() => bench.stop());

  const acked = names(6, 'acked');
  const escalated = names(6, 'escalated');
  const windowed = names(6, 'windowed');
  const shops = names(100, 'shop');
  const flaps = names(6, 'flap');
  const failing = [...acked, ...escalated, ...windowed, ...shops, ...flaps];

  const call = async (method: string, path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`${api.url}${path}`, {
      method,
      ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const detail = async (name: string): Promise<Detail> => (await call('GET', `/api/v1/state/${name}`)) as Detail;
  const heldBy = async (reason: string, monitors: readonly string[]): Promise<void> => {
    for (const name of monitors) {
      await waitFor(async () => (await detail(name)).held['pager']?.reason === reason, {
        timeoutMs: 60_000,
        what: `${name} to be held by ${reason}`,
      });
    }
  };
  const toldLast = async (monitors: readonly string[], type: string, alerter = 'pager'): Promise<void> => {
    for (const name of monitors) {
      await waitFor(() => bench.alerters.told(name, alerter).at(-1) === type, {
        timeoutMs: 120_000,
        what: `${type} to be the last that ${alerter} is told of ${name}`,
      });
    }
  };
  const repeated = (name: string): boolean =>
    bench.alerters.accepted('pager').some((one) => one.monitor === name && one.type === 'critical' && one.again);

  /** Everything fails and is held; then all reasons get the same end. */
  async function quieten(): Promise<number> {
    const watched = { intervalMs: 2_000, alerters: ['pager'] };
    await bench.watch(acked, { ...watched, settings: { 'renotify-interval': '3s' } });
    await bench.watch(escalated, { ...watched, settings: { escalate: [{ after: '2m', alerter: ['boss'] }] } });
    await bench.watch(windowed, { ...watched, settings: { tags: ['update'] } });
    await bench.watch(['router'], watched);
    await bench.watch(shops, { ...watched, settings: { 'depends-on': ['router'], 'depends-wait': '1m' } });
    await bench.watch(flaps, { ...watched, settings: { 'detect-flapping': true } });
    await bench.running();
    const window = { match: { tags: ['update'] }, start: after(-1_000) };
    await call('PUT', '/api/v1/maintenance/night', { ...window, end: after(3_600_000) });
    bench.targets.break([...acked, ...escalated, ...windowed, 'router', ...shops]);
    for (let n = 0; n < 8; n++) {
      if (n % 2 === 0) bench.targets.break(flaps);
      else bench.targets.mend(flaps);
      await sleep(4_000);
    }
    bench.targets.break(flaps);
    await toldLast(acked, 'critical');
    const acknowledge = async (until: string): Promise<void> => {
      for (const name of acked) await call('PUT', `/api/v1/state/${name}/ack`, { author: 'ann', until });
    };
    await acknowledge(after(3_600_000));
    await heldBy('acknowledgement', acked);
    await heldBy('maintenance', windowed);
    await heldBy('dependency', shops);
    expect(shops.concat(windowed).filter((name) => bench.alerters.told(name).length > 0)).toEqual([]);
    const endsAt = Date.now() + ENDS_IN_MS;
    await acknowledge(new Date(endsAt).toISOString());
    await call('PUT', '/api/v1/maintenance/night', { ...window, end: new Date(endsAt).toISOString() });
    return endsAt;
  }

  async function allIsTold(): Promise<void> {
    await toldLast(windowed, 'critical');
    await toldLast(shops, 'critical');
    await toldLast(flaps, 'critical');
    await toldLast(escalated, 'critical', 'boss');
    await waitFor(() => acked.every(repeated), { timeoutMs: 60_000, what: 'acknowledged incidents to be repeated' });
    for (const name of someOf(failing)) {
      const { held, told, incidents } = await waitFor(
        async () => {
          const found = await detail(name);
          return found.held['pager'] ? undefined : found;
        },
        { timeoutMs: 60_000, what: `${name} not to be held any more` },
      );
      expect([name, held, told['pager']]).toEqual([name, {}, 'critical']);
      const sent = (incidents[0]?.notifications ?? []).filter(({ outcome }) => outcome === 'delivered');
      expect([name, sent.some(({ alerter, type }) => alerter === 'pager' && type === 'critical')]).toEqual([
        name,
        true,
      ]);
    }
    const events = (await call('GET', '/api/v1/event?type=hold-ended&limit=1000')) as { monitor: string }[];
    const ended = new Set(events.map(({ monitor }) => monitor));
    expect([...acked, ...windowed, ...shops].filter((name) => !ended.has(name))).toEqual([]);
  }

  const conclude = async (scenario: string): Promise<void> => {
    bench.targets.mend([...failing, 'router']);
    await toldLast([...failing, 'router'], 'resolve');
    await toldLast(escalated, 'resolve', 'boss');
    // Other scenarios are about the rhythm of checks; incidents of a flapping target are too short to be told of each.
    await bench.conclude(
      scenario,
      {},
      { beatMs: 2_000, gapSlackMs: 20_000, gapInFaultMs: 40_000, tellWithinMs: 60_000 },
    );
  };

  it('while the owner of a third of them is killed', async () => {
    const endsAt = await quieten();
    await sleep(Math.max(0, endsAt - Date.now() - 2_000));
    const victim = await bench.ownerOf('shop0');
    bench.targets.mend(['router']);
    await bench.fault('crash', victim.name, () => victim.signal('SIGKILL'));
    await allIsTold();
    await conclude('34 quiet: all reasons end; kill -9 worker');
  });

  it('while etcd is down: whoever knows that a reason ended says so at once, the others when etcd is back', async () => {
    const endsAt = await quieten();
    await sleep(Math.max(0, endsAt - Date.now() - 12_000));
    await bench.fault('outage', 'etcd', async () => {
      await bench.cluster.etcd.kill();
      bench.targets.mend(['router']);
      await toldLast(windowed, 'critical');
      await toldLast(escalated, 'critical', 'boss');
      await waitFor(() => acked.every(repeated), { timeoutMs: 60_000, what: 'acknowledged incidents to be repeated' });
      await bench.cluster.etcd.restart();
    });
    await allIsTold();
    await conclude('35 quiet: all reasons end; etcd down');
  });
});
