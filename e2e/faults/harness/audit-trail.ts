import type { Held, MonitorState, OutboxEntry } from '@9volt/contracts';
import { type Change, decode, type EtcdClient, Informer, type Keyspace } from '@9volt/etcd-dal';

import type { Debt, Hold } from '../history/history.js';

type Value = Partial<MonitorState> & { MemberID?: string } & Pick<Partial<OutboxEntry>, 'alert'>;

/**
 * Follows all that etcd accepts, revision by revision, and notes what must never be accepted:
 *
 * - a monitor that is assigned twice;
 * - a state by whom the monitor is not assigned to, or who is no member;
 * - a state that tells of an older run than the one that it replaces.
 */
export class AuditTrail {
  readonly violations: string[] = [];
  /** What was held, and what was in the outbox, since when and until when. */
  readonly holds: Hold[] = [];
  readonly debts: Debt[] = [];
  /** Changes of the owner of a monitor, its first one aside. */
  moves = 0;
  private readonly informer: Informer<Value>;
  private readonly members = new Set<string>();
  private readonly holders = new Map<string, Set<string>>();
  private readonly lastHolder = new Map<string, string>();
  private readonly touched = new Set<string>();
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

  /** Resolves once all that etcd has accepted until now was looked at. */
  async caughtUp(client: EtcdClient): Promise<void> {
    await this.informer.reached(await client.revision(), 10_000);
  }

  /** The worker that has a monitor; undefined when none has. */
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
    // What was there before we looked, and what somebody put there by hand, is not judged.
    if (this.informer.relists === 0 || owner === undefined) return;
    if (!this.members.has(owner)) note(`the state of ${monitor} was written by ${owner}, which is no member`);
    else if (!this.holders.get(monitor)?.has(owner))
      note(`the state of ${monitor} was written by ${owner}, which does not own it`);
    const [older, newer] = [before, after].map((state) => Date.parse(state?.lastRunAt ?? ''));
    if (before?.createRevision === after.createRevision && (newer as number) < (older as number)) {
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
  }
}
