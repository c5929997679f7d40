import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { someOf } from '@9volt/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { FaultBench, names, waitFor } from './harness/index.js';

const run = promisify(execFile);
const OUTAGE_MS = 60_000;
const BACK_WITHIN_MS = 15_000;
const SLACK_MS = 10_000;
/** Whatever happens to etcd, checks do not pause. */
const NO_PAUSE = { gapInFaultMs: 2_000 };

describe('etcd', () => {
  let bench: FaultBench;
  afterEach(() => bench.stop());

  async function begin(monitors: number, etcdArgs: readonly string[] = [], etcdMembers = 1): Promise<void> {
    bench = await FaultBench.start({ etcdArgs, etcdMembers });
    await bench.nodes('scheduler', ['s1', 's2']);
    await bench.nodes('worker', ['w1', 'w2', 'w3']);
    await bench.alert('pager');
    await bench.watch(names(monitors), { intervalMs: 2_000, alerters: ['pager'] });
    await bench.running();
  }

  const allReady = async (): Promise<boolean> =>
    (await Promise.all(bench.cluster.nodes.map((node) => node.isReady()))).every(Boolean);
  const allDetached = async (): Promise<boolean> => {
    const workers = bench.cluster.nodes.filter(({ role }) => role === 'worker');
    const values = await Promise.all(workers.map((node) => bench.metric(node, 'ninevolt_detached').catch(() => 0)));
    return values.every((value) => value === 1);
  };
  const each = async (monitors: readonly string[], told: readonly string[], timeoutMs = 30_000): Promise<void> => {
    for (const name of monitors) await bench.told(name, told, { timeoutMs });
  };

  it('down for 60 s while 50 targets fail and 25 recover: all notifications are sent meanwhile, none again afterwards', async () => {
    await begin(100);
    const [recovering, failing] = [names(25), names(75).slice(25)];
    bench.targets.break(recovering);
    await each(recovering, ['critical']);
    await bench.outboxEmpty();

    let slowestMs = 0;
    await bench.fault('outage', 'etcd', async () => {
      const downAt = Date.now();
      await bench.cluster.etcd.kill();
      await sleep(8_000);
      const brokenAt = Date.now();
      bench.targets.break(failing);
      bench.targets.mend(recovering);
      await each(failing, ['critical']);
      await each(recovering, ['critical', 'resolve']);
      slowestMs = Date.now() - brokenAt;
      await sleep(Math.max(0, OUTAGE_MS - (Date.now() - downAt)));
      await bench.cluster.etcd.restart();
    });
    const backAt = Date.now();
    await waitFor(allReady, { timeoutMs: 60_000, what: 'all to be ready again' });
    await waitFor(async () => (await bench.director()) !== undefined, { timeoutMs: 60_000, what: 'a leader' });
    const failoverMs = Date.now() - backAt;
    await sleep(bench.ttlMs + 10_000);
    await each(failing, ['critical']);
    await each(recovering, ['critical', 'resolve']);
    for (const name of someOf(names(100)))
      expect([name, await bench.cluster.statusOf(name)]).toEqual([name, failing.includes(name) ? 'critical' : 'ok']);
    bench.targets.mend(failing);
    await each(failing, ['critical', 'resolve']);
    const { figures } = await bench.conclude(
      '5 etcd down 60 s, 50 fail, 25 recover',
      { failoverMs, note: `all 75 told within ${(slowestMs / 1_000).toFixed(1)} s, without etcd` },
      NO_PAUSE,
    );
    expect(figures.repeated).toBe(0);
    expect(failoverMs).toBeLessThan(BACK_WITHIN_MS + SLACK_MS);
    expect(slowestMs).toBeLessThan(15_000);
  });

  it('killed and restarted at once with its data: no effect', async () => {
    await begin(30);
    bench.targets.break(['m0']);
    await bench.told('m0', ['critical']);
    await bench.outboxEmpty();
    for (let n = 0; n < 3; n++) {
      await bench.fault('outage', 'etcd', () => bench.cluster.etcd.restart());
      await sleep(3_000);
    }
    bench.targets.break(['m1']);
    await bench.told('m1', ['critical']);
    bench.targets.mend(['m0', 'm1']);
    await each(['m0', 'm1'], ['critical', 'resolve']);
    await sleep(10_000);
    await bench.conclude('6 etcd restarted three times', {}, NO_PAUSE);
  });

  it('back with an empty data directory: an outage, not a deletion', async () => {
    await begin(30);
    bench.targets.break(['m0']);
    await bench.told('m0', ['critical']);
    await bench.outboxEmpty();
    const wipedAt = Date.now();
    await bench.fault('outage', 'etcd', async () => {
      await bench.cluster.etcd.wipe();
      await waitFor(allDetached, { timeoutMs: 40_000, what: 'all workers to go on by themselves' });
      await sleep(15_000);
      bench.targets.break(['m1']);
      await bench.told('m1', ['critical']);
      bench.targets.mend(['m0', 'm1']);
      await each(['m0', 'm1'], ['critical', 'resolve']);
      await sleep(10_000);
    });
    expect(bench.cluster.nodes.filter((node) => node.hasEnded)).toEqual([]);
    for (const node of someOf(bench.cluster.nodes)) {
      expect(await node.isReady()).toBe(false);
      expect(await (await fetch(`${node.url}/readyz`)).text()).toMatch(/other|lost data|replaced/);
    }
    await bench.conclude(
      '6 etcd wiped',
      { failoverMs: Date.now() - wipedAt, note: 'checks and alerts went on' },
      NO_PAUSE,
    );
  });

  it('out of space: reported, alerts continue, a new member waits, and all recovers once there is space', async () => {
    await begin(30, ['--quota-backend-bytes=16777216', '--auto-compaction-retention=0']);
    const { etcd, client } = bench.cluster;
    bench.targets.break(['m0']);
    await bench.told('m0', ['critical']);
    await bench.outboxEmpty();
    const etcdctl = (...args: string[]): Promise<{ stdout: string }> =>
      run('etcdctl', [`--endpoints=${etcd.endpoint}`, ...args], { env: { ...process.env, ETCDCTL_API: '3' } });

    const backAt = await bench.fault('outage', 'etcd', async () => {
      for (let n = 0; n < 40; n++) {
        const put = { put: `/junk/${n}`, value: Buffer.alloc(1_000_000, n) };
        if (!(await client.txn({ compare: [], then: [put] }).catch(() => undefined))) break;
      }
      await waitFor(async () => (await client.status()).noSpace, { what: 'the alarm' });
      const names = async (): Promise<boolean> => {
        const texts = await Promise.all(
          bench.cluster.nodes.map(async (node) => (await fetch(`${node.url}/readyz`)).text()),
        );
        return texts.every((text) => /NOSPACE|no.?space|space exceeded/i.test(text));
      };
      bench.targets.break(['m1', 'm2']);
      await each(['m1', 'm2'], ['critical']);
      bench.targets.mend(['m0', 'm1']);
      await each(['m0', 'm1'], ['critical', 'resolve']);
      await waitFor(names, { timeoutMs: 30_000, what: 'all to name it' });
      const waiting = await bench.joining('worker', 'w4');
      await waitFor(() => /waiting for etcd.*space/i.test(waiting.output), {
        timeoutMs: 20_000,
        what: 'a new member to say so',
      });
      await client.txn({ compare: [], then: [{ delete: '/junk/0' }] }).catch(() => undefined);
      await etcdctl('del', '--prefix', '/junk/');
      await etcd.compact();
      await etcdctl('defrag');
      await etcdctl('alarm', 'disarm');
      return Date.now();
    });
    await waitFor(allReady, { timeoutMs: 60_000, what: 'all to be ready again' });
    const failoverMs = Date.now() - backAt;
    await sleep(15_000);
    bench.targets.mend(['m2']);
    await bench.told('m2', ['critical', 'resolve']);
    await sleep(5_000);
    const { figures } = await bench.conclude('7 etcd out of space', { failoverMs }, NO_PAUSE);
    expect(figures.repeated).toBe(0);
  });

  it('of three members, each of which is lost for a while in turn: no effect', async () => {
    await begin(60, [], 3);
    bench.targets.break(['m0']);
    await bench.told('m0', ['critical']);
    await bench.outboxEmpty();
    for (const member of bench.cluster.etcdMembers) {
      await bench.fault('outage', 'a member of etcd', async () => {
        await member.kill();
        await sleep(6_000);
        await member.restart();
        await sleep(2_000);
      });
    }
    bench.targets.break(['m1']);
    await bench.told('m1', ['critical']);
    bench.targets.mend(['m0', 'm1']);
    await each(['m0', 'm1'], ['critical', 'resolve']);
    await sleep(3_000);
    const { figures } = await bench.conclude('one of three etcd members lost', {}, NO_PAUSE);
    expect(figures.repeated).toBe(0);
  });
});
