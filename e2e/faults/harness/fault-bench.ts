import type { IncidentRecord } from '@9volt/contracts';
import type { Op } from '@9volt/etcd-dal';
import { Cluster, type NodeProcess, waitFor } from '../../harness/index.js';
import { checkHistory, type Verdict } from '../history/check-history.js';
import type { History, Probe, Promises, WatchedMonitor } from '../history/history.js';
import { AuditTrail } from './audit-trail.js';
import { RecordedCluster } from './recorded-cluster.js';
import { RecordingAlerters } from './recording-alerters.js';
import { RecordingTargets } from './recording-targets.js';
import { Standstills } from './standstills.js';
import { type Row, dump, report } from './results.js';

export interface BenchOptions {
  /** Time to live of a lease. */
  ttlMs?: number;
  etcdMembers?: number;
  etcdArgs?: readonly string[];
}

export interface MonitorOptions {
  intervalMs?: number;
  alerters?: readonly string[];
  /** The host of the targets. */
  host?: string;
  /** More attributes. */
  settings?: Record<string, unknown>;
}

const BATCH = 100;
/** The first is out of turn, and so may be the time to the second. */
const FIRST_CHECKS = 2;

/** A recorded cluster with monitors, and the judgement of its history. */
export class FaultBench extends RecordedCluster {
  private readonly monitors = new Map<string, WatchedMonitor>();
  private readonly options = new Map<string, MonitorOptions>();
  private readonly standstills = this.cluster.use(new Standstills());

  static async start({ ttlMs = 6_000, etcdMembers = 1, etcdArgs = [] }: BenchOptions = {}): Promise<FaultBench> {
    const cluster = etcdMembers > 1 ? await Cluster.startReplicated(etcdMembers) : await Cluster.start(etcdArgs);
    await cluster.put(cluster.keys.config, {
      HeartbeatInterval: `${ttlMs / 2}ms`,
      HeartbeatTimeout: `${ttlMs}ms`,
      StateDumpInterval: '10s',
    });
    const whoIs = (address: string): string => bench.byAddress.get(address) ?? address;
    const bench: FaultBench = new FaultBench(
      cluster,
      ttlMs,
      cluster.use(await RecordingTargets.start(whoIs, '0.0.0.0')),
      cluster.use(await RecordingAlerters.start(whoIs, '0.0.0.0')),
      cluster.use(new AuditTrail(cluster.client, cluster.keys)),
    );
    await bench.audit.start();
    return bench;
  }

  /** Writes monitors of recording targets into etcd. Each is known to the history from now on. */
  async watch(names: readonly string[], options: MonitorOptions = {}): Promise<void> {
    const { intervalMs = 1_000, alerters = [] } = options;
    for (let from = 0; from < names.length; from += BATCH) {
      const then = names.slice(from, from + BATCH).map((name): Op => {
        this.options.set(name, options);
        this.monitors.set(name, { name, intervalMs, alerters: [...alerters], from: Date.now() });
        return { put: this.cluster.keys.monitor(name), value: JSON.stringify(this.settings(name, options)) };
      });
      await this.cluster.client.txn({ compare: [], then });
    }
  }

  settings(name: string, options: MonitorOptions = {}): object {
    const { intervalMs = 1_000, alerters = [], host = '127.0.0.1', settings = {} } = options;
    return {
      type: 'http',
      host,
      port: this.targets.port,
      url: `/${encodeURIComponent(name)}`,
      interval: `${intervalMs}ms`,
      ...(alerters.length > 0 ? { 'critical-alerter': alerters } : {}),
      ...settings,
    };
  }

  /** Changes attributes of recorded monitors. */
  async edit(names: readonly string[], settings: Record<string, unknown>): Promise<void> {
    for (const name of names) {
      const options = { ...(this.options.get(name) as MonitorOptions) };
      options.settings = { ...options.settings, ...settings };
      this.options.set(name, options);
      await this.cluster.put(this.cluster.keys.monitor(name), this.settings(name, options));
    }
  }

  /** The history expects nothing more of this monitor. */
  forget(name: string): void {
    const monitor = this.monitors.get(name);
    if (monitor) monitor.to ??= Date.now();
  }

  /** The monitor is about to be deleted and created again. */
  noteRecreated(name: string): void {
    (this.monitors.get(name) as WatchedMonitor).recreated = true;
  }

  /** Deletes recorded monitors. */
  async remove(names: readonly string[]): Promise<void> {
    for (const name of names) {
      this.forget(name);
      await this.cluster.delete(this.cluster.keys.monitor(name));
    }
  }

  /** Waits until all monitors run in their slots; the history begins here. */
  async running(timeoutMs = 60_000): Promise<void> {
    const isInRhythm = (): boolean => {
      const counts = new Map<string, number>();
      for (const { monitor } of this.targets.probes) counts.set(monitor, (counts.get(monitor) ?? 0) + 1);
      return [...this.monitors.keys()].every((name) => (counts.get(name) ?? 0) >= FIRST_CHECKS);
    };
    await waitFor(isInRhythm, { timeoutMs, what: `${FIRST_CHECKS} checks of each monitor` });
    // Since when owners do not change by themselves.
    await waitFor(() => this.isSettled(), { timeoutMs, what: 'hand-overs to end' });
    const lastAt = new Map(this.targets.probes.map(({ monitor, at }) => [monitor, at]));
    this.targets.probes.length = 0;
    for (const monitor of this.monitors.values()) monitor.from = lastAt.get(monitor.name) ?? Date.now();
  }

  /** Waits until these are checked; the time for that is no gap. */
  async begun(names: readonly string[], timeoutMs = 30_000): Promise<void> {
    for (const name of names) {
      const first = await waitFor(() => this.targets.probes.find(({ monitor }) => monitor === name), {
        timeoutMs,
        what: `a first check of ${name}`,
      });
      (this.monitors.get(name) as WatchedMonitor).from = first.at;
    }
  }

  /** Notifications of this alerter about this monitor are not judged. */
  excuse(alerter: string, name: string): void {
    const monitor = this.monitors.get(name) as WatchedMonitor;
    monitor.alerters = monitor.alerters.filter((one) => one !== alerter);
    const { deliveries } = this.alerters;
    deliveries.splice(
      0,
      deliveries.length,
      ...deliveries.filter((one) => one.alerter !== alerter || one.monitor !== name),
    );
  }

  /** Names of the monitors of a worker, according to etcd. */
  ownedBy(node: NodeProcess): string[] {
    return [...this.monitors.keys()].filter((name) => this.audit.ownerOf(name)?.startsWith(`${node.name}-`));
  }

  /** Waits until each of these was checked. */
  async checked(monitors: readonly string[], timeoutMs: number): Promise<void> {
    const left = new Set(monitors);
    let looked = 0;
    const isDone = (): boolean => {
      const { probes } = this.targets;
      for (; looked < probes.length; looked++) left.delete((probes[looked] as Probe).monitor);
      return left.size === 0;
    };
    await waitFor(isDone, { timeoutMs }).catch(() => {
      throw new Error(`${left.size} of ${monitors.length} were not checked: ${[...left].slice(0, 10).join(', ')} …`);
    });
  }

  /** Whether each of these was checked by another process since. */
  checkedElsewhere(monitors: readonly string[], than: NodeProcess, since: number): boolean {
    const seen = new Set<string>();
    for (const { monitor, at, by } of this.targets.probes) if (at > since && by !== than.name) seen.add(monitor);
    return monitors.every((name) => seen.has(name));
  }

  /** The longest time between two checks of any of these, over the interval. */
  gapOf(monitors: readonly string[]): number {
    const chosen = new Set(monitors);
    const history = this.history();
    const some = { ...history, monitors: history.monitors.filter(({ name }) => chosen.has(name)) };
    return checkHistory(some, this.promises).figures.longestGapMs;
  }

  /** Whether each monitor has one worker, and none is about to move. */
  async isSettled(): Promise<boolean> {
    const { cluster, monitors } = this;
    const assignments = await cluster.list<{ phase: string }>(cluster.keys.assignments).catch(() => new Map());
    const running = [...assignments.values()].filter(({ phase }) => phase === 'run');
    const wanted = [...monitors.values()].filter(({ to }) => to === undefined);
    return running.length === assignments.size && assignments.size >= wanted.length;
  }

  /** Waits for this many notifications about a monitor, through one alerter or all together. */
  async told(
    monitor: string,
    types: readonly string[],
    { alerter, timeoutMs = 30_000 }: { alerter?: string; timeoutMs?: number } = {},
  ): Promise<void> {
    await waitFor(() => this.alerters.told(monitor, alerter).join() === types.join(), {
      timeoutMs,
      what: `${monitor} to be told as ${types.join(', ')}; told: ${this.alerters.told(monitor, alerter).join(', ')}`,
    });
  }

  /** Adds the notifications that messages about several contained, as the incidents in etcd say. */
  async addGrouped(): Promise<void> {
    const { keys } = this.cluster;
    const known = new Set(this.alerters.accepted().map(({ alerter, key, type }) => `${alerter} ${key} ${type}`));
    const incidents = await this.cluster.list<IncidentRecord>(keys.incidents);
    for (const [path, { id, openedAt, notifications }] of incidents) {
      const monitor = keys.parseIncident(`${keys.incidents}${path}`)?.monitor as string;
      const key = `${keys.root.slice(1, -1)}/${monitor}/${id}`;
      for (const { alerter, type, at, outcome } of notifications) {
        if (outcome !== 'delivered' || known.has(`${alerter} ${key} ${type}`)) continue;
        const times = { at: Date.parse(at), since: Date.parse(openedAt) };
        this.alerters.deliveries.push({ alerter, by: 'a group', accepted: true, monitor, type, key, ...times });
      }
    }
    this.alerters.deliveries.sort((a, b) => a.at - b.at);
  }

  get promises(): Promises {
    return {
      tellWithinMs: 2 * this.ttlMs + 10_000,
      recoveryMs: this.ttlMs + 7_000,
      gapSlackMs: 2_000,
      gapInFaultMs: this.ttlMs + 2_000 + 3_000,
      beatMs: 400,
    };
  }

  history(): History {
    return {
      monitors: [...this.monitors.values()],
      probes: this.targets.probes,
      outages: this.targets.outages,
      standstills: this.standstills.seen,
      deliveries: this.alerters.deliveries,
      holds: this.audit.holds,
      debts: this.audit.debts,
      faults: this.faults,
      endedAt: Date.now(),
    };
  }

  /** Judges the history, adds a row to the table, and throws if a promise was broken. */
  async conclude(scenario: string, row: Partial<Row> = {}, promises: Partial<Promises> = {}): Promise<Verdict> {
    const history = this.history();
    const verdict = checkHistory(history, { ...this.promises, ...promises });
    await this.audit.caughtUp(this.cluster.client).catch(() => undefined);
    const { lost, repeated, doubles, longestGapMs } = verdict.figures;
    report({ scenario, lost, repeated, doubles, longestGapMs, ...row });
    const faults = [
      ...verdict.violations.map(({ kind, monitor, message }) => `${kind}: ${monitor}: ${message}`),
      ...this.audit.violations,
    ];
    if (faults.length > 0) {
      const where = this.keep(scenario, faults);
      throw new Error(
        `${scenario}: ${faults.length} violations, the history is in ${where}\n${faults.slice(0, 20).join('\n')}`,
      );
    }
    return verdict;
  }

  /** Writes the history to a file. Answers its name. */
  keep(scenario: string, faults: readonly string[]): string {
    const logs = this.cluster.nodes.map((node) => ({ name: node.name, log: node.output }));
    return dump(scenario, { faults, history: this.history(), logs });
  }
}

export function names(count: number, prefix = 'm'): string[] {
  return Array.from({ length: count }, (_, n) => `${prefix}${n}`);
}
