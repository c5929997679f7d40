import { ClusterNode } from '@9volt/etcd-dal';
import { ClusterModule } from '@9volt/etcd-dal/module';
import { uniquePrefix } from '@9volt/etcd-dal/testing';
import { AppLogger, createApp, loadNodeConfig, type NodeFlags, PlatformModule } from '@9volt/platform';
import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { StatusListener } from '../site/status-listener.js';
import { StatusModule } from '../status.module.js';

export interface TestStatus {
  url: string;
  /** Of the address for pages alone. */
  port: number;
  node: ClusterNode;
  stop(): Promise<void>;
}

@Module({})
class TestModule {}

/** A status process on a real etcd and a free port of loopback, composed as the command composes it. */
export async function startStatus(etcd: string, flags: NodeFlags = {}): Promise<TestStatus> {
  const config = loadNodeConfig('status', { etcdMembers: etcd, etcdPrefix: uniquePrefix(), ...flags }, {});
  const module = {
    module: TestModule,
    imports: [
      PlatformModule.forRoot(config, AppLogger.silent()),
      ClusterModule.forRoot({
        etcd: config.etcd,
        prefix: config.prefix,
        role: config.role,
        name: config.memberName,
        tags: [],
        version: 'test',
        semver: '0.0.0',
      }),
      ScheduleModule.forRoot(),
      StatusModule,
    ],
  };
  const app = await createApp(module, config, AppLogger.silent());
  await app.listen(0, '127.0.0.1');
  const node = app.get(ClusterNode);
  const url = await app.getUrl();
  void node.start(url);
  return { url, port: app.get(StatusListener).port, node, stop: () => app.close() };
}
