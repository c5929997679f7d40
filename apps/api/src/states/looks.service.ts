import { DomainError } from '@9volt/contracts';
import { ClusterNode, EtcdError } from '@9volt/etcd-dal';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { ClusterCache } from '../cache/cluster-cache.js';
import type { ShownLook } from './state.dto.js';

/** How long a look lasts after the last request for it. */
const LOOK_MS = 10_000;
/** Several viewers of one monitor share its lease, and one renewal. */
const RENEW_AFTER_MS = 2_000;
/** Monitors that people look at through this API at the same time. The pages of others show what the dumps bring. */
const MAX_LOOKS = 200;

interface OwnLook {
  lease: string | undefined;
  renewedAt: number;
}

/** Tells the owners of monitors, through etcd, which ones somebody looks at: they write the results of those at once. */
@Injectable()
export class LooksService implements OnModuleDestroy {
  private readonly looks = new Map<string, OwnLook>();

  constructor(
    private readonly node: ClusterNode,
    private readonly cache: ClusterCache,
  ) {}

  /** Nobody else looks through this API. */
  async onModuleDestroy(): Promise<void> {
    const leases = [...this.looks.values()].flatMap(({ lease }) => lease ?? []);
    await Promise.allSettled(leases.map((lease) => this.node.client.revokeLease(lease)));
  }

  async look(name: string): Promise<ShownLook> {
    if (!this.cache.monitors.get(name)?.declared) {
      throw new DomainError('not-found', `Unable to find any check named '${name}'`);
    }
    this.forgetEnded();
    let look = this.looks.get(name);
    if (!look) {
      if (this.looks.size >= MAX_LOOKS) return { until: null };
      this.looks.set(name, (look = { lease: undefined, renewedAt: Number.NEGATIVE_INFINITY }));
    }
    if (performance.now() - look.renewedAt > RENEW_AFTER_MS) await this.renew(name, look);
    return { until: new Date(Date.now() + LOOK_MS - RENEW_AFTER_MS).toISOString() };
  }

  private async renew(name: string, look: OwnLook): Promise<void> {
    const { client, stores, memberId } = this.node;
    // Others who ask meanwhile need not renew it, too.
    look.renewedAt = performance.now();
    try {
      if (look.lease !== undefined && (await this.isAlive(look.lease))) return;
      const { id } = await client.grantLease(LOOK_MS);
      look.lease = id;
      await stores.look.begin(name, memberId, id);
    } catch (error) {
      this.looks.delete(name);
      throw error;
    }
  }

  private async isAlive(lease: string): Promise<boolean> {
    try {
      await this.node.client.keepAlive(lease, RENEW_AFTER_MS);
      return true;
    } catch (error) {
      if (error instanceof EtcdError && error.kind === 'lease-gone') return false;
      throw error;
    }
  }

  private forgetEnded(): void {
    const now = performance.now();
    for (const [name, { renewedAt }] of this.looks) if (now - renewedAt > LOOK_MS) this.looks.delete(name);
  }
}
