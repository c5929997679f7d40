import { type DynamicModule, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ScheduleModule } from '@nestjs/schedule';
import { type ClusterEvent, messageOf } from '@9volt/contracts';
import { ClusterModule, ClusterNode } from '@9volt/etcd-dal';
import {
  AppLogger,
  ErrorLog,
  Health,
  type NodeConfig,
  PlatformModule,
  type RunningNode,
  runNode,
} from '@9volt/platform';

/** Holds the modules of one process: those of its roles, and what every process has. */
@Module({})
class NodeModule {}

type SetUp = (app: NestFastifyApplication) => void | Promise<void>;

/** Starts one process with the roles of its configuration. A role's code is loaded only where it runs. */
export async function startNode(config: NodeConfig, logger?: AppLogger): Promise<RunningNode> {
  const log = logger ?? AppLogger.create({ debug: config.debug, name: config.memberName });
  const { modules, setUp } = await rolesOf(config);
  const eventLog = log.child('events');
  let errors: ErrorLog | undefined;
  const onEvent = (event: ClusterEvent): void => {
    const { type, message, timestamp, monitor, alerter } = event;
    const facts = {
      type,
      ...(monitor === undefined ? {} : { monitor }),
      ...(alerter === undefined ? {} : { alerter }),
    };
    if (type === 'error') eventLog.error(message, facts);
    else if (type === 'warning') eventLog.warn(message, facts);
    else eventLog.info(message, facts);
    if (type === 'error' || type === 'warning') {
      errors?.add({ timestamp, type, message, ...(monitor === undefined ? {} : { monitor }) });
    }
  };
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
        onEvent,
        onWaiting: (reason) => log.child('cluster').warn(`waiting for etcd: ${reason}`),
      }),
      ScheduleModule.forRoot(),
      ...modules,
    ],
  };
  return runNode({
    module,
    config,
    logger: log,
    ...(setUp ? { setUp } : {}),
    onListening: (app, url) => {
      errors = app.get(ErrorLog);
      const node = app.get(ClusterNode);
      const health = app.get(Health);
      health.identify(node.memberId);
      health.readiness('etcd', () => (node.isMember ? undefined : (node.waiting ?? 'not a member of the cluster')));
      node.start(url).catch((error: unknown) => log.child('cluster').error(`cannot join: ${messageOf(error)}`));
    },
  });
}

async function rolesOf(config: NodeConfig): Promise<{ modules: (new () => unknown)[]; setUp?: SetUp }> {
  switch (config.role) {
    case 'scheduler':
      return { modules: [(await import('@9volt/scheduler')).SchedulerModule] };
    case 'worker':
      return { modules: [(await import('@9volt/worker')).WorkerModule] };
    case 'api': {
      const api = await import('@9volt/api');
      return { modules: [api.ApiModule], setUp: api.setUpApi };
    }
    case 'server': {
      const [{ SchedulerModule }, { WorkerModule }, api] = await Promise.all([
        import('@9volt/scheduler'),
        import('@9volt/worker'),
        import('@9volt/api'),
      ]);
      return { modules: [SchedulerModule, WorkerModule, api.ApiModule], setUp: api.setUpApi };
    }
  }
}
