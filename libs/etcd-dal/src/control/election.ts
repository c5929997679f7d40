import type { Director } from '@9volt/contracts';
import { decode, encode } from '../codec.js';
import type { Compare, EtcdClient } from '../etcd.client.js';
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

/**
 * Campaigns for leadership as long as it runs: whoever creates `cluster/director`, under its member's lease, leads. A lease is
 * not mutual exclusion: every write of the leader carries {@link fence}.
 */
export class Election {
  private epoch: number | undefined;
  private readonly director: Informer<Director>;
  private readonly loop: ReconcileLoop;
  private stopped = false;

  constructor(
    private readonly client: EtcdClient,
    private readonly keys: Keyspace,
    private readonly session: MemberSession,
    guard: ClusterGuard,
    private readonly events: ElectionEvents,
  ) {
    this.director = new Informer<Director>(client, {
      prefix: keys.director,
      decode: (entry) => decode<Director>(entry.value),
      onChange: () => this.loop.trigger(),
      guard,
    });
    this.loop = new ReconcileLoop(() => this.campaign(), { everyMs: CAMPAIGN_EVERY_MS });
    session.onStatus(() => this.loop.trigger());
  }

  async start(): Promise<void> {
    await this.director.start();
    this.loop.trigger();
  }

  /** Who leads, as far as this process knows. */
  get leader(): Director | undefined {
    return this.director.get(this.keys.director)?.value;
  }

  /** Whether this process may decide: elected, and its lease surely not over. */
  isLeader(): boolean {
    return this.epoch !== undefined && this.session.isFresh();
  }

  /** The compares that every write of the leader carries. Throws when this process does not lead. */
  get fence(): Compare[] {
    if (this.epoch === undefined) throw new Error('not the leader');
    return [{ key: this.keys.director, target: 'create', value: this.epoch }];
  }

  /** Leads no longer, and says so at once, so that nobody waits for the lease. */
  async resign(): Promise<void> {
    this.stopped = true;
    await this.loop.stop();
    const { epoch } = this;
    if (epoch !== undefined) {
      await this.client
        .txn({
          compare: [{ key: this.keys.director, target: 'create', value: epoch }],
          then: [{ delete: this.keys.director }],
        })
        .catch(() => undefined);
      this.depose('resigned');
    }
    await this.director.stop();
  }

  private async campaign(): Promise<void> {
    if (this.epoch !== undefined) {
      const status = this.session.status;
      if (status !== 'fresh') this.depose(`its lease is ${status}`);
      else {
        const current = this.director.get(this.keys.director);
        // The cache may not have our own election yet; only what is newer deposes.
        if (current ? current.createRevision > this.epoch : this.director.revision > this.epoch)
          this.depose('another leads');
      }
    }
    if (this.stopped || this.epoch !== undefined) return;
    const current = this.director.get(this.keys.director);
    const lease = this.session.lease;
    if (!this.session.isFresh() || lease === undefined) return;
    if (current) {
      // A leader that was stale for a while and still holds the key leads on.
      if (current.value.MemberID === this.session.id) this.elect(current.createRevision);
      return;
    }
    const value: Director = { MemberID: this.session.id, LastUpdate: new Date().toISOString() };
    const committed = await commit(this.client, {
      compare: [{ key: this.keys.director, target: 'create', value: 0 }, this.session.fence],
      then: [{ put: this.keys.director, value: encode(value), lease }],
    });
    if (committed.outcome === 'accepted') this.elect(committed.revision);
  }

  private elect(epoch: number): void {
    this.epoch = epoch;
    this.events.onElected(epoch);
  }

  private depose(reason: string): void {
    this.epoch = undefined;
    this.events.onDeposed(reason);
  }
}
