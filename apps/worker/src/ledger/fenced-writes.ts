import { Injectable } from '@nestjs/common';
import { ClusterNode, type Committed, type FencedWrite } from '@9volt/etcd-dal';
import { countFencingRejections, Metrics } from '@9volt/platform';
import { Detachment } from './detachment.js';
import { FencedBatch } from './fenced-batch.js';

/** The writes of this worker about its monitors: sent together, each fenced by our membership. */
@Injectable()
export class FencedWrites {
  private readonly batch: FencedBatch;
  /** Call it for states that were refused because others own the monitors by now. */
  readonly fenced: (count: number) => void;

  constructor(
    private readonly node: ClusterNode,
    private readonly detachment: Detachment,
    metrics: Metrics,
  ) {
    this.fenced = countFencingRejections(metrics, 'ownership');
    this.batch = new FencedBatch(node);
  }

  /** Whether this worker surely is a member, and etcd accepts writes as far as it knows. */
  get possible(): boolean {
    return this.node.isMember && this.attached;
  }

  /** Whether this worker relies on etcd. */
  get attached(): boolean {
    return !this.detachment.active;
  }

  /** Resolves when the write was accepted or refused; rejects with `EtcdError` when etcd cannot be asked. */
  write(write: FencedWrite): Promise<Committed> {
    return this.batch.write(write);
  }

  /** A write that alerts depend on: if it gets no answer, this worker may have to continue without etcd. */
  async urgently(plan: () => FencedWrite | Promise<FencedWrite>): Promise<Committed> {
    this.detachment.writeBegan();
    try {
      const outcome = await this.batch.write(await plan());
      this.detachment.writeAnswered();
      return outcome;
    } catch (error) {
      this.detachment.writeFailed(error);
      throw error;
    }
  }
}
