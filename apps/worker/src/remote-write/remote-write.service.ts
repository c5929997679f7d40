import { setTimeout as sleep } from 'node:timers/promises';
import { type CheckResult, unawaited } from '@9volt/contracts';
import { ClusterNode } from '@9volt/etcd-dal';
import { AppLogger, Metrics, NodeConfig } from '@9volt/platform';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { RemoteWriter } from './remote-writer.js';
import { sendRequest } from './send-request.js';

/** After this an attempt at the end of the process is given up. */
const LAST_ATTEMPT_MS = 2_000;

/** Sends each result of this worker to a receiver of Prometheus remote write. Neither checks nor alerts wait for it. */
@Injectable()
export class RemoteWriteService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly writer: RemoteWriter | undefined;
  private readonly leaving = new AbortController();
  private running: Promise<void> | undefined;

  constructor(config: NodeConfig, node: ClusterNode, metrics: Metrics, logger: AppLogger) {
    const { remoteWrite: receiver, memberName } = config;
    if (!receiver) return;
    const log = logger.child('remote-write');
    const { signal } = this.leaving;
    this.writer = new RemoteWriter({
      now: Date.now,
      pause: (ms) => sleep(ms, undefined, { signal }).catch(() => undefined),
      send: (version, body) => sendRequest(receiver, version, body, LAST_ATTEMPT_MS, signal),
      log: (message) => log.info(message),
      onBehind: (reason) => node.events.emit('warning', `remote write of ${memberName} falls behind: ${reason}`),
      onCaughtUp: (lost) => {
        if (lost > 0)
          node.events.emit('warning', `remote write of ${memberName} has caught up; ${lost} results were lost`);
        else log.info('remote write has caught up');
      },
    });
    measure(this.writer, metrics);
  }

  onApplicationBootstrap(): void {
    if (!this.writer) return;
    this.running = this.writer.run();
    unawaited('remote write', this.running);
  }

  async onModuleDestroy(): Promise<void> {
    this.writer?.stop();
    this.leaving.abort();
    await this.running;
  }

  /** An unjudged result says nothing about the target. */
  ran(monitor: string, type: string, result: CheckResult, startedAt: number): void {
    if (!result.unjudged) this.writer?.take(monitor, type, result, startedAt);
  }
}

function measure(writer: RemoteWriter, metrics: Metrics): void {
  const total = (name: string, help: string, valueOf: () => number): void =>
    void metrics.counter(name, help, [], (counter) => {
      counter.reset();
      counter.inc(valueOf());
    });
  total('ninevolt_remote_write_stored_total', 'Results that the receiver stored', () => writer.stored);
  total('ninevolt_remote_write_rejected_total', 'Results that the receiver refused for good', () => writer.rejected);
  total(
    'ninevolt_remote_write_failures_total',
    'Attempts to write that failed and are repeated',
    () => writer.failures,
  );
  total(
    'ninevolt_remote_write_dropped_total',
    'Results that were dropped because too many waited for the receiver',
    () => writer.queue.dropped,
  );
  metrics.gauge('ninevolt_remote_write_queued', 'Results that wait for the receiver', [], (gauge) =>
    gauge.set(writer.queue.size),
  );
}
