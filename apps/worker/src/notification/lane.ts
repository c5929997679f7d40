import type { Retryable } from '@9volt/alerters';
import type { OutboxQueue, OwedNotification } from '../outbox/outbox-view.js';

/** What is known of the first of a queue. */
export interface Head {
  readonly key: string;
  /** Attempts of this process. */
  attempts: number;
  /** Whether one of them was sent whole and never answered. */
  unclear: boolean;
  /** Who of several has it, and since when some have: the others are told alone. */
  reached: readonly string[];
  reachedSince: number | undefined;
  /** By `performance.now()`. */
  notBefore: number;
  /** Whether a person was told that it waits for them. */
  faultTold: boolean;
}

/** What this process remembers of what is owed to one alerter about one monitor. */
export class Lane {
  /** Ends the attempt whose answer is overdue. */
  giveUp: (() => void) | undefined;
  /** The last of the queue when it was looked at for what cancels out. */
  examinedUpTo: string | undefined;
  private current: Head | undefined;
  /** Keys removed from etcd that the view still has. */
  private readonly removed = new Set<string>();

  constructor(
    readonly monitor: string,
    readonly alerter: string,
    /** Has it looked at again. */
    readonly again: () => void,
  ) {}

  get key(): string {
    return laneKey(this.monitor, this.alerter);
  }

  /** What is left of a queue of the view. */
  left(listed: OutboxQueue): OutboxQueue {
    if (this.removed.size === 0) return listed;
    for (const key of this.removed) if (!listed.some((owed) => owed.key === key)) this.removed.delete(key);
    return listed.filter(({ key }) => !this.removed.has(key));
  }

  remove(owed: OwedNotification): void {
    this.removed.add(owed.key);
  }

  /** A notification that has become the first starts anew. */
  head(owed: OwedNotification): Head {
    if (this.current?.key !== owed.key) {
      this.current = {
        key: owed.key,
        attempts: 0,
        unclear: false,
        reached: [],
        reachedSince: undefined,
        notBefore: 0,
        faultTold: false,
      };
    }
    return this.current;
  }

  /** Whether this process began to send it. */
  attempted(owed: OwedNotification): boolean {
    return this.current?.key === owed.key && this.current.attempts > 0;
  }

  /** Whatever the first waited for may have changed. */
  retryNow(): void {
    if (!this.current) return;
    this.current.notBefore = 0;
    this.current.faultTold = false;
  }
}

/** Whether those who are left of several were tried for long enough: one full mailbox must not keep the others from what comes next. */
export function isRestDone(head: Head, { reached = [] }: Retryable, limitMs: number, now: number): boolean {
  if (reached.length === 0) return false;
  head.reached = reached;
  head.reachedSince ??= now;
  return now - head.reachedSince >= limitMs;
}

/** Names contain no slash. */
export function laneKey(monitor: string, alerter: string): string {
  return `${monitor}/${alerter}`;
}
