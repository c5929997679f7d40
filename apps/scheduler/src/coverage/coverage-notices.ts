import { attemptDelivery, callUrl, validateAlerter } from '@9volt/alerters';
import { type CoverageReport, messageOf } from '@9volt/contracts';
import { ClusterNode, decode } from '@9volt/etcd-dal';
import { GuardedTargets } from '@9volt/monitors';
import { NodeConfig, SecretReader } from '@9volt/platform';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { SchedulerCaches } from '../caches/scheduler-caches.js';
import { coverageAlert } from './coverage-alarm.js';

const TIMEOUT_MS = 10_000;

/** Notifies about the coverage, within the limits of this process's operator: its programs, targets and secrets. */
@Injectable()
export class CoverageNotices implements OnApplicationShutdown {
  private readonly abort = new AbortController();
  private callFailed = false;

  /** Each measurement retries; the event comes once. */
  private lastFailure: string | undefined;

  constructor(
    private readonly node: ClusterNode,
    private readonly caches: SchedulerCaches,
    private readonly config: NodeConfig,
    private readonly secrets: SecretReader,
    private readonly targets: GuardedTargets,
  ) {}

  onApplicationShutdown(): void {
    this.abort.abort();
  }

  /** Answers whether nothing is left to send. A final rejection becomes an event. */
  async send(
    alerter: string,
    type: 'alarm' | 'resolve',
    since: string,
    coverage: Pick<CoverageReport, 'share' | 'monitors' | 'covered'>,
    now: Date,
  ): Promise<boolean> {
    const text = this.caches.alerters.get(this.node.keys.alerter(alerter))?.value.text;
    const validated = validateAlerter(alerter, text === undefined ? undefined : decode(Buffer.from(text)));
    const told = { alerter, details: { type } };
    if (!validated.ok) {
      this.node.events.emit(
        'notification-failed',
        `cannot send the coverage alert: no valid alerter "${alerter}"; create it, or change the cluster settings`,
        told,
      );
      return true;
    }
    const { memberName: leader, prefix, programs } = this.config;
    const { outcome, answer } = await attemptDelivery({
      settings: validated.value,
      alert: coverageAlert(type, { coverage, since, now, leader, prefix }),
      signal: this.abort.signal,
      timeoutMs: TIMEOUT_MS,
      readSecret: this.secrets.read,
      programs: programs.rules,
      targets: this.targets,
    });
    if (outcome === 'retryable') {
      const message = `could not send the coverage alert to ${alerter}; will retry: ${answer}`;
      if (message !== this.lastFailure) this.node.events.emit('notification-failed', message, told);
      this.lastFailure = message;
      return false;
    }
    this.lastFailure = undefined;
    const sent = outcome === 'delivered';
    const message = sent
      ? `sent the coverage alert to ${alerter}`
      : `${alerter} rejected the coverage alert: ${answer}`;
    this.node.events.emit(sent ? 'notification-sent' : 'notification-failed', message, told);
    return true;
  }

  /** Calls the dead-man-url, if there is one. Reports a failed call once. */
  async callDeadMan(): Promise<void> {
    const url = this.node.config['dead-man-url'];
    if (url === undefined) return;
    try {
      await callUrl({ url, signal: this.abort.signal, timeoutMs: TIMEOUT_MS, targets: this.targets });
      this.callFailed = false;
    } catch (error) {
      if (!this.callFailed)
        this.node.events.emit('warning', `could not call the dead-man-url; will retry: ${messageOf(error)}`);
      this.callFailed = true;
    }
  }
}
