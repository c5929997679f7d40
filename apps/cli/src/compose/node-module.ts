import { type DynamicModule, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ScheduleModule } from '@nestjs/schedule';
import { runsChecks } from '@9volt/contracts';
import type { ClusterNodeOptions } from '@9volt/etcd-dal';
import { ClusterModule } from '@9volt/etcd-dal/module';
import { type AppLogger, type NodeConfig, PlatformModule } from '@9volt/platform';
import { ClusterMetrics } from './cluster-metrics.js';

/** The modules of one process: those of its roles, and the common ones. */
@Module({ providers: [ClusterMetrics] })
class NodeModule {}

export interface ComposedNode {
  module: DynamicModule;
  /** Called before listening. */
  setUp?: (app: NestFastifyApplication) => void | Promise<void>;
}

/** The modules of a process with the roles of its configuration. It loads the code of its own roles only. */
export async function composeNode(
  config: NodeConfig,
  log: AppLogger,
  told: Pick<ClusterNodeOptions, 'onEvent' | 'onWaiting' | 'onUnreadable'> = {},
): Promise<ComposedNode> {
  const { modules, setUp } = await rolesOf(config);
  const module: DynamicModule = {
    module: NodeModule,
    imports: [
      PlatformModule.forRoot(config, log),
      ClusterModule.forRoot({
        etcd: config.etcd,
        prefix: config.prefix,
        role: config.role,
        name: config.memberName,
        tags: config.tags,
        version: config.version,
        semver: config.semver,
        historySpeed: config.historySpeed,
        ...(runsChecks(config.role) ? { alertLinks: config.publicUrl !== undefined } : {}),
        ...told,
      }),
      ScheduleModule.forRoot(),
      ...modules,
    ],
  };
  return { module, ...(setUp ? { setUp } : {}) };
}

async function rolesOf(
  config: NodeConfig,
): Promise<{ modules: (new () => unknown)[]; setUp?: NonNullable<ComposedNode['setUp']> }> {
  switch (config.role) {
    case 'scheduler':
      return { modules: [(await import('@9volt/scheduler')).SchedulerModule] };
    case 'worker':
      return { modules: [(await import('@9volt/worker')).WorkerModule] };
    case 'api': {
      const api = await import('@9volt/api');
      return { modules: [api.ApiModule], setUp: api.setUpApi };
    }
    case 'status':
      return { modules: [(await import('@9volt/status')).StatusModule] };
    case 'server': {
      const [{ SchedulerModule }, { WorkerModule }, api, { StatusModule }] = await Promise.all([
        import('@9volt/scheduler'),
        import('@9volt/worker'),
        import('@9volt/api'),
        import('@9volt/status'),
      ]);
      return { modules: [SchedulerModule, WorkerModule, api.ApiModule, StatusModule], setUp: api.setUpApi };
    }
  }
}
