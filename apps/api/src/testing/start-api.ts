import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ScheduleModule } from '@nestjs/schedule';
import { ClusterNode } from '@9volt/etcd-dal';
import { ClusterModule } from '@9volt/etcd-dal/module';
import { uniquePrefix } from '@9volt/etcd-dal/testing';
import {
  AppLogger,
  createApp,
  type HttpTimeouts,
  loadNodeConfig,
  type NodeFlags,
  PlatformModule,
} from '@9volt/platform';
import { ApiModule } from '../api.module.js';
import { ClusterCache } from '../cache/cluster-cache.js';
import { setUpApi } from '../set-up-api.js';

export interface TestApi {
  app: NestFastifyApplication;
  url: string;
  node: ClusterNode;
  /** Resolves once the API has read a revision. */
  settled(revision: number): Promise<void>;
  stop(): Promise<void>;
}

export interface TestApiOptions {
  prefix?: string;
  accessTokens?: string[];
  /** More settings of the node. */
  flags?: NodeFlags;
  timeouts?: HttpTimeouts;
  /** Waits until the API has read everything; default: true. */
  ready?: boolean;
}

@Module({})
class TestModule {}

/** An API on a real etcd and a free port, composed as the command composes it. */
export async function createApi(etcd: string, options: TestApiOptions = {}): Promise<NestFastifyApplication> {
  const config = loadNodeConfig(
    'api',
    {
      etcdMembers: etcd,
      etcdPrefix: options.prefix ?? uniquePrefix(),
      listen: '127.0.0.1:0',
      memberId: 'api-1',
      ...(options.accessTokens ? { accessTokens: options.accessTokens } : {}),
      ...options.flags,
    },
    {},
  );
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
      ApiModule,
    ],
  };
  const app = await createApp(module, config, AppLogger.silent(), options.timeouts);
  setUpApi(app);
  return app;
}

export async function startApi(etcd: string, options: TestApiOptions = {}): Promise<TestApi> {
  const app = await createApi(etcd, options);
  await app.listen(0, '127.0.0.1');
  const node = app.get(ClusterNode);
  const url = await app.getUrl();
  const joined = node.start(url);
  if (options.ready ?? true) {
    await joined;
    const cache = app.get(ClusterCache);
    while (!cache.isReady) await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const settled = (revision: number): Promise<void> => app.get(ClusterCache).awaitWrite(revision);
  return { app, url, node, settled, stop: () => app.close() };
}
