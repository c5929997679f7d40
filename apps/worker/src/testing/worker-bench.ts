import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { startEtcd, type TestEtcd, uniquePrefix } from '@9volt/etcd-dal/testing';
import type { NodeConfig } from '@9volt/platform';
import { LeaderStandIn, WebTarget, WorkerRig } from './worker-rig.js';

/**
 * For a file of tests: workers on one etcd, with keys, a view of them and a target for each test. It stops everything that it
 * started.
 */
export class WorkerBench {
  etcd: TestEtcd;
  view: LeaderStandIn;
  web: WebTarget;
  prefix: string;
  private workers: WorkerRig[] = [];

  constructor() {
    beforeAll(async () => {
      this.etcd = await startEtcd();
    });
    afterAll(() => this.etcd.stop());
    beforeEach(async () => {
      this.prefix = uniquePrefix();
      this.web = await new WebTarget().listen();
      this.view = await new LeaderStandIn(this.etcd.endpoint, this.prefix).start();
    });
    afterEach(async () => {
      await Promise.all(this.workers.splice(0).map((worker) => worker.stop()));
      await this.view.stop();
      await this.web.close();
    });
  }

  /** `endpoint` is where it finds etcd. */
  readonly startWorker = async (
    name = 'w1',
    { endpoint = this.etcd.endpoint, programs }: { endpoint?: string; programs?: NodeConfig['programs'] } = {},
  ): Promise<WorkerRig> => {
    const worker = await WorkerRig.start(endpoint, this.prefix, name, programs);
    this.workers.push(worker);
    return worker;
  };
}
