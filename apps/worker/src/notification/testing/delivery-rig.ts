import { sampleAlarm, sampleResolve } from '@9volt/alerters/testing';
import {
  type Alert,
  type Assignment,
  type ClusterEvent,
  type IncidentRecord,
  type OutboxEntry,
  timeId,
} from '@9volt/contracts';
import { type ClusterNode, decode, encode } from '@9volt/etcd-dal';
import { testNode } from '@9volt/etcd-dal/testing';
import { GuardedTargets } from '@9volt/monitors';
import { AppLogger, Health, Metrics, SecretReader } from '@9volt/platform';
import { Programs } from '@9volt/process';
import { Detachment } from '../../ledger/detachment.js';
import { Evaluations } from '../../ledger/evaluations.js';
import { Spools } from '../../ledger/spools.js';
import { OwnedMonitors } from '../../owned/owned-monitors.js';
import { AlerterCache } from '../alerter-cache.js';
import { EtcdDeliveryLedger } from '../etcd-delivery-ledger.js';
import { SpoolDeliveryLedger } from '../spool-delivery-ledger.js';
import { DeliveryReport } from '../delivery-report.js';
import { DeliverySteps } from '../delivery-steps.js';
import { DeliveryService } from '../delivery.service.js';
import { DeliverySettings } from '../delivery-settings.js';
import { GroupDeliveryService } from '../groups/group-delivery.service.js';
import { GroupMessages } from '../groups/group-messages.js';
import { InFlight } from '../../outbox/in-flight.js';
import { OutboxView } from '../../outbox/outbox-view.js';
import { OwnedMonitor } from '../../owned/owned-monitor.js';
import { SystemClock } from '../../time/clock.js';
import { Attempts } from '../attempts.js';
import { OwedQueues } from '../owed-queues.js';
import { Settling } from '../settling.js';

/** Assignments that a test gives and takes: real keys in etcd, reported to this process at once. */
export class TestOwnership {
  constructor(
    private readonly node: ClusterNode,
    private readonly monitors: OwnedMonitors,
  ) {}

  async assign(monitor: string): Promise<void> {
    const key = this.node.keys.assignment(this.node.memberId, monitor);
    const value = { settings: {} } as Assignment;
    const { revision } = await this.node.client.txn({ compare: [], then: [{ put: key, value: encode(value) }] });
    const item = { key, value, createRevision: revision, modRevision: revision };
    this.monitors.add(new OwnedMonitor(monitor, item));
  }

  /** Takes it away in etcd; `unnoticed`: this process does not know yet. */
  async withdraw(monitor: string, how: 'noticed' | 'unnoticed'): Promise<void> {
    const key = this.node.keys.assignment(this.node.memberId, monitor);
    await this.node.client.txn({ compare: [], then: [{ delete: key }] });
    const owned = this.monitors.get(monitor);
    if (how === 'noticed' && owned) this.monitors.remove(owned);
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
  readonly groups: GroupDeliveryService;
  readonly metrics = new Metrics();
  readonly detachment: Detachment;
  private readonly alerters: AlerterCache;

  constructor(endpoint: string, prefix: string, settings: Partial<DeliverySettings> = {}) {
    this.node = testNode(endpoint, prefix, { role: 'worker', onEvent: (event) => this.events.push(event) });
    const monitors = new OwnedMonitors();
    this.ownership = new TestOwnership(this.node, monitors);
    this.outbox = new OutboxView(this.node);
    this.alerters = new AlerterCache(this.node);
    const { node, outbox, inFlight } = this;
    const evaluations = new Evaluations(node, new SystemClock());
    const spools = new Spools(node, monitors, evaluations, inFlight);
    this.detachment = new Detachment(node, AppLogger.silent(), new Health(), this.metrics);
    const report = new DeliveryReport(node, AppLogger.silent(), this.metrics, outbox, this.alerters);
    const own = Object.assign(new DeliverySettings(), { random: () => 0, stopMs: 500 }, settings);
    const owed = new OwedQueues(node, outbox, spools, this.detachment, monitors, inFlight, evaluations);
    const spooled = new SpoolDeliveryLedger(this.detachment, spools, outbox);
    const ledger = new EtcdDeliveryLedger(node, outbox);
    const settling = new Settling(ledger, spooled, this.detachment, report);
    const attempts = new Attempts(report, new SecretReader(), new Programs([], 1), new GuardedTargets(), own);
    const steps = new DeliverySteps(owed, inFlight, settling, attempts, report, own);
    this.service = new DeliveryService(owed, this.alerters, inFlight, steps, report, own);
    const { alerters, detachment } = this;
    const messages = new GroupMessages(node, attempts, ledger, report, own);
    this.groups = new GroupDeliveryService(node, outbox, monitors, alerters, messages, detachment, report);
  }

  async start(): Promise<this> {
    await this.node.start('');
    this.service.onApplicationBootstrap();
    this.groups.onApplicationBootstrap();
    await Promise.all([this.outbox.start(), this.alerters.start()]);
    return this;
  }

  async stop(): Promise<void> {
    await Promise.all([this.service.stop(), this.groups.stop()]);
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

  /** Adds pending notifications, all in one transaction. */
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
