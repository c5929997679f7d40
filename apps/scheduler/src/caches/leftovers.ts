import type { MonitorState } from '@9volt/contracts';
import { type ClusterNode, decode, Informer } from '@9volt/etcd-dal';

export interface KnownState {
  /** Empty when the state makes no sense. */
  target: string;
  createRevision: number;
}

/**
 * What exists of monitors beside their configuration: a state, and what is owed, which is notifications that wait and what workers told without
 * etcd. Told only when that changes.
 */
export class Leftovers {
  readonly states: Informer<KnownState>;
  readonly outbox: Informer<true>;
  readonly handbacks: Informer<true>;
  private readonly stateOf = new Map<string, KnownState>();
  private readonly waiting = new Map<string, number>();

  constructor(
    { client, keys, guard }: ClusterNode,
    private readonly onChange: (monitor: string) => void,
  ) {
    this.states = new Informer<KnownState>(client, {
      prefix: keys.states,
      decode: ({ value }) => {
        const state = decode<Partial<MonitorState>>(value);
        return { target: state?.target ?? '', createRevision: state?.createRevision ?? 0 };
      },
      onChange: ({ key, after }) => this.applyState(key.slice(keys.states.length), after?.value),
      guard,
    });
    const owing = (prefix: string, monitorOf: (key: string) => string | undefined): Informer<true> =>
      new Informer<true>(client, {
        prefix,
        decode: () => true,
        onChange: ({ key, before, after }) => {
          const monitor = monitorOf(key);
          if (monitor !== undefined && !before !== !after) this.applyEntry(monitor, after ? 1 : -1);
        },
        guard,
      });
    this.outbox = owing(keys.outbox, (key) => keys.parseOutbox(key)?.monitor);
    this.handbacks = owing(keys.handbacks, (key) => keys.parseHandback(key)?.monitor);
  }

  /** Names of monitors of which something is left. */
  *names(): Generator<string> {
    yield* this.stateOf.keys();
    yield* this.waiting.keys();
  }

  state(monitor: string): KnownState | undefined {
    return this.stateOf.get(monitor);
  }

  owed(monitor: string): boolean {
    return this.waiting.has(monitor);
  }

  private applyState(monitor: string, after: KnownState | undefined): void {
    const before = this.stateOf.get(monitor);
    if (after) this.stateOf.set(monitor, after);
    else this.stateOf.delete(monitor);
    // A state changes with every result of another status; nearly none of that matters here.
    if (before?.target !== after?.target || before?.createRevision !== after?.createRevision) this.onChange(monitor);
  }

  private applyEntry(monitor: string, more: 1 | -1): void {
    const count = (this.waiting.get(monitor) ?? 0) + more;
    if (count > 0) this.waiting.set(monitor, count);
    else this.waiting.delete(monitor);
    if (count === 0 || (count === 1 && more === 1)) this.onChange(monitor);
  }
}
