import type { Director } from '@9volt/contracts';
import { decode, encode } from '../codec.js';
import type { Compare, Entry, EtcdClient } from '../etcd.client.js';
import type { Keyspace } from '../keyspace.js';
import type { ClusterGuard } from './cluster-guard.js';
import { commit } from './fenced-txn.js';
import { Informer } from './informer.js';
import type { MemberSession } from './member-session.js';
import { ReconcileLoop } from './reconcile-loop.js';

export interface ElectionEvents {
  /** Elected; `epoch` is the create revision of the director key. */
  onElected: (epoch: number) => void;
  onDeposed: (reason: string) => void;
}

const CAMPAIGN_EVERY_MS = 1_000;

/** The present key of the leader; without `director` when somebody wrote an invalid value. */
interface DirectorKey {
  director: Director | undefined;
  lease: string;
}

/**
 * Campaigns for leadership as long as it runs: the process that creates `cluster/director` under its member's lease leads. A lease
 * does not exclude a second leader, so every write of the leader carries {@link fence}.
 */
export class Election {
  /** `since`: the last revision at which our key surely belonged to that lease. */
  private term: { epoch: number; lease: string; since: number } | undefined;
  private readonly directorKey: Informer<DirectorKey>;
  private readonly loop: ReconcileLoop;
  private stopped = false;

  constructor(
    private readonly client: EtcdClient,
    private readonly keys: Keyspace,
    private readonly session: MemberSession,
    guard: ClusterGuard,
    private readonly events: ElectionEvents,
  ) {
    this.directorKey = new Informer<DirectorKey>(client, {
      prefix: keys.director,
      decode: (entry) => (entry.key === keys.director ? directorKeyOf(entry) : undefined),
      onChange: () => this.loop.trigger(),
      guard,
    });
    this.loop = new ReconcileLoop(() => this.campaign(), { everyMs: CAMPAIGN_EVERY_MS });
    session.onStatus(() => this.loop.trigger());
  }

  async start(): Promise<void> {
    await this.directorKey.start();
    this.loop.trigger();
  }

  /** The leader, as far as this process knows. */
  get leader(): Director | undefined {
    return this.directorKey.get(this.keys.director)?.value.director;
  }

  /** Whether this process may decide: it is elected under its present lease, and that lease is surely valid. */
  isLeader(): boolean {
    return this.term !== undefined && this.term.lease === this.session.lease && this.session.isFresh();
  }

  /** The comparisons of every write of the leader. Throws when this process does not lead. */
  get fence(): Compare[] {
    if (this.term === undefined) throw new Error('not the leader');
    return [{ key: this.keys.director, target: 'create', value: this.term.epoch }];
  }

  /** Stops leading and deletes the key, so that nobody waits for the lease. */
  async resign(): Promise<void> {
    this.stopped = true;
    await this.loop.stop();
    const { term } = this;
    if (term !== undefined) {
      await this.vacate({ key: this.keys.director, target: 'create', value: term.epoch }).catch(() => undefined);
      this.depose('resigned');
    }
    await this.directorKey.stop();
  }

  private async campaign(): Promise<void> {
    const reason = (await this.followLease()) ? undefined : this.lostBecause();
    if (reason !== undefined) this.depose(reason);
    if (this.stopped || this.term !== undefined) return;
    const { lease } = this.session;
    if (lease === undefined || !this.session.isFresh()) return;
    const directorKey = this.directorKey.get(this.keys.director)?.value;
    if (!directorKey) return this.run(lease);
    // Written by hand, or by this process under a lost lease: nobody would renew either of them.
    if (!directorKey.director || directorKey.lease === '0' || directorKey.director.MemberID === this.session.id)
      await this.takeBack(lease);
  }

  /**
   * Our member got another lease and is still a member: moves the key to it, unless the key is no longer ours. Answers whether it
   * did.
   */
  private async followLease(): Promise<boolean> {
    const { term } = this;
    const { lease } = this.session;
    if (!term || lease === undefined || term.lease !== this.session.leaseBefore) return false;
    if (!this.session.isFresh()) return false;
    const committed = await commit(this.client, {
      compare: [{ key: this.keys.director, target: 'create', value: term.epoch }, this.session.fence],
      then: [{ put: this.keys.director, value: this.value(), lease }],
    });
    if (committed.outcome === 'refused') return false;
    this.term = { epoch: term.epoch, lease, since: committed.revision };
    return true;
  }

  private lostBecause(): string | undefined {
    if (!this.term) return undefined;
    if (this.session.status !== 'fresh') return `its lease is ${this.session.status}`;
    if (this.term.lease !== this.session.lease) return 'its lease was lost';
    const directorKey = this.directorKey.get(this.keys.director);
    // The cache may not contain our own election yet; only a newer key ends our term.
    if (directorKey) {
      if (directorKey.createRevision > this.term.epoch) return 'another leads';
      const isNews = directorKey.createRevision === this.term.epoch && directorKey.modRevision > this.term.since;
      const overwritten = isNews && directorKey.value.lease !== this.term.lease;
      return overwritten ? 'its key was overwritten' : undefined;
    }
    return this.directorKey.revision > this.term.epoch ? 'its key was deleted' : undefined;
  }

  private async run(lease: string): Promise<void> {
    const committed = await commit(this.client, {
      compare: [{ key: this.keys.director, target: 'create', value: 0 }, this.session.fence],
      then: [{ put: this.keys.director, value: this.value(), lease }],
    });
    const { outcome } = committed;
    if (outcome === 'accepted') this.elect({ epoch: committed.revision, lease, since: committed.revision });
  }

  /**
   * The cache may be old, so it asks etcd. A leader that was stale for a while and still has the key continues. It deletes a key
   * that nobody owns and never overwrites it: that would keep its create revision and so the epoch.
   */
  private async takeBack(lease: string): Promise<void> {
    const entry = await this.client.get(this.keys.director);
    if (!entry) return;
    const directorKey = directorKeyOf(entry);
    const ours = directorKey.director?.MemberID === this.session.id;
    if (ours && directorKey.lease === lease)
      this.elect({ epoch: entry.createRevision, lease, since: entry.modRevision });
    else if (ours || !directorKey.director || directorKey.lease === '0') {
      await this.vacate({ key: this.keys.director, target: 'mod', value: entry.modRevision });
    }
  }

  private async vacate(unless: Compare): Promise<void> {
    await this.client.txn({ compare: [unless], then: [{ delete: this.keys.director }] });
  }

  private value(): string {
    const value: Director = { MemberID: this.session.id, LastUpdate: new Date().toISOString() };
    return encode(value);
  }

  private elect(term: { epoch: number; lease: string; since: number }): void {
    this.term = term;
    this.events.onElected(term.epoch);
  }

  private depose(reason: string): void {
    this.term = undefined;
    this.events.onDeposed(reason);
  }
}

function directorKeyOf(entry: Entry): DirectorKey {
  const director = decode<Director>(entry.value);
  return { director: typeof director?.MemberID === 'string' ? director : undefined, lease: entry.lease };
}
