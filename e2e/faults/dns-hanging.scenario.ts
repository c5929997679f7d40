import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FaultBench, names, waitFor } from './harness/index.js';

/** A name server has to listen on port 53, and the worker gets its own resolv.conf in a mount namespace. */
const given = process.getuid?.() === 0 ? it : it.skip;
const NAME_SERVER = '127.0.53.53';
const HANGING = 200;

describe('name servers that never answer', () => {
  let bench: FaultBench;
  let dir: string;
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), '9volt-dns-'));
    bench = await FaultBench.start();
  });
  afterEach(async () => {
    await bench.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  given(
    `${HANGING} targets by name hang: checks by address are on time, and alarms about the others leave`,
    async () => {
      const questions: number[] = [];
      const silent = createSocket('udp4', () => void questions.push(Date.now()));
      await new Promise<void>((resolve) => silent.bind(53, NAME_SERVER, resolve));
      bench.cluster.use({ close: () => new Promise<void>((resolve) => silent.close(() => resolve())) });
      const resolvConf = join(dir, 'resolv.conf');
      writeFileSync(resolvConf, `nameserver ${NAME_SERVER}\n`);
      const within = ['unshare', '--mount', 'sh', '-c', 'mount --bind "$0" /etc/resolv.conf && exec "$@"', resolvConf];

      await bench.node('scheduler', 's1');
      const worker = await bench.node('worker', 'w1', { within });
      await bench.alert('pager');
      const prompt = names(30, 'prompt');
      await bench.watch(prompt, { intervalMs: 1_000, alerters: ['pager'] });
      await bench.running();
      for (const name of names(HANGING, 'hanging')) {
        const settings = { host: `${name}.hanging.example`, timeout: '1500ms' };
        await bench.cluster.put(
          bench.cluster.keys.monitor(name),
          bench.settings(name, { intervalMs: 2_000, settings }),
        );
      }
      await sleep(20_000);
      expect(questions.length).toBeGreaterThan(HANGING);
      bench.targets.break(['prompt0']);
      await bench.told('prompt0', ['critical']);
      bench.targets.mend(['prompt0']);
      await bench.told('prompt0', ['critical', 'resolve']);
      const statusesOfHanging = async (): Promise<string[]> => {
        const states = await bench.cluster.list<{ status: string }>(bench.cluster.keys.states);
        return [...states].flatMap(([name, { status }]) => (name.startsWith('hanging') ? [status] : []));
      };
      await waitFor(async () => (await statusesOfHanging()).length === HANGING, { timeoutMs: 20_000 });
      expect(new Set(await statusesOfHanging())).toEqual(new Set(['critical']));
      const lagMs = (await bench.metric(worker, 'nodejs_eventloop_lag_p99_seconds')) * 1_000;
      await bench.conclude('15 DNS hanging', { note: `event loop lag p99 ${Math.round(lagMs)} ms` });
    },
  );
});
