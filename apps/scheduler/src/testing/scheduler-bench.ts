import type { Assignment, ClusterEvent, Member, MemberRole, MonitorState } from '@9volt/contracts';
import { type ClusterNode, decode, encode, type Op } from '@9volt/etcd-dal';
import { testNode, waitFor, wholeMember, wholeState } from '@9volt/etcd-dal/testing';
import { AppLogger, Health, loadNodeConfig, Metrics, type NodeConfig } from '@9volt/platform';
import { AssignmentReconciler } from '../assignment/assignment.reconciler.js';
import { ConfigEventsService } from '../events/config-events.service.js';
import { LeadershipService } from '../leadership/leadership.service.js';
import { SchedulerCaches } from '../caches/scheduler-caches.js';
import { SchedulerService } from '../scheduler.service.js';

/** Settings of a scheduler; the one of its archive in the words of the command line. */
export function schedulerConfig(archiveUrl?: string, archiveKeep = '400d'): NodeConfig {
  return loadNodeConfig('scheduler', { archiveKeep, ...(archiveUrl === undefined ? {} : { archiveUrl }) }, {});
}

/** One scheduler as the application composes it, without Nest. */
export class TestScheduler {
  readonly caches: SchedulerCaches;
  readonly leadership: LeadershipService;
  readonly reconciler: AssignmentReconciler;
  readonly service: SchedulerService;
  readonly metrics = new Metrics();

  constructor(readonly node: ClusterNode) {
    const logger = process.env['TEST_LOG']
      ? AppLogger.create({ debug: true, name: node.memberId })
      : AppLogger.silent();
    this.caches = new SchedulerCaches(node);
    this.leadership = new LeadershipService(node, logger, this.metrics);
    this.reconciler = new AssignmentReconciler(node, this.caches, this.leadership, logger, this.metrics);
    const configEvents = new ConfigEventsService(node, this.caches, this.leadership, logger);
    this.service = new SchedulerService(
      node,
      this.caches,
      this.leadership,
      this.reconciler,
      configEvents,
      logger,
      new Health(),
    );
  }

  async start(): Promise<void> {
    this.service.onApplicationBootstrap();
    await this.node.start('');
  }

  async stop(): Promise<void> {
    await this.service.beforeApplicationShutdown();
    await this.node.stop();
  }
}

/** A cluster of schedulers and of workers that consist only of member keys, with the questions that tests ask etcd. */
export class SchedulerBench {
  readonly schedulers: TestScheduler[] = [];
  readonly client: ClusterNode['client'];
  readonly keys: ClusterNode['keys'];
  private readonly own: ClusterNode;
  private readonly leases = new Map<string, string>();

  constructor(
    readonly endpoint: string,
    readonly prefix: string,
  ) {
    this.own = testNode(endpoint, prefix, { role: 'api' });
    this.client = this.own.client;
    this.keys = this.own.keys;
  }

  async scheduler(endpoint = this.endpoint): Promise<TestScheduler> {
    const scheduler = new TestScheduler(testNode(endpoint, this.prefix, { role: 'scheduler' }));
    this.schedulers.push(scheduler);
    await scheduler.start();
    return scheduler;
  }

  async leader(): Promise<TestScheduler> {
    return waitFor(() => this.schedulers.find((scheduler) => scheduler.leadership.isLeader()), { what: 'a leader' });
  }

  /** A member that runs checks. By default its id is its name. */
  async worker(id: string, tags: string[] = [], role: MemberRole = 'worker', name = id): Promise<void> {
    const lease = await this.client.grantLease(600_000);
    this.leases.set(id, lease.id);
    const whole = { ...wholeMember };
    delete whole.Load;
    const member: Member = { ...whole, MemberID: id, Name: name, Role: role, Tags: tags };
    await this.put({ put: this.keys.member(id), value: encode(member), lease: lease.id });
  }

  /** The member key goes with its lease, as at the end of a process. */
  async kill(id: string): Promise<void> {
    await this.client.revokeLease(this.leases.get(id) as string);
    this.leases.delete(id);
  }

  async monitor(name: string, settings: Record<string, unknown> = {}): Promise<number> {
    return this.put({ put: this.keys.monitor(name), value: encode({ ...SETTINGS, ...settings }) });
  }

  async monitors(count: number, settings: Record<string, unknown> = {}): Promise<void> {
    for (let from = 0; from < count; from += 128) {
      const names = Array.from({ length: Math.min(128, count - from) }, (_, i) => `m${from + i}`);
      await this.put(
        ...names.map((name) => ({ put: this.keys.monitor(name), value: encode({ ...SETTINGS, ...settings }) })),
      );
    }
  }

  /** States and monitors come on watches of their own: every scheduler knows the state before the next step of a test. */
  async state(name: string, state: Partial<MonitorState>): Promise<void> {
    await this.put({ put: this.keys.state(name), value: encode({ ...wholeState, ...state }) });
    for (const { caches } of this.schedulers) {
      await waitFor(() => caches.leftovers.state(name), { what: `the state of ${name} known` });
    }
  }

  async put(...then: Op[]): Promise<number> {
    return (await this.client.txn({ compare: [], then })).revision;
  }

  async delete(...keys: string[]): Promise<void> {
    await this.put(...keys.map((key) => ({ delete: key })));
  }

  async assignments(): Promise<{ worker: string; monitor: string; value: Assignment; create: number; mod: number }[]> {
    const { entries } = await this.client.list(this.keys.assignments);
    return entries.map((entry) => {
      const { workerId: worker, monitor } = this.keys.parseAssignment(entry.key) as {
        workerId: string;
        monitor: string;
      };
      const value = decode<Assignment>(entry.value) as Assignment;
      return { worker, monitor, value, create: entry.createRevision, mod: entry.modRevision };
    });
  }

  async assignment(monitor: string): Promise<Awaited<ReturnType<SchedulerBench['assignments']>>[number] | undefined> {
    return (await this.assignments()).find((assignment) => assignment.monitor === monitor);
  }

  /** Assignments by worker. */
  async spread(): Promise<Record<string, number>> {
    const spread: Record<string, number> = {};
    for (const { worker } of await this.assignments()) spread[worker] = (spread[worker] ?? 0) + 1;
    return spread;
  }

  /** Does an owner's part of a planned move. Answers how many were handed over. */
  async handOver(): Promise<number> {
    const retiring = (await this.assignments()).filter(({ value }) => value.phase === 'retire');
    for (const { worker, monitor, value, mod } of retiring) {
      const { to, ...rest } = value;
      const [from, target] = [this.keys.assignment(worker, monitor), this.keys.assignment(to as string, monitor)];
      await this.client.txn({
        compare: [
          { key: from, target: 'mod', value: mod },
          { key: target, target: 'mod', value: 0 },
        ],
        then: [{ delete: from }, { put: target, value: encode({ ...rest, phase: 'run' }) }],
      });
    }
    return retiring.length;
  }

  async events(type?: ClusterEvent['type']): Promise<ClusterEvent[]> {
    const { entries } = await this.client.list(this.keys.events);
    const events = entries.map((entry) => decode<ClusterEvent>(entry.value) as ClusterEvent);
    return events.filter((event) => type === undefined || event.type === type);
  }

  async stop(): Promise<void> {
    await Promise.all(this.schedulers.map((scheduler) => scheduler.stop()));
    for (const id of [...this.leases.keys()]) await this.kill(id);
    this.client.close();
  }
}

export const SETTINGS = { type: 'tcp', host: '127.0.0.1', port: 9, interval: '10s' };
