import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap, Optional } from '@nestjs/common';
import { messageOf, type RequestAnswer, type RequestBody, type WorkerRequest, unawaited } from '@9volt/contracts';
import { type Claim, ClusterNode, type Compare, Watched } from '@9volt/etcd-dal';
import { AppLogger, type Logger, Metrics } from '@9volt/platform';
import { OwnedMonitors } from '../owned/owned-monitors.js';
import { Answers } from './answers.js';
import { mayServe } from './may-serve.js';
import { RequestSettings } from './request-settings.js';

const ANSWER_TRIES = 3;
const ANSWER_RETRY_MS = 200;
const CLAIM_RETRY_MS = 500;
const STOP_MS = 2_000;
const STOPPING: RequestAnswer = { ok: false, message: 'this worker is stopping; ask again' };

const KINDS: readonly RequestBody['kind'][] = ['run', 'test-monitor', 'test-alerter'];
const OUTCOMES = ['ok', 'refused'] as const;

/**
 * Answers people's requests to workers through etcd. A request is open until one worker claims it by a transaction; that one
 * answers. A busy worker leaves requests to others. A worker aborts a claimed request when the asker's key goes.
 */
@Injectable()
export class RequestService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log: Logger;
  private readonly answered;
  private readonly informer: Watched<WorkerRequest>;
  /** By key, the requests that are being claimed or answered here. */
  private readonly working = new Map<string, AbortController>();
  /** By key, the revision that was not ours to claim: it tries again only after a change. */
  private readonly tried = new Map<string, number>();
  private stopped = false;

  constructor(
    private readonly node: ClusterNode,
    private readonly monitors: OwnedMonitors,
    private readonly answers: Answers,
    logger: AppLogger,
    metrics: Metrics,
    @Optional() private readonly settings: RequestSettings = new RequestSettings(),
  ) {
    this.log = logger.child('requests');
    this.answered = metrics.counter(
      'ninevolt_requests_total',
      `Requests of users answered by this worker, by kind (${KINDS.join(', ')}) and outcome (${OUTCOMES.join(', ')})`,
      ['kind', 'outcome'],
    );
    for (const kind of KINDS) for (const outcome of OUTCOMES) this.answered.inc({ kind, outcome }, 0);
    this.informer = new Watched(node, node.stores.request.watched, {
      onChange: ({ key, after }) => (after ? this.consider(key) : this.forget(key)),
    });
  }

  /** Does not wait for etcd. */
  onApplicationBootstrap(): void {
    // A request to run may come before the assignment; a monitor may change hands while one waits.
    this.monitors.onOwned(() => this.considerAnew());
    const begin = (): void => {
      this.node.session.onStatus((status) => status === 'fresh' && this.considerAnew());
      this.considerAll();
    };
    unawaited('requests', Promise.all([this.informer.start(), this.node.joined]).then(begin));
  }

  /** Aborts the requests in progress, and answers that. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    for (const abort of this.working.values()) abort.abort();
    const until = performance.now() + STOP_MS;
    while (this.working.size > 0 && performance.now() < until) await sleep(10);
    await this.informer.stop();
  }

  private forget(key: string): void {
    this.tried.delete(key);
    this.working.get(key)?.abort();
  }

  private considerAnew(): void {
    this.tried.clear();
    this.considerAll();
  }

  private considerAll(): void {
    for (const key of this.informer.items.keys()) this.consider(key);
  }

  private consider(key: string): void {
    const item = this.informer.get(key);
    if (!item || item.value.claimedBy !== undefined || item.value.answer) return;
    if (this.stopped || this.working.has(key) || this.working.size >= this.settings.concurrency) return;
    if (this.tried.get(key) === item.modRevision) return;
    const fences = this.fencesOf(item.value);
    if (!fences) return;
    this.tried.set(key, item.modRevision);
    const abort = new AbortController();
    this.working.set(key, abort);
    const served = this.serve(key, fences, abort.signal)
      .catch(async (error: unknown) => {
        this.log.warn(`could not claim or answer request ${item.value.id}: ${messageOf(error)}`);
        await sleep(CLAIM_RETRY_MS, undefined, { signal: abort.signal }).catch(() => undefined);
        this.tried.delete(key);
      })
      .finally(() => {
        this.working.delete(key);
        // Others may have waited for this place.
        this.considerAll();
      });
    unawaited('requests', served);
  }

  /** The comparisons for the claim; undefined if this worker may not serve it. */
  private fencesOf({ body }: WorkerRequest): Compare[] | undefined {
    const { node, monitors } = this;
    if (!node.isMember) return undefined;
    if (!mayServe(body, { tags: node.options.tags, owns: (monitor) => monitors.owns(monitor) })) return undefined;
    if (body.kind !== 'run') return [node.session.fence];
    const assigned = monitors.assignmentFence(body.monitor);
    return assigned && [assigned, node.session.fence];
  }

  private async serve(key: string, fences: readonly Compare[], signal: AbortSignal): Promise<void> {
    const claim = await this.node.stores.request.claim(key, this.node.memberId, fences);
    if (!claim) return;
    const { body } = claim.request;
    const answer = await this.answers.to(body, signal);
    // An aborted check says nothing about its target.
    await this.write(claim, signal.aborted ? STOPPING : answer);
    this.answered.inc({ kind: body.kind, outcome: answer.ok ? 'ok' : 'refused' });
  }

  private async write(claim: Claim, answer: RequestAnswer): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.node.stores.request.answer(claim, answer);
        return;
      } catch (error) {
        if (attempt === ANSWER_TRIES) throw error;
        await sleep(ANSWER_RETRY_MS);
      }
    }
  }
}
