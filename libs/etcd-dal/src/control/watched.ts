import type { EtcdClient } from '../etcd.client.js';
import type { Watchable } from '../shape.js';
import type { ClusterGuard } from './cluster-guard.js';
import type { OnDefect } from './guarded.js';
import { Informer, type InformerOptions } from './informer.js';
import type { Unreadable } from './unreadable.js';

/** Where something is watched: what every process has one of. */
export interface WatchingNode {
  client: EtcdClient;
  guard: ClusterGuard;
  unreadable: Unreadable;
  /** Called for an exception in a handler: a defect of ours, which must not end the watch, let alone the process. */
  onDefect: OnDefect;
}

/** A cache of the keys of one noun: of these data only, parsed, and with a word about what is not whole. */
export class Watched<T> extends Informer<T> {
  constructor(
    { client, guard, unreadable, onDefect }: WatchingNode,
    noun: Watchable<T>,
    handlers: Pick<InformerOptions<T>, 'onChange' | 'onRevision' | 'onConnection' | 'onRelist'> = {},
  ) {
    super(client, { ...noun, ...handlers, guard, unreadable, onDefect });
  }
}
