import type { Director, Role } from '@9volt/contracts';
import { type Cluster, MAIN_IN_MODULES, type NodeOptions, type NodeProcess, waitFor } from '../../harness/index.js';
import type { Fault, FaultKind } from '../history/history.js';
import type { AuditTrail } from './audit-trail.js';
import { preloadEnvironment, type Preloads } from './preloads.js';
import type { RecordingAlerters } from './recording-alerters.js';
import type { RecordingTargets } from './recording-targets.js';

export type BenchNodeOptions = Partial<NodeOptions> & Omit<Preloads, 'address'> & { network?: 'loopback' | 'own' };

/** Real processes that can be distinguished, targets and alerters that record, and the injected faults. */
export class RecordedCluster {
  readonly faults: Fault[] = [];
  /** Names of processes. */
  protected readonly byAddress = new Map<string, string>();
  private readonly starts = new Map<string, number>();

  protected constructor(
    readonly cluster: Cluster,
    readonly ttlMs: number,
    readonly targets: RecordingTargets,
    readonly alerters: RecordingAlerters,
    readonly audit: AuditTrail,
  ) {}

  /** Starts a process with an address of its own, and waits until it is ready. */
  async node(role: Role, name: string, options: BenchNodeOptions = {}): Promise<NodeProcess> {
    return this.cluster.node(role, this.nodeOptions(name, options));
  }

  /** The same without waiting: it cannot join yet. */
  async joining(role: Role, name: string, options: BenchNodeOptions = {}): Promise<NodeProcess> {
    return this.cluster.starting(role, this.nodeOptions(name, options));
  }

  /** Names the process that connects from an address outside of loopback. */
  knowAs(address: string, name: string): void {
    this.byAddress.set(address, name);
  }

  nodes(role: Role, names: readonly string[], options: BenchNodeOptions = {}): Promise<NodeProcess[]> {
    return Promise.all(names.map((name) => this.node(role, name, options)));
  }

  /** An alerter that records its notifications. */
  async alert(
    name: string,
    { host = '127.0.0.1', grouping = {} }: { host?: string; grouping?: object } = {},
  ): Promise<void> {
    const options = { url: `http://${host}:${this.alerters.port}/${name}` };
    await this.cluster.put(this.cluster.keys.alerter(name), { type: 'http', options, ...grouping });
  }

  /** Records a fault, from before `inject` until after it. */
  async fault<T>(kind: FaultKind, at: string, inject: () => T | Promise<T>): Promise<T> {
    const fault: Fault = { kind, at, from: Date.now(), to: Number.POSITIVE_INFINITY };
    this.faults.push(fault);
    try {
      return await inject();
    } finally {
      fault.to = Date.now();
    }
  }

  async director(): Promise<(Director & { epoch: number }) | undefined> {
    const entry = await this.cluster.client.get(this.cluster.keys.director).catch(() => undefined);
    return entry && { ...(JSON.parse(entry.value.toString()) as Director), epoch: entry.createRevision };
  }

  /** The leader; in another term than `before`. */
  async leader(before?: { epoch: number }, timeoutMs = 60_000): Promise<{ node: NodeProcess; epoch: number }> {
    return waitFor(
      async () => {
        const director = await this.director();
        if (!director || director.epoch === before?.epoch) return undefined;
        const node = await this.withId(director.MemberID);
        return node && { node, epoch: director.epoch };
      },
      { timeoutMs, what: 'a leader' },
    );
  }

  async withId(memberId: string): Promise<NodeProcess | undefined> {
    for (const node of this.cluster.nodes) {
      if (!node.hasEnded && memberId.startsWith(`${node.name}-`)) return node;
    }
    return undefined;
  }

  /** The owner of a monitor. */
  async ownerOf(monitor: string): Promise<NodeProcess> {
    return waitFor(async () => {
      const owner = this.audit.ownerOf(monitor);
      return owner === undefined ? undefined : this.withId(owner);
    });
  }

  /** Waits until no notification is pending. */
  async outboxEmpty(timeoutMs = 60_000): Promise<void> {
    await waitFor(
      async () => (await this.cluster.client.list(this.cluster.keys.outbox, { keysOnly: true })).entries.length === 0,
      { timeoutMs, what: 'the outbox to be empty' },
    );
  }

  async metric(node: NodeProcess, name: string): Promise<number> {
    const text = await (await fetch(`${node.url}/metrics`)).text();
    return [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, 'gm'))].reduce(
      (sum, [, value]) => sum + Number(value),
      0,
    );
  }

  stop(): Promise<void> {
    return this.cluster.stop();
  }

  private nodeOptions(
    name: string,
    { dropCompare, nextVersion, poisonousTypes, network = 'loopback', ...options }: BenchNodeOptions,
  ): Partial<NodeOptions> {
    const start = (this.starts.get(name) ?? 0) + 1;
    this.starts.set(name, start);
    const number = this.byAddress.size;
    const address = `127.0.${1 + Math.floor(number / 250)}.${1 + (number % 250)}`;
    if (network === 'loopback') this.byAddress.set(address, start === 1 ? name : `${name}#${start}`);
    const preloads = preloadEnvironment({
      // In a network of its own it has an address anyway: see `knowAs`.
      ...(network === 'own' ? {} : { address }),
      ...(dropCompare === undefined ? {} : { dropCompare }),
      ...(nextVersion === undefined ? {} : { nextVersion }),
      ...(poisonousTypes === undefined ? {} : { poisonousTypes }),
    });
    const changesModules = dropCompare !== undefined || nextVersion === true || poisonousTypes === true;
    return {
      name,
      ...(changesModules ? { main: MAIN_IN_MODULES } : {}),
      ...options,
      env: { ...preloads, ...options.env },
    };
  }
}
