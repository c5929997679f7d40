import { sampleAlarm, sampleResolve } from '@9volt/alerters/testing';
import { type Alert, type ClusterEvent, type IncidentRecord, type OutboxEntry, timeId } from '@9volt/contracts';
import { type ClusterNode, type Compare, decode, encode } from '@9volt/etcd-dal';
import { testNode } from '@9volt/etcd-dal/testing';
import { Programs } from '@9volt/monitors';
import { AppLogger, Health, Metrics, SecretReader } from '@9volt/platform';
import { Detachment } from '../../ledger/detachment.js';
import { Spools } from '../../ledger/spools.js';
import { OwnedMonitors } from '../../owned/owned-monitors.js';
import { AlerterCache } from '../alerter-cache.js';
import { DeliveryLedger } from '../delivery-ledger.js';
import { DeliveryReport } from '../delivery-report.js';
import { DeliveryService } from '../delivery.service.js';
import { DeliverySettings } from '../delivery-settings.js';
import { InFlight } from '../../outbox/in-flight.js';
import { OutboxView } from '../../outbox/outbox-view.js';
import { Ownership } from '../../owned/ownership.js';
import { Settling } from '../settling.js';

/** Assignments as a test gives and takes them: real keys in etcd, told to this process at once. */
export class TestOwnership extends Ownership {
  private readonly fences = new Map<string, Compare>();
  private readonly listeners = new Set<(monitor: string) => void>();

  constructor(private readonly node: ClusterNode) {
    super();
  }

  override owns(monitor: string): boolean {
    return this.fences.has(monitor);
  }

  override assignmentFence(monitor: string): Compare | undefined {
    return this.fences.get(monitor);
  }

  override onOwned(listener: (monitor: string) => void): void {
    this.listeners.add(listener);
  }

  async assign(monitor: string): Promise<void> {
    const key = this.node.keys.assignment(this.node.memberId, monitor);
    const { revision } = await this.node.client.txn({ compare: [], then: [{ put: key, value: '{}' }] });
    this.fences.set(monitor, { key, target: 'create', value: revision });
    for (const listener of this.listeners) listener(monitor);
  }

  /** Takes it away in etcd; `unnoticed`, this process does not know yet. */
  async withdraw(monitor: string, how: 'noticed' | 'unnoticed'): Promise<void> {
    const key = this.node.keys.assignment(this.node.memberId, monitor);
    await this.node.client.txn({ compare: [], then: [{ delete: key }] });
    if (how === 'noticed') this.fences.delete(monitor);
  }
}

/** The delivery side of one worker, on a real etcd. */
export class DeliveryRig {
  readonly node: ClusterNode;
  readonly events: ClusterEvent[] = [];
  readonly ownership: TestOwnership;
  readonly outbox: OutboxView;
  readonly inFlight = new InFlight();
  readonly service: DeliveryService;
  readonly metrics = new Metrics();
  readonly detachment: Detachment;
  private readonly alerters: AlerterCache;

  constructor(endpoint: string, prefix: string, settings: Partial<DeliverySettings> = {}) {
    this.node = testNode(endpoint, prefix, { role: 'worker', onEvent: (event) => this.events.push(event) });
    this.ownership = new TestOwnership(this.node);
    this.outbox = new OutboxView(this.node);
    this.alerters = new AlerterCache(this.node);
    const spools = new Spools(this.node, new OwnedMonitors());
    this.detachment = new Detachment(this.node, AppLogger.silent(), new Health(), this.metrics);
    const report = new DeliveryReport(this.node, AppLogger.silent(), this.metrics, this.outbox, this.alerters);
    this.service = new DeliveryService(
      this.node,
      this.outbox,
      this.alerters,
      this.ownership,
      this.inFlight,
      new Settling(new DeliveryLedger(this.node), report, this.detachment, spools, this.outbox),
      this.detachment,
      spools,
      report,
      new SecretReader(),
      new Programs([], 1),
      Object.assign(new DeliverySettings(), { random: () => 0, stopMs: 500 }, settings),
    );
  }

  async start(): Promise<this> {
    await this.node.start('');
    this.service.onApplicationBootstrap();
    await Promise.all([this.outbox.start(), this.alerters.start()]);
    return this;
  }

  async stop(): Promise<void> {
    await this.service.stop();
    await Promise.all([this.outbox.onApplicationShutdown(), this.alerters.onApplicationShutdown()]);
    await this.node.stop();
  }

  /** Resolves once this worker knows it. */
  async configure(name: string, alerter: unknown): Promise<void> {
    const key = this.node.keys.alerter(name);
    const known = new Promise<void>((resolve) => this.alerters.onChange((changed) => changed === name && resolve()));
    const op = alerter === undefined ? { delete: key } : { put: key, value: encode(alerter) };
    await this.node.client.txn({ compare: [], then: [op] });
    await known;
  }

  /** Opens incident `n` of a monitor, as the owner does. */
  async open(monitor: string, n = 1): Promise<void> {
    const record: IncidentRecord = {
      id: `7.${n}`,
      openedAt: '2026-03-01T10:00:00.000Z',
      closedAt: null,
      worst: 'critical',
      message: 'refused',
      notifications: [],
    };
    const key = this.node.keys.incident(monitor, n);
    await this.node.client.txn({ compare: [], then: [{ put: key, value: encode(record) }] });
  }

  async incident(monitor: string, n = 1): Promise<IncidentRecord | undefined> {
    const entry = await this.node.client.get(this.node.keys.incident(monitor, n));
    return entry && decode<IncidentRecord>(entry.value);
  }

  /** Owes notifications, all in one transaction. */
  async owe(monitor: string, alerter: string, types: readonly Alert['type'][], n = 1): Promise<void> {
    const key = `9volt/${monitor}/7.${n}`;
    await this.node.client.txn({
      compare: [],
      then: types.map((type) => {
        const alert = type === 'resolve' ? sampleResolve({ monitor, key }) : sampleAlarm({ type, monitor, key });
        const createdAt = new Date().toISOString();
        const entry: OutboxEntry = { id: timeId(), alerter, incident: `7.${n}`, alert, createdAt };
        return { put: this.node.keys.outboxEntry(monitor, alerter, entry.id), value: encode(entry) };
      }),
    });
  }

  async owed(): Promise<number> {
    return (await this.node.client.list(this.node.keys.outbox, { keysOnly: true })).entries.length;
  }

  told(type: ClusterEvent['type']): ClusterEvent[] {
    return this.events.filter((event) => event.type === type);
  }
}
