import { type ClusterEvent, type EventSink, type EventType, timeId } from '@9volt/contracts';
import { encode } from '../codec.js';
import { EtcdError } from '../etcd-error.js';
import { ReconcileLoop } from './reconcile-loop.js';

const BATCH = 64;
const BATCH_BYTES = 262_144;
const MAX_KEPT = 2_000;

/**
 * Writes events to etcd in batches, in the order in which they happened. During an outage it keeps the newest 2,000 and writes them
 * afterwards. Events have no fence: a process that lost its lease may still report what it saw.
 */
export class EventRecorder implements EventSink {
  private pending: { id: string; value: string }[] = [];
  private dropped = 0;
  private readonly loop: ReconcileLoop;

  constructor(
    /** Writes encoded events. A batch may be written again after an unclear answer: that must change nothing. */
    private readonly write: (events: readonly { id: string; value: string }[]) => Promise<void>,
    private readonly memberId: () => string,
    /** Called for each event at once: logs, counters, the list of recent errors. */
    private readonly onEvent: (event: ClusterEvent) => void = () => undefined,
  ) {
    this.loop = new ReconcileLoop(() => this.flush(), { windowMs: 20, retryMs: 500 });
  }

  emit(
    type: EventType,
    message: string,
    about: { monitor?: string; alerter?: string; details?: Record<string, unknown> } = {},
  ): void {
    const event: ClusterEvent = {
      id: timeId(),
      type,
      message,
      timestamp: new Date().toISOString(),
      memberid: this.memberId(),
      ...about,
    };
    this.onEvent(event);
    this.pending.push({ id: event.id, value: encoded(event) });
    if (this.pending.length > MAX_KEPT) {
      this.pending.shift();
      this.dropped++;
    }
    this.loop.trigger();
  }

  /** How many events wait to be written. */
  get depth(): number {
    return this.pending.length;
  }

  /** Tries once more to write what is left. */
  async stop(): Promise<void> {
    await this.loop.stop();
    await this.flush().catch(() => undefined);
  }

  private async flush(): Promise<void> {
    let most = BATCH;
    while (this.pending.length > 0) {
      const batch = this.nextBatch(most);
      try {
        await this.write(batch);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        // A single event that etcd never accepts must not block all others.
        if (batch.length > 1) {
          most = 1;
          continue;
        }
        this.dropped++;
      }
      const done = new Set(batch);
      this.pending = this.pending.filter((event) => !done.has(event));
    }
    if (this.dropped > 0) {
      const { dropped } = this;
      this.dropped = 0;
      this.emit('warning', `${dropped} events were dropped because etcd did not accept them`);
    }
  }

  private nextBatch(most: number): { id: string; value: string }[] {
    let bytes = 0;
    const fitting = this.pending.slice(0, most).findIndex(({ value }) => (bytes += value.length) > BATCH_BYTES);
    return this.pending.slice(0, fitting === -1 ? most : Math.max(1, fitting));
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof EtcdError && (error.kind === 'too-large' || error.kind === 'refused');
}

/** Details come from anywhere; if they are not JSON, the event must survive. */
function encoded(event: ClusterEvent): string {
  try {
    return encode(event);
  } catch {
    return encode({ ...event, details: { error: 'these details are not JSON' } });
  }
}
