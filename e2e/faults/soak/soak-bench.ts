import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FaultBench, names, type NodeProcess, startSeverableProxy, waitFor } from '../harness/index.js';
import type { BenchNodeOptions } from '../harness/recorded-cluster.js';
import type { SeededRandom } from './seeded-random.js';

type Proxy = Awaited<ReturnType<typeof startSeverableProxy>>;

/** A role and name for a process; when that dies, another one replaces it. */
export interface SoakMember {
  role: 'scheduler' | 'worker';
  name: string;
  node: NodeProcess;
  /** Between it and etcd. */
  proxy: Proxy;
}

const MONITORS = 36;
export const INTERVAL_MS = 1_500;
export const ALERTERS = ['pager', 'chat'] as const;
const READY_MS = 90_000;

/** A small cluster, each process behind a proxy of its own: light enough that several soaks run side by side. */
export class SoakBench {
  readonly monitors = names(MONITORS);
  readonly members: SoakMember[] = [];
  private extras = 0;
  private readonly dataDir = mkdtempSync(join(tmpdir(), '9volt-soak-'));

  private constructor(
    readonly bench: FaultBench,
    readonly random: SeededRandom,
  ) {}

  static async start(random: SeededRandom): Promise<SoakBench> {
    const soak = new SoakBench(await FaultBench.start(), random);
    await soak.fill('scheduler', ['s1', 's2']);
    await soak.fill('worker', ['w1', 'w2', 'w3']);
    for (const alerter of ALERTERS) await soak.bench.alert(alerter);
    await soak.bench.watch(soak.monitors, { intervalMs: INTERVAL_MS, alerters: ALERTERS });
    await soak.bench.running();
    return soak;
  }

  membersOf(role: SoakMember['role']): SoakMember[] {
    return this.members.filter((member) => member.role === role);
  }

  async leading(): Promise<SoakMember> {
    const { node } = await this.bench.leader();
    return this.members.find((member) => member.node === node) ?? this.random.pick(this.membersOf('scheduler'));
  }

  /** Starts another process after one died. */
  async refill(member: SoakMember, options: BenchNodeOptions = {}): Promise<void> {
    member.node = await this.bench.node(member.role, member.name, { ...this.optionsOf(member.proxy), ...options });
  }

  /** Names that no monitor had yet. */
  freshNames(count: number): string[] {
    this.extras += count;
    return names(this.extras, 'extra').slice(-count);
  }

  async stop(): Promise<void> {
    await this.bench.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  /** Waits until all processes are ready, there is a leader, and no monitor moves. */
  async recovered(): Promise<void> {
    await waitFor(
      async () => {
        const ready = await Promise.all(this.members.map(({ node }) => node.isReady()));
        return ready.every(Boolean) && (await this.bench.director()) !== undefined && (await this.bench.isSettled());
      },
      { timeoutMs: READY_MS, what: 'all to have recovered' },
    );
  }

  private optionsOf(proxy: Proxy): { etcd: string; args: string[] } {
    return { etcd: proxy.endpoint, args: ['--data-dir', this.dataDir] };
  }

  private async fill(role: SoakMember['role'], memberNames: readonly string[]): Promise<void> {
    for (const name of memberNames) {
      const proxy = this.bench.cluster.use(await startSeverableProxy(this.bench.cluster.etcd.clientPort));
      this.members.push({ role, name, proxy, node: await this.bench.node(role, name, this.optionsOf(proxy)) });
    }
  }
}
