import { Inject, Injectable } from '@nestjs/common';
import type { RequestAnswer, WorkerRequest } from '@9volt/contracts';
import { ClusterNode, commit, type Compare, encode, unchanged } from '@9volt/etcd-dal';

/** A request that is ours to answer. */
export interface Claim {
  key: string;
  request: WorkerRequest;
  modRevision: number;
  /** The asker's: a key put without it would outlive the asker. */
  lease: string;
}

/** How requests are claimed and answered in etcd. Throws what etcd throws. */
@Injectable()
export class RequestLedger {
  constructor(@Inject(ClusterNode) private readonly node: ClusterNode) {}

  /** Of several workers one gets the claim. Undefined when it is taken, answered or gone, or a fence does not hold. */
  async claim(key: string, fences: readonly Compare[]): Promise<Claim | undefined> {
    const { client, memberId } = this.node;
    const entry = await client.get(key);
    const request = entry && this.node.stores.request.parsed(entry);
    if (!entry || !request || request.claimedBy !== undefined || request.answer) return undefined;
    const claimed: WorkerRequest = { ...request, claimedBy: memberId };
    const { lease } = entry;
    const committed = await commit(client, {
      compare: [...fences, unchanged(key, entry.modRevision)],
      then: [{ put: key, value: encode(claimed), lease }],
    });
    if (committed.outcome === 'refused') return undefined;
    return { key, request: claimed, modRevision: committed.revision, lease };
  }

  /** Answers whether the answer is there; false when nobody waits for it any more. */
  async answer({ key, request, modRevision, lease }: Claim, answer: RequestAnswer): Promise<boolean> {
    const { outcome } = await commit(this.node.client, {
      compare: [unchanged(key, modRevision)],
      then: [{ put: key, value: encode({ ...request, answer }), lease }],
    });
    return outcome === 'accepted';
  }
}
