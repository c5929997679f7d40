import type { MonitorState } from '@9volt/contracts';
import { type ClusterNode, decode, Informer, type Keyspace } from '@9volt/etcd-dal';

export interface KnownState {
  /** Empty when the state makes no sense. */
  target: string;
  createRevision: number;
}

/** What exists of monitors beside their configuration: a state, and notifications that wait. Told only when that changes. */
export class Leftovers {
  readonly states: Informer<KnownState>;
  readonly outbox: Informer<true>;
  private readonly keys: Keyspace;
  private readonly waiting = new Map<string, number>();

  constructor(node: ClusterNode, onChange: (monitor: string) => void) {
    this.keys = node.keys;
    this.states = new Informer<KnownState>(node.client, {
      prefix: this.keys.states,
      decode: (entry) => {
        const state = decode<Partial<MonitorState>>(entry.value);
        return { target: state?.target ?? '', createRevision: state?.createRevision ?? 0 };
      },
      onChange: ({ key, before, after }) => {
        const same =
          before?.value.target === after?.value.target && before?.value.createRevision === after?.value.createRevision;
        if (!same || !before !== !after) onChange(key.slice(this.keys.states.length));
      },
      guard: node.guard,
    });
    this.outbox = new Informer<true>(node.client, {
      prefix: this.keys.outbox,
      decode: () => true,
      onChange: ({ key, before, after }) => {
        const monitor = this.keys.parseOutbox(key)?.monitor;
        if (monitor === undefined || !before === !after) return;
        const count = (this.waiting.get(monitor) ?? 0) + (after ? 1 : -1);
        if (count > 0) this.waiting.set(monitor, count);
        else this.waiting.delete(monitor);
        if (count <= 1) onChange(monitor);
      },
      guard: node.guard,
    });
  }

  /** Names of monitors of which something is left. */
  *names(): Generator<string> {
    for (const key of this.states.items.keys()) yield key.slice(this.keys.states.length);
    yield* this.waiting.keys();
  }

  state(monitor: string): KnownState | undefined {
    return this.states.get(this.keys.state(monitor))?.value;
  }

  owed(monitor: string): boolean {
    return this.waiting.has(monitor);
  }
}
