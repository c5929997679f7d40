import { setTimeout as sleep } from 'node:timers/promises';
import { someOf } from '@9volt/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EventStream } from '../harness/index.js';
import { FaultBench, names, waitFor } from './harness/index.js';

const RESUMED_WITHIN_MS = 5_000;
const SLACK_MS = 3_000;

describe('the API killed during a live stream and writes', () => {
  let bench: FaultBench;
  beforeEach(async () => {
    bench = await FaultBench.start();
  });
  afterEach(() => bench.stop());

  it('no write is partial or forgotten; the client resumes elsewhere within 5 s and misses nothing', async () => {
    await Promise.all([bench.node('scheduler', 's1'), bench.node('worker', 'w1')]);
    const [dying, other] = [await bench.node('api', 'a1'), await bench.node('api', 'a2')];
    await bench.watch(names(20), { intervalMs: 1_000 });
    await bench.running();
    const streamOf = (url: string, lastId?: string): Promise<EventStream> =>
      EventStream.open(`${url}/api/v1/stream?types=monitor`, lastId === undefined ? {} : { 'Last-Event-ID': lastId });
    const first = bench.cluster.use(await streamOf(dying.url));
    await first.next('ready');

    // Both attributes of each write contain its number: the stored ones must come from one write.
    const acknowledged = new Map<string, number>();
    let count = 0;
    let isWriting = true;
    const write = async (): Promise<void> => {
      while (isWriting) {
        const number = ++count;
        const name = `written${number % 10}`;
        const body = JSON.stringify({
          ...bench.settings('m0', { intervalMs: 60_000 }),
          description: `${number}`,
          tags: [`${number}`],
        });
        const url = `${isWriting && !dying.hasEnded ? dying.url : other.url}/api/v1/monitor/${name}`;
        const response = await fetch(url, {
          method: 'PUT',
          headers: { 'content-type': 'application/json' },
          body,
        }).catch(() => undefined);
        if (response?.ok) acknowledged.set(name, number);
        await sleep(10);
      }
    };
    const writers = [write(), write()];
    await waitFor(() => acknowledged.size === 10, { timeoutMs: 30_000, what: 'writes to be acknowledged' });
    await first.next('monitor');
    const killedAt = Date.now();
    await bench.fault('crash', dying.name, () => dying.signal('SIGKILL'));
    const before = first.messages.length;
    const resumed = bench.cluster.use(await streamOf(other.url, first.lastId));
    await resumed.next('monitor');
    const failoverMs = Date.now() - killedAt;
    await sleep(2_000);
    isWriting = false;
    await Promise.all(writers);
    await sleep(1_000);

    const stored = await bench.cluster.list<{ description: string; tags: string[] }>(bench.cluster.keys.monitors);
    for (const [name, number] of someOf(acknowledged)) {
      const { description, tags } = stored.get(name) as { description: string; tags: string[] };
      expect(tags).toEqual([description]);
      // A later one may have been stored without an answer.
      expect(Number(description)).toBeGreaterThanOrEqual(number);
    }
    expect(resumed.messages.some(({ event }) => event === 'reset')).toBe(false);
    const heard = new Map<string, string>();
    for (const { event, data } of [...first.messages.slice(0, before), ...resumed.messages]) {
      if (event === 'monitor') heard.set(String(data['name']), JSON.stringify(data));
    }
    for (const [name, { description }] of someOf(stored)) {
      if (acknowledged.has(name)) expect(heard.get(name)).toContain(`"${description}"`);
    }
    await bench.conclude('3 kill -9 API', { failoverMs, note: `${count} writes` });
    expect(failoverMs).toBeLessThan(RESUMED_WITHIN_MS + SLACK_MS);
  });
});
