import type { Held, MonitorState, OutboxEntry } from '@9volt/contracts';
import { type Change, decode, type EtcdClient, Informer, type Keyspace } from '@9volt/etcd-dal';

import { type Debt, type Hold, inOurTime } from '../history/history.js';

type Value = Partial<MonitorState> & { MemberID?: string } & Pick<Partial<OutboxEntry>, 'alert'>;

/**
 * Follows everything that etcd accepts, revision by revision, and records violations:
 *
 * - a monitor that is assigned twice;
 * - a state from a worker that does not own the monitor, or is not a member;
 * - a state from an older check than the one that it replaces.
 */
export class AuditTrail {
  readonly violations: string[] = [];
  /** Held alarms, and entries of the outbox, with the times from and to. */
  readonly holds: Hold[] = [];
  readonly debts: Debt[] = [];
  /** Changes of the owner of a monitor, without the first one. */
  moves = 0;
  private readonly informer: Informer<Value>;
  private readonly members = new Set<string>();
  private readonly holders = new Map<string, Set<string>>();
  private readonly lastHolder = new Map<string, string>();
  private readonly touched = new Set<string>();
  /** Owners by monitor until this revision: one transaction may write the last state of an owner and give the monitor away. */
  private readonly until = new Map<string, Set<string>>();
  private readonly openDebts = new Map<string, Debt>();

  constructor(
    client: EtcdClient,
    private readonly keys: Keyspace,
  ) {
    this.informer = new Informer<Value>(client, {
      prefix: keys.root,
      decode: ({ key, value }) => (this.isOfInterest(key) ? (decode<Value>(value) ?? {}) : undefined),
      onChange: (change) => this.follow(change),
      onRevision: (revision) => this.closeRevision(revision),
    });
  }

  start(): Promise<void> {
    return this.informer.start();
  }

  stop(): Promise<void> {
    return this.informer.stop();
  }

  /** Resolves once everything that etcd has accepted so far was examined. */
  async caughtUp(client: EtcdClient): Promise<void> {
    await this.informer.reached(await client.revision(), 10_000);
  }

  /** The owner of a monitor; undefined if there is none. */
  ownerOf(monitor: string): string | undefined {
    return [...(this.holders.get(monitor) ?? [])][0];
  }

  /** Monitors by worker. */
  spread(): Map<string, number> {
    const spread = new Map<string, number>();
    for (const holders of this.holders.values()) {
      for (const worker of holders) spread.set(worker, (spread.get(worker) ?? 0) + 1);
    }
    return spread;
  }

  private isOfInterest(key: string): boolean {
    const { keys } = this;
    return [`${keys.root}cluster/`, keys.states, keys.outbox].some((prefix) => key.startsWith(prefix));
  }

  private follow({ key, before, after, revision }: Change<Value>): void {
    const assignment = this.keys.parseAssignment(key);
    const member = this.keys.under(this.keys.members, key);
    const monitor = this.keys.under(this.keys.states, key);
    const owed = this.keys.parseOutbox(key);
    if (owed) this.owed(key, owed, after?.value);
    if (monitor !== undefined) this.held(monitor, after?.value.held ?? {});
    if (assignment) this.assigned(assignment, after !== undefined);
    else if (member !== undefined) {
      if (after) this.members.add(member);
      else this.members.delete(member);
    } else if (monitor !== undefined && after) this.stated(monitor, before?.value, after.value, revision);
  }

  private assigned({ workerId, monitor }: { workerId: string; monitor: string }, present: boolean): void {
    const holders = this.holders.get(monitor) ?? new Set();
    this.holders.set(monitor, holders);
    if (!this.until.has(monitor)) this.until.set(monitor, new Set(holders));
    if (!present) {
      holders.delete(workerId);
      return;
    }
    if (!holders.has(workerId) && (this.lastHolder.get(monitor) ?? workerId) !== workerId) this.moves++;
    holders.add(workerId);
    this.lastHolder.set(monitor, workerId);
    this.touched.add(monitor);
  }

  private stated(monitor: string, before: Value | undefined, after: Value, revision: number): void {
    const { owner } = after;
    const note = (what: string): void => void this.violations.push(`revision ${revision}: ${what}`);
    // Earlier keys, and those that somebody wrote by hand, are not judged.
    if (this.informer.relists === 0 || owner === undefined) return;
    if (!this.members.has(owner)) note(`the state of ${monitor} was written by ${owner}, which is no member`);
    else if (!this.holders.get(monitor)?.has(owner) && !this.until.get(monitor)?.has(owner))
      note(`the state of ${monitor} was written by ${owner}, which does not own it`);
    const [older, newer] = [before, after].map((state) => Date.parse(state?.lastRunAt ?? ''));
    if (
      before?.createRevision === after.createRevision &&
      inOurTime(newer as number, older as number) < (older as number)
    ) {
      note(`the state of ${monitor} went back to an older run`);
    }
  }

  private held(monitor: string, held: Readonly<Record<string, Held>>): void {
    const at = Date.now();
    const reasons = new Map(
      Object.entries(held).map(([alerter, { reason, by }]) => [alerter, `${reason} ${by ?? ''}`]),
    );
    for (const open of this.holds) {
      if (open.monitor !== monitor || open.to !== undefined) continue;
      if (reasons.get(open.alerter) === open.reason) reasons.delete(open.alerter);
      else open.to = at;
    }
    for (const [alerter, reason] of reasons) this.holds.push({ monitor, alerter, reason, from: at });
  }

  private owed(
    key: string,
    { monitor, alerter }: { monitor: string; alerter: string },
    entry: Value | undefined,
  ): void {
    const open = this.openDebts.get(key);
    if (entry?.alert && entry.alert.type !== 'resolve' && !open) {
      const debt: Debt = { monitor, alerter, from: Date.now() };
      this.openDebts.set(key, debt);
      this.debts.push(debt);
    } else if (!entry && open) {
      open.to = Date.now();
      this.openDebts.delete(key);
    }
  }

  private closeRevision(revision: number): void {
    for (const monitor of this.touched) {
      const holders = [...(this.holders.get(monitor) ?? [])];
      if (holders.length > 1)
        this.violations.push(`revision ${revision}: ${monitor} belongs to ${holders.join(' and ')}`);
    }
    this.touched.clear();
    this.until.clear();
  }
}
