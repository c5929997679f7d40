import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ScheduleModule } from '@nestjs/schedule';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  type Assignment,
  type ClusterEvent,
  DEFAULT_CLUSTER_CONFIG,
  type IncidentRecord,
  type MonitorSettings,
  type MonitorState,
  type OutboxEntry,
} from '@9volt/contracts';
import { ClusterNode, decode, encode, EtcdClient, Informer, Keyspace } from '@9volt/etcd-dal';
import { ClusterModule } from '@9volt/etcd-dal/module';
import { waitFor } from '@9volt/etcd-dal/testing';
import { AppLogger, NodeConfig, PlatformModule } from '@9volt/platform';
import { CheckRunner } from '../execution/check-runner.js';
import { Detachment } from '../ledger/detachment.js';
import { OutboxView } from '../outbox/outbox-view.js';
import { OwnedMonitors } from '../owned/owned-monitors.js';
import { Clock, SystemClock } from '../time/clock.js';
import { IsolatedEntry } from '../running/isolated-process.js';
import { WorkerModule } from '../worker.module.js';
import { SourceEntry } from './source-entry.js';

/** A worker as in a process of 9volt, on a real etcd. */
export class WorkerRig {
  /** Of workers that start from now on. */
  static historySpeed = 1;
  private stopping: Promise<void> | undefined;

  private constructor(
    private readonly app: TestingModule,
    readonly node: ClusterNode,
    readonly events: ClusterEvent[],
  ) {}

  static async start(
    endpoint: string,
    prefix: string,
    name = 'w1',
    programs: NodeConfig['programs'] = { rules: 'any', atOnce: 32 },
    dataDir?: string,
    clock: Clock = new SystemClock(),
  ): Promise<WorkerRig> {
    const events: ClusterEvent[] = [];
    const config = new NodeConfig({
      etcd: { members: [endpoint] },
      prefix,
      debug: false,
      role: 'worker',
      memberName: name,
      tags: [],
      listen: { host: '127.0.0.1', port: 0 },
      accessTokens: [],
      publicUrl: 'http://volt.example.com',
      programs,
      performanceSeries: 10,
      historySpeed: WorkerRig.historySpeed,
      dataDir,
    });
    const module = Test.createTestingModule({
      imports: [
        ClusterModule.forRoot({
          ...config,
          name,
          etcd: { ...config.etcd, callTimeoutMs: 2_000 },
          version: 'test',
          onEvent: (event) => events.push(event),
        }),
        PlatformModule.forRoot(config, AppLogger.silent()),
        ScheduleModule.forRoot(),
        WorkerModule,
      ],
    });
    const app = await module
      .overrideProvider(IsolatedEntry)
      .useValue(new SourceEntry())
      .overrideProvider(Clock)
      .useValue(clock)
      .compile();
    app.enableShutdownHooks([]);
    await app.init();
    const node = app.get(ClusterNode);
    await node.start('http://127.0.0.1:0');
    return new WorkerRig(app, node, events);
  }

  get<T>(token: abstract new (...args: never[]) => T): T {
    return this.app.get<T>(token as never);
  }

  get id(): string {
    return this.node.memberId;
  }

  holds(monitor: string): boolean {
    return this.get(OwnedMonitors).owns(monitor);
  }

  get isDetached(): boolean {
    return this.get(Detachment).active;
  }

  /** Resolves once it knows what is in the outbox: from then on it can be detached. */
  async knowsOutbox(): Promise<void> {
    await waitFor(() => this.get(OutboxView).isEmpty('nothing'));
  }

  /** Resolves when a monitor has run, as soon as the worker has it. */
  async run(monitor: string): Promise<void> {
    const { signal } = new AbortController();
    const runNow = (): Promise<unknown> => this.get(CheckRunner).runNow(monitor, signal);
    await waitFor(() => runNow().catch(() => undefined));
  }

  /** Once, however often it is called. */
  stop(): Promise<void> {
    return (this.stopping ??= this.app.close());
  }
}

/** What the leader writes, and what the workers have in etcd. */
export class LeaderStandIn {
  readonly client: EtcdClient;
  readonly keys: Keyspace;
  /** All pending notifications so far, in the order in which etcd accepted them. */
  readonly owed: OutboxEntry[] = [];
  /** All written states so far. */
  readonly states: { name: string; state: MonitorState | undefined; revision: number }[] = [];
  /** One watch for all of it, so the writes of one transaction are seen together. */
  private readonly informer: Informer<unknown>;
  private revision = 100;

  constructor(endpoint: string, prefix: string) {
    this.client = new EtcdClient({ members: [endpoint], callTimeoutMs: 2_000 });
    this.keys = new Keyspace(prefix);
    const { outbox, states } = this.keys;
    this.informer = new Informer<unknown>(this.client, {
      prefix: this.keys.root,
      decode: ({ key, value }) => (key.startsWith(outbox) || key.startsWith(states) ? decode(value) : undefined),
      onChange: ({ key, before, after, revision }) => {
        if (key.startsWith(outbox)) {
          if (!before && after) this.owed.push(after.value as OutboxEntry);
          return;
        }
        const state = after?.value as MonitorState | undefined;
        this.states.push({ name: key.slice(states.length), state, revision });
      },
    });
  }

  async start(): Promise<this> {
    await this.informer.start();
    return this;
  }

  async stop(): Promise<void> {
    await this.informer.stop();
    this.client.close();
  }

  /** Members are lost after 2 s. */
  async shortenLeases(): Promise<void> {
    const config = { ...DEFAULT_CLUSTER_CONFIG, HeartbeatInterval: '300ms', HeartbeatTimeout: '2s', ClusterId: 'c' };
    await this.put(this.keys.config, config);
  }

  async outboxIsEmpty(): Promise<boolean> {
    return (await this.client.list(this.keys.outbox, { keysOnly: true })).entries.length === 0;
  }

  /** Writes an assignment as the leader does; by default each call is a new revision of the monitor, unless `over` has one. */
  async assign(worker: string, name: string, settings: object, over: Partial<Assignment> = {}): Promise<void> {
    const assignment: Assignment = {
      phase: 'run',
      settings: settings as MonitorSettings,
      revision: ++this.revision,
      createRevision: 50,
      assignedAt: new Date().toISOString(),
      ...over,
    };
    await this.put(this.keys.assignment(worker, name), assignment);
  }

  /** Of the monitor that was assigned last. */
  get lastRevision(): number {
    return this.revision;
  }

  /** Changes part of an assignment as the leader does. */
  async change(worker: string, name: string, over: Partial<Assignment>): Promise<void> {
    const key = this.keys.assignment(worker, name);
    const entry = await this.client.get(key);
    if (!entry) throw new Error(`no ${key}`);
    await this.put(key, { ...decode<Assignment>(entry.value), ...over });
  }

  async assignment(worker: string, name: string): Promise<Assignment | undefined> {
    return this.read<Assignment>(this.keys.assignment(worker, name));
  }

  async state(name: string): Promise<MonitorState | undefined> {
    return this.read<MonitorState>(this.keys.state(name));
  }

  async incident(name: string, n = 1): Promise<IncidentRecord | undefined> {
    return this.read<IncidentRecord>(this.keys.incident(name, n));
  }

  /** Waits for a state like this, and until its notifications are in `owed`. */
  async reaches(name: string, like: Partial<MonitorState>): Promise<MonitorState> {
    return waitFor(
      async () => {
        const entry = await this.client.get(this.keys.state(name)).catch(() => undefined);
        const state = entry && decode<MonitorState>(entry.value);
        const same = Object.entries(like).every(([key, value]) => state?.[key as keyof MonitorState] === value);
        return entry && same && (await this.informer.reached(entry.modRevision, 1_000)) ? state : undefined;
      },
      { what: `${name} to be ${JSON.stringify(like)}` },
    );
  }

  /** Waits until a state is removed, and until the notifications of that are in `owed`. */
  async vanishes(name: string): Promise<void> {
    const last = (): { state: MonitorState | undefined } | undefined =>
      this.states.findLast((written) => written.name === name);
    await waitFor(() => last() !== undefined && last()?.state === undefined, { what: `no state of ${name}` });
  }

  said(name: string): string[] {
    return this.owed
      .filter(({ alert }) => alert.monitor === name)
      .map(({ alerter, alert }) => `${alerter}: ${alert.type}${alert.reason ? ` (${alert.reason})` : ''}`);
  }

  async put(key: string, value: unknown): Promise<void> {
    await this.client.txn({ compare: [], then: [{ put: key, value: encode(value) }] });
  }

  async delete(key: string): Promise<void> {
    await this.client.txn({ compare: [], then: [{ delete: key }] });
  }

  private async read<T extends object>(key: string): Promise<T | undefined> {
    const entry = await this.client.get(key);
    return entry && decode<T>(entry.value);
  }
}

/** A web server that can be broken, and records its requests. */
export class WebTarget {
  healthy = true;
  /** Milliseconds until it answers. */
  delayMs = 0;
  readonly askedAt: number[] = [];
  private readonly server: Server = createServer((_request, response) => {
    this.askedAt.push(performance.now());
    const answer = (): void => {
      response.statusCode = this.healthy ? 200 : 503;
      response.end();
    };
    if (this.delayMs > 0) setTimeout(answer, this.delayMs);
    else answer();
  });

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get settings(): { type: string; host: string; port: number } {
    return { type: 'http', host: '127.0.0.1', port: (this.server.address() as AddressInfo).port };
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
