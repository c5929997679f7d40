import type { EtcdClient } from '../etcd.client.js';
import type { Watchable } from '../shape.js';
import type { ClusterGuard } from './cluster-guard.js';
import { Informer, type InformerOptions } from './informer.js';
import type { Unreadable } from './unreadable.js';

/** What a watch needs; every process has one of each. */
export interface WatchingNode {
  client: EtcdClient;
  guard: ClusterGuard;
  unreadable: Unreadable;
}

/** A cache of the keys of one noun: only of the expected data, parsed, and with a report of each invalid value. */
export class Watched<T> extends Informer<T> {
  constructor(
    { client, guard, unreadable }: WatchingNode,
    noun: Watchable<T>,
    handlers: Pick<InformerOptions<T>, 'onChange' | 'onRevision' | 'onConnection' | 'onLost' | 'onRelist'> = {},
  ) {
    super(client, { ...noun, ...handlers, guard, unreadable });
  }
}
