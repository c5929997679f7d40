import { type Matched, type Matcher, MatcherIndex } from '@9volt/contracts';
import { type Change, type ClusterNode, type Watchable, Watched } from '@9volt/etcd-dal';
import type { OwnedMonitor } from '../../owned/owned-monitor.js';

/** How to find a noun that is about several monitors. */
export interface MatchedNoun<T, U> {
  watched: Watchable<T>;
  nameOf: (key: string) => string;
  /** Validates it, and returns its monitors; undefined if it is invalid: the last valid one stays. */
  usable: (value: T, name: string) => { match: Matcher; value: U } | undefined;
}

/** Silences, or maintenance windows, by their monitors. It keeps them when the connection to etcd is lost. */
export class MatchedView<T, U> {
  private readonly matching = new MatcherIndex<U>();
  private readonly informer: Watched<T>;

  constructor(
    node: ClusterNode,
    private readonly noun: MatchedNoun<T, U>,
    private readonly onChange: () => void,
  ) {
    this.informer = new Watched(node, noun.watched, { onChange: (change) => this.apply(change) });
  }

  start(): Promise<void> {
    return this.informer.start();
  }

  stop(): Promise<void> {
    return this.informer.stop();
  }

  of(monitor: OwnedMonitor): readonly Matched<U>[] {
    return this.matching.of(monitor);
  }

  private apply({ key, after }: Change<T>): void {
    const name = this.noun.nameOf(key);
    if (after) {
      const usable = this.noun.usable(after.value, name);
      if (!usable) return;
      this.matching.set(name, usable.match, usable.value);
    } else this.matching.delete(name);
    this.onChange();
  }
}
