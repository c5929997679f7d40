import { type DynamicModule } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { messageOf, guarded, unawaited } from '@9volt/contracts';
import { isLoopback, type NodeConfig } from '../config/node-config.js';
import { createApp } from '../http/create-app.js';
import type { AppLogger } from '../logging/app-logger.js';
import { listenFault } from './listen-fault.js';
import { tuneHeap } from './tune-heap.js';

export interface RunNodeOptions {
  module: DynamicModule;
  config: NodeConfig;
  logger: AppLogger;
  /** Called before listening. */
  setUp?: (app: NestFastifyApplication) => void | Promise<void>;
  /** Called once it listens, with its address as `http://host:port`. Not awaited: it may wait long for etcd. */
  onListening: (app: NestFastifyApplication, url: string) => void;
}

export interface RunningNode {
  url: string;
  /** Hands over, leaves, and resolves; idempotent. */
  stop(): Promise<void>;
  /** Resolves when the node has stopped, by `stop` or by a signal. */
  stopped: Promise<void>;
}

/** Longest duration of a stop: hand-over, checks and sends in progress. */
const STOP_DEADLINE_MS = 30_000;

/**
 * Connections that the kernel keeps until this process takes them; it may be set to keep fewer (net.core.somaxconn). Node's own 511 are fewer than one
 * hostile address may open at once, and whoever finds no place asks again after 1, 3 and 7 seconds only.
 */
const BACKLOG = 4_096;

/** Starts a node: listens first, so that health can be asked while it waits for etcd, and stops in order at SIGTERM or SIGINT. */
export async function runNode(options: RunNodeOptions): Promise<RunningNode> {
  tuneHeap();
  const { config, logger } = options;
  const log = logger.child('node');
  const app = await createApp(options.module, config, logger);
  try {
    await options.setUp?.(app);
    await app.listen({ ...config.listen, backlog: BACKLOG });
  } catch (error) {
    // Work that the roles began would keep the process alive. Not awaited: the caller ends the process anyway.
    app.close().catch((reason: unknown) => log.error(`stop failed: ${messageOf(reason)}`));
    throw listenFault(error, config.listen) ?? error;
  }
  const url = addressOf(app);
  log.info(`${config.role} listens on ${url}`);
  if (config.accessTokens.length === 0 && config.role !== 'status') {
    const who = isLoopback(config.listen.host) ? 'every user of this machine' : 'everybody who reaches this address';
    log.info(`no access tokens are set: ${who} can use this node; set --access-tokens to change that`);
  }

  let stopping: Promise<void> | undefined;
  let resolveStopped!: () => void;
  const stopped = new Promise<void>((resolve) => (resolveStopped = resolve));
  const stop = (): Promise<void> => (stopping ??= app.close().then(resolveStopped));
  const onSignal = guarded('the end of the process', (signal: NodeJS.Signals) => {
    if (stopping) {
      log.warn(`second ${signal}: leaving at once`);
      process.exit(1);
    }
    log.info(`${signal}: handing over monitors and leaving the cluster`);
    const late = guarded('the end of the process', () => {
      log.error(`could not stop within ${STOP_DEADLINE_MS / 1_000} s: leaving at once`);
      process.exit(1);
    });
    const deadline = setTimeout(late, STOP_DEADLINE_MS);
    stop().then(
      () => clearTimeout(deadline),
      (error: unknown) => {
        log.error(`stop failed: ${messageOf(error)}`);
        process.exit(1);
      },
    );
  });
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  const forget = stopped.then(() => {
    process.off('SIGTERM', onSignal);
    process.off('SIGINT', onSignal);
  });
  unawaited('the end of the process', forget);
  options.onListening(app, url);
  return { url, stop, stopped };
}

function addressOf(app: NestFastifyApplication): string {
  const address = app.getHttpServer().address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}
