import { Inject, Injectable } from '@nestjs/common';
import type { DeliveryOutcome, Retryable } from '@9volt/alerters';
import { type DeliveryRecord, messageOf } from '@9volt/contracts';
import { ClusterNode } from '@9volt/etcd-dal';
import { AppLogger, type Logger, Metrics } from '@9volt/platform';
import { AlerterCache } from './alerter-cache.js';
import { isFailureReported } from './backoff.js';
import { OutboxView, type OwedNotification } from '../outbox/outbox-view.js';

const ATTEMPTED: readonly DeliveryOutcome['outcome'][] = ['delivered', 'retryable', 'rejected'];
/** Its alerter is gone, and so is its type. */
const DROPPED = { alerter_type: 'none', outcome: 'dropped' };

/** Reports the outcome of notifications: to people by events, to operators by the log and metrics. */
@Injectable()
export class DeliveryReport {
  private readonly log: Logger;
  private readonly deliveries;
  private readonly duration;

  constructor(
    private readonly node: ClusterNode,
    logger: AppLogger,
    metrics: Metrics,
    outbox: OutboxView,
    @Inject(AlerterCache) alerters: Pick<AlerterCache, 'types'>,
  ) {
    this.log = logger.child('notification');
    this.deliveries = metrics.counter(
      'ninevolt_deliveries_total',
      `Delivery attempts, by type of alerter and outcome (${ATTEMPTED.join(', ')}); dropped notifications have the type none`,
      ['alerter_type', 'outcome'],
      (counter) => {
        for (const type of alerters.types()) {
          for (const outcome of ATTEMPTED) counter.inc({ alerter_type: type, outcome }, 0);
        }
        counter.inc(DROPPED, 0);
      },
    );
    this.duration = metrics.histogram(
      'ninevolt_delivery_duration_seconds',
      'Duration of delivery attempts, by type of alerter',
      ['alerter_type'],
    );
    metrics.gauge('ninevolt_outbox_depth', 'Pending notifications in the whole cluster', [], (gauge) =>
      gauge.set(outbox.depth),
    );
    metrics.gauge(
      'ninevolt_outbox_oldest_age_seconds',
      'Age of the oldest pending notification in the cluster',
      [],
      (gauge) => gauge.set(outbox.oldestAgeMs() / 1_000),
    );
  }

  attempted(alerterType: string, outcome: DeliveryOutcome['outcome'], durationMs: number): void {
    this.deliveries.inc({ alerter_type: alerterType, outcome });
    this.duration.observe({ alerter_type: alerterType }, durationMs / 1_000);
  }

  failed(owed: OwedNotification, attempts: number, { answer, cause }: Retryable): void {
    const kept = cause === 'alerter' ? '; correct the alerter, and the worker sends it' : '';
    const what = cause === 'unclear' ? ': sent, not confirmed' : ' failed';
    this.log.debug(`attempt ${attempts} at ${phrase(owed)}${what}`, { ...facts(owed), answer });
    if (!isFailureReported(attempts)) return;
    const message = `attempt ${attempts} at ${phrase(owed)}${what}: ${answer}${kept}`;
    this.emit('notification-failed', owed, message, attempts, answer, cause === undefined ? {} : { cause });
  }

  /** It was sent whole, and the worker waits for the answer. */
  unclear(owed: OwedNotification, attempts: number, why: string): void {
    if (!isFailureReported(attempts)) return;
    const message = `attempt ${attempts} at ${phrase(owed)}: sent, not confirmed: ${why}; the worker does not send it again while the connection is open`;
    this.log.warn(message, facts(owed));
    this.emit('notification-failed', owed, message, attempts, why, { cause: 'unclear' });
  }

  /** It waits for a person to correct something. */
  waits(owed: OwedNotification, message: string): void {
    this.log.warn(`${phrase(owed)} waits: ${message}`, facts(owed));
    this.emit('notification-failed', owed, `${phrase(owed)} waits: ${message}`, 0, message);
  }

  /** Delivered or dropped, and removed. */
  settled(owed: OwedNotification, { outcome, attempts, answer }: DeliveryRecord, notice?: string): void {
    if (outcome === 'delivered') {
      this.log.info(`${phrase(owed)} delivered`, { ...facts(owed), attempts });
      const noted = notice === undefined ? '' : `; ${notice}`;
      if (noted !== '') this.log.warn(`change alerter "${owed.alerter}"${noted}`, facts(owed));
      this.emit('notification-sent', owed, `${phrase(owed)} delivered${noted}`, attempts, answer);
      return;
    }
    if (outcome === 'dropped') this.deliveries.inc(DROPPED);
    const said = outcome === 'rejected' ? 'was dropped: the provider rejected it' : 'is dropped';
    this.log.warn(`${phrase(owed)} ${said}: ${answer}`, facts(owed));
    this.emit('notification-failed', owed, `${phrase(owed)} ${said}: ${answer}`, attempts, answer, { dropped: true });
  }

  cancelled(owed: OwedNotification): void {
    this.log.info(`${phrase(owed)} is not sent: the problem ended before it could be sent`, facts(owed));
  }

  /** The outcome of a notification could not be recorded. */
  unwritten(monitor: string, error: unknown): void {
    this.trouble(`could not write the outbox of monitor "${monitor}"; will retry`, messageOf(error));
  }

  trouble(message: string, error: string): void {
    this.log.warn(`${message}: ${error}`);
  }

  private emit(
    type: 'notification-sent' | 'notification-failed',
    owed: OwedNotification,
    message: string,
    attempts: number,
    answer: string,
    more: Record<string, unknown> = {},
  ): void {
    const { incident, alert } = owed.entry;
    const details = {
      incident,
      type: alert.type,
      ...(alert.note ? { note: alert.note.kind } : {}),
      ...(alert.burn ? { burn: alert.burn } : {}),
      ...(alert.reason ? { reason: alert.reason } : {}),
      attempts,
      answer,
      ...more,
    };
    this.node.events.emit(type, message, { monitor: owed.monitor, alerter: owed.alerter, details });
  }
}

function phrase({ monitor, alerter, entry }: OwedNotification): string {
  const { type, note } = entry.alert;
  return `${note ? `note (${note.kind})` : type} of monitor "${monitor}" to alerter "${alerter}"`;
}

function facts({ monitor, alerter, entry }: OwedNotification): Record<string, unknown> {
  return { monitor, alerter, incident: entry.incident, notification: entry.id };
}
