import { Injectable } from '@nestjs/common';
import { ClusterNode, type Compare, Election } from '@9volt/etcd-dal';
import { AppLogger, countFencingRejections, type Logger, Metrics } from '@9volt/platform';
import type { Director } from '@9volt/contracts';

export interface LeadershipListener {
  onElected?: () => void;
  onDeposed?: (reason: string) => void;
}

/** Whether this process leads, and the comparisons that every write of the leader needs. */
@Injectable()
export class LeadershipService {
  private election: Election | undefined;
  private readonly listeners: LeadershipListener[] = [];
  private epochNow: number | undefined;
  private directorRevision: number | undefined;
  private readonly logger: Logger;
  /** Call it for writes that were refused while another process leads. */
  readonly rejected: (count: number) => void;

  constructor(
    private readonly node: ClusterNode,
    logger: AppLogger,
    metrics: Metrics,
  ) {
    this.logger = logger.child('leadership');
    metrics.gauge('ninevolt_leader', '1 if this process is the leader; else 0', [], (gauge) =>
      gauge.set(this.isLeader() ? 1 : 0),
    );
    this.rejected = countFencingRejections(metrics, 'leadership');
  }

  listen(listener: LeadershipListener): void {
    this.listeners.push(listener);
  }

  /** Campaigns from now on. Call it once this process is a member and its caches are warm. */
  async start(): Promise<void> {
    const { client, keys, session, guard, events } = this.node;
    this.election = new Election(client, keys, session, guard, {
      onElected: (epoch) => {
        this.epochNow = epoch;
        this.directorRevision = undefined;
        this.logger.info(`elected leader, epoch ${epoch}`);
        events.emit('leader-elected', `${this.node.options.name} leads`, { details: { epoch, member: session.id } });
        for (const listener of this.listeners) listener.onElected?.();
      },
      onDeposed: (reason) => {
        this.epochNow = undefined;
        if (reason === 'resigned') this.logger.info('no longer leader: resigned');
        else this.logger.warn(`no longer leader: ${reason}`);
        for (const listener of this.listeners) listener.onDeposed?.(reason);
      },
    });
    await this.election.start();
  }

  /** Gives up the leadership and the candidacy at once. */
  async resign(): Promise<void> {
    await this.election?.resign();
  }

  /** Elected, and by our own clock the lease is surely valid. */
  isLeader(): boolean {
    return this.election?.isLeader() ?? false;
  }

  /** Create revision of the director key while this process leads. */
  get epoch(): number | undefined {
    return this.epochNow;
  }

  /** Whether another process leads, as far as this one knows. */
  get anotherLeads(): boolean {
    return this.otherLeader !== undefined;
  }

  /** Member id of another process that leads, as far as this one knows. */
  get otherLeader(): string | undefined {
    const leader = this.election?.leader?.MemberID;
    return leader === this.node.memberId ? undefined : leader;
  }

  /** The comparisons of every write of the leader. {@link renewFence} comes first. */
  get fence(): Compare[] {
    const { epochNow, directorRevision } = this;
    if (epochNow === undefined || directorRevision === undefined) throw new Error('not the leader');
    const key = this.node.keys.director;
    return [
      { key, target: 'create', value: epochNow },
      { key, target: 'mod', value: directorRevision },
    ];
  }

  /** The comparison that this process still leads, for writes that may be applied late. */
  get epochFence(): Compare[] {
    if (!this.election) throw new Error('not the leader');
    return this.election.fence;
  }

  /**
   * Writes the director key again: from then on etcd refuses every transaction with the earlier fence, even one in progress.
   * Answers the revision of this write: a cache that has it has all earlier writes. Undefined if this process leads no longer.
   */
  async renewFence(): Promise<number | undefined> {
    const epoch = this.epochNow;
    const { lease } = this.node.session;
    if (epoch === undefined || lease === undefined || !this.isLeader()) return undefined;
    const value: Director = { MemberID: this.node.memberId, LastUpdate: new Date().toISOString() };
    const committed = await this.node.stores.member.renewDirector(epoch, value, lease);
    if (committed.outcome === 'refused' || this.epochNow !== epoch) return undefined;
    this.directorRevision = committed.revision;
    return committed.revision;
  }
}
