import type { EtcdClient } from '../etcd.client.js';
import type { Watchable } from '../shape.js';
import type { ClusterGuard } from './cluster-guard.js';
import type { OnDefect } from './guarded.js';
import { Informer, type InformerOptions } from './informer.js';
import type { Unreadable } from './unreadable.js';

/** What a watch needs; every process has one of each. */
export interface WatchingNode {
  client: EtcdClient;
  guard: ClusterGuard;
  unreadable: Unreadable;
  /** Called for an exception in a handler: a defect of ours, which must not end the watch or the process. */
  onDefect: OnDefect;
}

/** A cache of the keys of one noun: only of the expected data, parsed, and with a report of each invalid value. */
export class Watched<T> extends Informer<T> {
  constructor(
    { client, guard, unreadable, onDefect }: WatchingNode,
    noun: Watchable<T>,
    handlers: Pick<InformerOptions<T>, 'onChange' | 'onRevision' | 'onConnection' | 'onRelist'> = {},
  ) {
    super(client, { ...noun, ...handlers, guard, unreadable, onDefect });
  }
}
