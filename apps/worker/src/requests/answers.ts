import { Inject, Injectable, Optional } from '@nestjs/common';
import type { RequestAnswer, RequestBody } from '@9volt/contracts';
import { ClusterNode } from '@9volt/etcd-dal';
import { GuardedTargets } from '@9volt/monitors';
import { SecretReader } from '@9volt/platform';
import { Programs } from '@9volt/process';
import { CheckRunner } from '../execution/check-runner.js';
import { IsolatedRuns } from '../running/isolated-runs.js';
import { answerRequest } from './answer-request.js';
import { RequestSettings } from './request-settings.js';

/** Answers requests with this worker's objects. */
@Injectable()
export class Answers {
  constructor(
    private readonly node: ClusterNode,
    @Inject(CheckRunner) private readonly runner: Pick<CheckRunner, 'runNow'>,
    private readonly isolated: IsolatedRuns,
    private readonly secrets: SecretReader,
    private readonly programs: Programs,
    private readonly targets: GuardedTargets,
    @Optional() private readonly settings: RequestSettings = new RequestSettings(),
  ) {}

  /** Never rejects. `signal` is aborted when nobody waits for the answer any more. */
  to(body: RequestBody, signal: AbortSignal): Promise<RequestAnswer> {
    const { runner, isolated, programs, targets } = this;
    const worker = this.node.options.name;
    const timeoutMs = this.settings.deliveryTimeoutMs;
    const readSecret = this.secrets.read;
    return answerRequest(body, { runner, isolated, worker, signal, timeoutMs, readSecret, programs, targets });
  }
}
