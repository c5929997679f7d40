import { type ClusterNode, EtcdError, type Txn, type TxnAnswer } from '@9volt/etcd-dal';
import { Detachment } from '../ledger/detachment.js';
import { Handbacks } from '../ledger/handbacks.js';
import { OutboxView } from '../outbox/outbox-view.js';
import type { WorkerRig } from './worker-rig.js';

/** Traffic between a worker and etcd that a test holds back and releases in its own order. */
export class SlowEtcd {
  private readonly node: ClusterNode;
  private watchHeld: (() => void)[] | undefined;
  private answersHeld: (() => void)[] | undefined;
  private losing = false;
  private mayReturn = true;

  constructor(private readonly worker: WorkerRig) {
    this.node = worker.node;
    for (const watched of [worker.get(OutboxView)['informer'], worker.get(Handbacks)['informer']]) {
      const informer = watched as unknown as { applyAnswer(answer: unknown): void };
      const apply = informer.applyAnswer.bind(informer);
      informer.applyAnswer = (answer) => {
        if (this.watchHeld) this.watchHeld.push(() => apply(answer));
        else apply(answer);
      };
    }
    const { client, session, keys } = this.node;
    const txn = client.txn.bind(client);
    client.txn = async (asked: Txn): Promise<TxnAnswer> => {
      const answer = await txn(asked);
      if (!asked.then.some((op) => 'put' in op && op.put.startsWith(keys.states))) return answer;
      if (this.losing) throw new EtcdError('unavailable', 'the answer was lost');
      await new Promise<void>((resolve) => (this.answersHeld ? this.answersHeld.push(resolve) : resolve()));
      return answer;
    };
    const prove = session.prove.bind(session);
    session.prove = () => (this.mayReturn ? prove() : Promise.resolve(false));
  }

  /** The worker does not hear of changes of the outbox, nor of what is handed back. */
  holdWatch(): void {
    this.watchHeld ??= [];
  }

  releaseWatch(): void {
    const held = this.watchHeld ?? [];
    this.watchHeld = undefined;
    for (const apply of held) apply();
  }

  /** etcd writes states, and the worker does not learn of it. */
  holdAnswers(): void {
    this.answersHeld ??= [];
  }

  /** etcd writes them, and the worker learns of it too late. */
  loseAnswers(): void {
    this.losing = true;
  }

  releaseAnswers(): void {
    this.losing = false;
    for (const resolve of this.answersHeld?.splice(0) ?? []) resolve();
    this.answersHeld = undefined;
  }

  detach(): void {
    this.mayReturn = false;
    const detachment = this.worker.get(Detachment);
    detachment.writeBegan();
    detachment.writeFailed(new EtcdError('no-space', 'etcd is out of space'));
  }

  letReturn(): void {
    this.mayReturn = true;
  }
}
