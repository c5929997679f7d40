import type { Retryable } from '@9volt/alerters';
import type { OutboxQueue, OwedNotification } from '../outbox/outbox-view.js';

/** The facts about the first of a queue. */
export interface Head {
  readonly key: string;
  /** Attempts of this process. */
  attempts: number;
  /** Whether one of them was sent whole and never answered. */
  unclear: boolean;
  /** The recipients that have it, and since when; attempts go only to the others. */
  reached: readonly string[];
  reachedSince: number | undefined;
  /** By `performance.now()`. */
  notBefore: number;
  /** Whether a person was notified that it waits for them. */
  faultTold: boolean;
}

/** What this process remembers of the queue of one alerter and one monitor. */
export class Lane {
  /** Aborts the attempt whose answer is overdue. */
  giveUp: (() => void) | undefined;
  /** The last of the queue at the latest look for entries that cancel out. */
  examinedUpTo: string | undefined;
  private current: Head | undefined;
  /** Keys removed from etcd that the view still has. */
  private readonly removed = new Set<string>();

  constructor(
    readonly monitor: string,
    readonly alerter: string,
    /** Triggers another look at it. */
    readonly again: () => void,
  ) {}

  get key(): string {
    return laneKey(this.monitor, this.alerter);
  }

  /** The entries of the view that are left. */
  left(listed: OutboxQueue): OutboxQueue {
    if (this.removed.size === 0) return listed;
    for (const key of this.removed) if (!listed.some((owed) => owed.key === key)) this.removed.delete(key);
    return listed.filter(({ key }) => !this.removed.has(key));
  }

  remove(owed: OwedNotification): void {
    this.removed.add(owed.key);
  }

  /** A notification that has become the first starts from zero. */
  head(owed: OwedNotification): Head {
    if (this.current?.key !== owed.key) {
      this.current = {
        key: owed.key,
        attempts: 0,
        unclear: false,
        reached: owed.entry.reached ?? [],
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

  /** The reason why the first entry waited may have changed. */
  retryNow(): void {
    if (!this.current) return;
    this.current.notBefore = 0;
    this.current.faultTold = false;
  }
}

/**
 * Whether the remaining recipients were tried for long enough: one full mailbox must not keep the next notification from the
 * others.
 */
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
