import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { someOf } from '@9volt/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { canFakeClocks, clockOff, fakeClock, FaultBench, names, type NodeProcess, waitFor } from './harness/index.js';

const given = canFakeClocks ? it : it.skip;

/** Time at each setting of the clock. */
const DWELL_MS = 12_000;

describe('the wall clock of all processes set forward and back by an hour', () => {
  let bench: FaultBench;
  let dir: string;
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), '9volt-clock-'));
    bench = await FaultBench.start();
  });
  afterEach(async () => {
    await bench.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  given('no lease is lost, nothing runs in a burst, no slot is skipped, an open incident stays one', async () => {
    const file = join(dir, 'offset');
    const set = (offset: string): void => writeFileSync(file, `${offset}\n`);
    set('+0');
    const env = fakeClock({ FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1' });
    const nodes = [
      ...(await bench.nodes('scheduler', ['s1', 's2'], { env })),
      ...(await bench.nodes('worker', ['w1', 'w2'], { env })),
    ];
    await bench.alert('pager');
    await bench.watch(names(40), { intervalMs: 2_000, alerters: ['pager'] });
    await bench.running();
    const members = async (): Promise<string[]> =>
      (await bench.cluster.client.list(bench.cluster.keys.members)).entries
        .map(({ key, createRevision, lease }) => `${key} ${createRevision} ${lease}`)
        .sort();
    const membersBefore = await members();
    const leader = await bench.director();
    bench.targets.break(['m0']);
    await bench.told('m0', ['critical']);
    await bench.outboxEmpty();

    for (const offset of ['+3600', '-3600', '+0']) {
      set(offset);
      const hour = Math.round(Number(offset) / 3_600);
      const skewMs = async (): Promise<number> => {
        const date = (await fetch(`${(nodes[0] as (typeof nodes)[number]).url}/livez`)).headers.get('date');
        return Date.parse(date ?? '') - Date.now();
      };
      // The clock really differs.
      await waitFor(async () => Math.abs((await skewMs()) - hour * 3_600_000) < 60_000, { what: `${offset} s` });
      await sleep(DWELL_MS);
    }
    bench.targets.break(['m1']);
    await bench.told('m1', ['critical']);
    bench.targets.mend(['m0', 'm1']);
    await bench.told('m0', ['critical', 'resolve']);
    await bench.told('m1', ['critical', 'resolve']);

    expect(await members()).toEqual(membersBefore);
    expect((await bench.director())?.epoch).toBe(leader?.epoch);
    const perSecond = new Map<number, number>();
    for (const { at } of someOf(bench.targets.probes)) {
      const second = Math.floor(at / 1_000);
      perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
    }
    const busiest = Math.max(...perSecond.values());
    await bench.conclude('12 wall clock ±1 h', { note: `${busiest} checks in the busiest second, 20 are due` });
    expect(busiest).toBeLessThan(45);
  });

  given(
    'a worker whose clock is three hours ahead dies: the checks of the next owner are not shown as stale',
    async () => {
      const env = clockOff(1);
      await bench.node('scheduler', 's1');
      const api = await bench.node('api', 'a1');
      const [ahead] = (await bench.nodes('worker', ['w1'], { env })) as [NodeProcess];
      await bench.node('worker', 'w2');
      await bench.watch(names(40), { intervalMs: 2_000 });
      await bench.running();
      const cluster = async (): Promise<{
        Members: Record<string, { Name: string; ClockOffsetMs: number | null }>;
        Monitors: { byStatus: Record<string, number> };
      }> => (await (await fetch(`${api.url}/api/v1/cluster`)).json()) as never;
      const offsetOf = async (name: string): Promise<number | null | undefined> =>
        Object.values((await cluster()).Members).find(({ Name }) => Name === name)?.ClockOffsetMs;
      await waitFor(async () => Math.abs(((await offsetOf('w1')) ?? 0) - 10_800_000) < 60_000, {
        timeoutMs: 30_000,
        what: 'w1 to be told of as ahead',
      });
      expect(await offsetOf('w2')).toBeNull();
      await waitFor(async () => (await cluster()).Monitors.byStatus['ok'] === 40, { timeoutMs: 30_000 });
      const killedAt = Date.now();
      await bench.fault('crash', 'w1', () => ahead.signal('SIGKILL'));
      await waitFor(() => bench.checkedElsewhere(names(40), ahead, killedAt), { timeoutMs: 40_000 });
      // Longer than three dumps of results: then silence would be shown.
      await sleep(45_000);
      expect((await cluster()).Monitors.byStatus).toMatchObject({ ok: 40, stale: 0 });
      await bench.conclude('8 a clock 3 h ahead, its worker dies');
    },
  );

  given.each([
    ['ahead', 1],
    ['behind', -1],
  ] as const)(
    'a worker whose clock is three hours %s joins, and dies: no monitor is checked twice, and none late',
    async (what, direction) => {
      await bench.node('scheduler', 's1');
      await bench.nodes('worker', ['w1', 'w2']);
      await bench.watch(names(40), { intervalMs: 4_000 });
      await bench.running();
      const wrong = await bench.node('worker', 'w3', { env: clockOff(direction) });
      await waitFor(async () => bench.ownedBy(wrong).length >= 10 && (await bench.isSettled()), {
        what: 'w3 to own some',
      });
      await sleep(10_000);
      const killedAt = Date.now();
      const owned = bench.ownedBy(wrong);
      await bench.fault('crash', 'w3', () => wrong.signal('SIGKILL'));
      await waitFor(() => bench.checkedElsewhere(owned, wrong, killedAt), { timeoutMs: 40_000 });
      await sleep(8_000);
      await bench.conclude(`8 a clock 3 h ${what} joins and dies`);
    },
  );
});
