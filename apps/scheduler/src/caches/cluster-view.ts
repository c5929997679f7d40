import { mayRunTheSame, type Member, parseDuration, runsChecks } from '@9volt/contracts';
import {
  type Change,
  clusterAheadMs,
  type ClusterNode,
  type Entry,
  type Item,
  type ReportFault,
  Watched,
} from '@9volt/etcd-dal';
import { type SuspicionRecord, suspicionOf, Suspicions } from './suspicions.js';
import { type Holding, toHolding } from './holding.js';
import type { PlannedWorker } from './pools.js';

export interface Worker extends PlannedWorker {
  name: string;
}

type Record_ =
  | { kind: 'member'; member: Member }
  | { kind: 'assignment'; holding: Holding }
  | { kind: 'drain'; worker: string }
  | SuspicionRecord
  | { kind: 'other' };

export interface ClusterViewEvents {
  /** The set of workers that may run monitors has changed. */
  onMembership: () => void;
  onHolding: (monitor: string) => void;
  onConnection: (connected: boolean) => void;
}

/**
 * Members, drains, assignments, suspicions and the leader, in one cache with one revision: one watch covers all of `cluster/`, so
 * once this cache has reached a revision, it has everything that any leader wrote up to then.
 */
export class ClusterView {
  readonly suspicions = new Suspicions();
  private readonly informer: Watched<Record_>;
  private readonly memberById = new Map<string, Member>();
  /** When each member last wrote its key, by `performance.now()`. */
  private readonly told = new Map<string, number>();
  private readonly drained = new Set<string>();
  private readonly byMonitor = new Map<string, Holding[]>();
  private workersNow: ReadonlyMap<string, Worker> | undefined;

  constructor(
    private readonly node: ClusterNode,
    private readonly events: ClusterViewEvents,
  ) {
    const all = {
      prefix: `${node.keys.root}cluster/`,
      decode: (entry: Entry, report: ReportFault) => this.decode(entry, report),
    };
    this.informer = new Watched<Record_>(node, all, {
      onChange: (change) => this.apply(change),
      onConnection: (error) => events.onConnection(error === undefined),
    });
  }

  start(): Promise<void> {
    return this.informer.start();
  }

  stop(): Promise<void> {
    return this.informer.stop();
  }

  get members(): ReadonlyMap<string, Member> {
    return this.memberById;
  }

  /** When a member last wrote its key, by `performance.now()`. */
  toldAt(id: string): number {
    return this.told.get(id) ?? Number.NEGATIVE_INFINITY;
  }

  /** The time of the cluster, in milliseconds since the epoch: see {@link clusterAheadMs}. Only once this node is a member. */
  get now(): number {
    const [nowMs, monotonicMs] = [Date.now(), performance.now()];
    const writtenAt = ({ MemberID }: Member): number => nowMs - (monotonicMs - this.toldAt(MemberID));
    const dumpMs = parseDuration(this.node.config.StateDumpInterval);
    const self = { id: this.node.memberId, checks: false };
    return nowMs + clusterAheadMs(this.memberById.values(), self, { writtenAt, dumpMs });
  }

  /** Members that run checks, by id. */
  get workers(): ReadonlyMap<string, Worker> {
    this.workersNow ??= new Map(
      [...this.memberById.values()]
        .filter((member) => runsChecks(member.Role))
        .map(({ MemberID: id, Name: name, Tags: tags }) => [id, { id, name, tags, draining: this.drained.has(name) }]),
    );
    return this.workersNow;
  }

  /** Names of drained workers, whether they are members at present or not. */
  get drains(): ReadonlySet<string> {
    return this.drained;
  }

  /** Names of monitors that have an assignment. */
  get assigned(): Iterable<string> {
    return this.byMonitor.keys();
  }

  holdings(monitor: string): readonly Holding[] {
    return this.byMonitor.get(monitor) ?? [];
  }

  /** Whether anything is still assigned to a member, present or gone. */
  holdsAnything(workerId: string): boolean {
    for (const holdings of this.byMonitor.values()) {
      if (holdings.some((holding) => holding.workerId === workerId)) return true;
    }
    return false;
  }

  get revision(): number {
    return this.informer.revision;
  }

  reached(revision: number, timeoutMs: number): Promise<boolean> {
    return this.informer.reached(revision, timeoutMs);
  }

  verify(): Promise<string[]> {
    return this.informer.verify();
  }

  private decode(entry: Entry, report: ReportFault): Record_ {
    const { keys, stores } = this.node;
    const place = keys.parseAssignment(entry.key);
    if (place) return { kind: 'assignment', holding: toHolding(entry, place, stores.assignment.parsed(entry, report)) };
    if (keys.under(keys.members, entry.key) !== undefined) {
      const member = stores.member.parsed(entry, report);
      return member ? { kind: 'member', member } : { kind: 'other' };
    }
    const worker = keys.under(keys.drains, entry.key);
    if (worker !== undefined) return { kind: 'drain', worker };
    return suspicionOf(this.node, entry, report) ?? { kind: 'other' };
  }

  private apply({ key, before, after }: Change<Record_>): void {
    const record = (after ?? (before as Item<Record_>)).value;
    switch (record.kind) {
      case 'assignment':
        this.applyHolding(record.holding.monitor, before, after);
        break;
      case 'member':
        this.applyMember(record.member, after !== undefined);
        break;
      case 'drain':
        if (after) this.drained.add(record.worker);
        else this.drained.delete(record.worker);
        this.membershipChanged();
        break;
      case 'note':
      case 'poison':
        this.suspicions.apply(key, record, after);
        if (record.kind === 'poison') this.events.onHolding(record.monitor);
        break;
      case 'other':
        // Of a member whose value somebody overwrote, what it said before holds, as long as its key is there.
        if (!after) this.forgetMember(key);
        break;
    }
  }

  private applyHolding(monitor: string, before: Item<Record_> | undefined, after: Item<Record_> | undefined): void {
    const others = this.holdings(monitor).filter((holding) => holding.key !== (before ?? after)?.key);
    if (after?.value.kind === 'assignment') others.push(after.value.holding);
    if (others.length > 0) this.byMonitor.set(monitor, others);
    else this.byMonitor.delete(monitor);
    this.events.onHolding(monitor);
  }

  private applyMember(member: Member, present: boolean): void {
    const known = this.memberById.get(member.MemberID);
    if (present) {
      this.memberById.set(member.MemberID, member);
      this.told.set(member.MemberID, performance.now());
    } else {
      this.memberById.delete(member.MemberID);
      this.told.delete(member.MemberID);
    }
    if (!present || !mayRunTheSame(known, member)) this.membershipChanged();
  }

  private forgetMember(key: string): void {
    const member = this.memberById.get(this.node.keys.under(this.node.keys.members, key) ?? '');
    if (member) this.applyMember(member, false);
  }

  private membershipChanged(): void {
    this.workersNow = undefined;
    this.events.onMembership();
  }
}
