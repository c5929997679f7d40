import { ScheduleModule } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ClusterNode } from '@9volt/etcd-dal';
import { ClusterModule } from '@9volt/etcd-dal/module';
import { startEtcd, type TestEtcd, uniquePrefix, waitFor } from '@9volt/etcd-dal/testing';
import { AppLogger, Health, Metrics, NodeConfig, PlatformModule } from '@9volt/platform';
import { SchedulerModule } from './scheduler.module.js';
import { SchedulerBench } from './testing/scheduler-bench.js';

let etcd: TestEtcd;

beforeAll(async () => {
  etcd = await startEtcd();
});
afterAll(async () => {
  await etcd.stop();
});

describe('SchedulerModule', () => {
  it('leads once its process is a member, and leaves nothing behind when it closes', async () => {
    const prefix = uniquePrefix();
    const config = new NodeConfig({
      etcd: { members: [etcd.endpoint] },
      prefix,
      debug: false,
      role: 'scheduler',
      memberName: 's1',
      tags: [],
      listen: { host: '127.0.0.1', port: 0 },
      accessTokens: [],
      publicUrl: undefined,
      programs: { rules: 'any', atOnce: 32 },
      performanceSeries: 0,
    });
    const app = await Test.createTestingModule({
      imports: [
        ClusterModule.forRoot({ ...config, name: 's1', version: 'test' }),
        PlatformModule.forRoot(config, AppLogger.silent()),
        ScheduleModule.forRoot(),
        SchedulerModule,
      ],
    }).compile();
    await app.init();
    const health = app.get(Health);
    expect(health.missing()).toHaveProperty('scheduler');

    const bench = new SchedulerBench(etcd.endpoint, prefix);
    await bench.worker('w1');
    await bench.monitor('web');
    await app.get(ClusterNode).start('');
    await waitFor(() => bench.assignment('web'));
    await waitFor(() => health.missing()['scheduler'] === undefined);
    const metrics = (): Promise<string> => app.get(Metrics).registry.metrics();
    await waitFor(async () => /^ninevolt_assignments_written_total\{act="assign"\} 1$/m.test(await metrics()));
    expect(await metrics()).toMatch(/^ninevolt_leader 1$/m);

    await app.close();
    expect(await bench.client.get(bench.keys.director)).toBeUndefined();
    expect((await bench.client.list(bench.keys.members)).entries).toHaveLength(1);
    await bench.stop();
  });
});
