import type { OwnedGroup } from '@9volt/etcd-dal';

/** What this process knows of one group. */
export interface Group {
  alerter: string;
  /** In words. */
  by: string;
  owned: OwnedGroup | undefined;
  /** When it may ask again whether the owner is gone, by `performance.now()`. */
  nextClaimAt: number;
  /** When the first of the pending notifications was seen, by `performance.now()`. */
  pendingSince: number | undefined;
  /** When the last message was delivered, by `performance.now()`; an estimate if another worker sent it. */
  sentAt: number | undefined;
  attempts: number;
  unclear: boolean;
  notBefore: number;
  /** Since when only some of several recipients lack the message, by `performance.now()`. */
  reachedSince: number | undefined;
  /** Incidents whose notifications this process began to send. */
  begun: Set<string>;
}

export function newGroup(alerter: string, by: string): Group {
  return {
    alerter,
    by,
    owned: undefined,
    nextClaimAt: 0,
    pendingSince: undefined,
    sentAt: undefined,
    attempts: 0,
    unclear: false,
    notBefore: 0,
    reachedSince: undefined,
    begun: new Set(),
  };
}
