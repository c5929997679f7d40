import { type ClusterNode, type Entry, type ReportFault, Watched } from '@9volt/etcd-dal';

export interface KnownState {
  /** Empty if the state is invalid. */
  target: string;
  createRevision: number;
  /** Ids of the silences that hold back its alarms; absent if there are none. */
  silences?: readonly string[];
}

/**
 * What exists of monitors beside their configuration: states, pending notifications and handbacks. Reports changes of that only.
 */
export class Leftovers {
  readonly states: Watched<KnownState>;
  readonly outbox: Watched<true>;
  readonly handbacks: Watched<true>;
  private readonly stateOf = new Map<string, KnownState>();
  private readonly waiting = new Map<string, number>();

  constructor(
    node: ClusterNode,
    private readonly onChange: (monitor: string) => void,
  ) {
    const { keys, stores } = node;
    const states = {
      prefix: keys.states,
      decode: (entry: Entry, report: ReportFault): KnownState => {
        const state = stores.state.parsed(entry, report);
        const held = Object.values(state?.held ?? {}).flatMap(({ reason, by }) =>
          reason === 'silence' && by !== undefined ? [by] : [],
        );
        return {
          target: state?.target ?? '',
          createRevision: state?.createRevision ?? 0,
          ...(held.length > 0 ? { silences: held } : {}),
        };
      },
    };
    this.states = new Watched(node, states, {
      onChange: ({ key, after }) => this.applyState(key.slice(keys.states.length), after?.value),
    });
    const owing = (prefix: string, monitorOf: (key: string) => string | undefined): Watched<true> =>
      new Watched<true>(
        node,
        { prefix, decode: () => true },
        {
          onChange: ({ key, before, after }) => {
            const monitor = monitorOf(key);
            if (monitor !== undefined && !before !== !after) this.applyEntry(monitor, after ? 1 : -1);
          },
        },
      );
    this.outbox = owing(keys.outbox, (key) => keys.parseOutbox(key)?.monitor);
    this.handbacks = owing(keys.handbacks, (key) => keys.parseHandback(key)?.monitor);
  }

  /** Names of monitors with leftovers. */
  *names(): Generator<string> {
    yield* this.stateOf.keys();
    yield* this.waiting.keys();
  }

  state(monitor: string): KnownState | undefined {
    return this.stateOf.get(monitor);
  }

  /** Monitors with alarms that a silence holds back, sorted. */
  heldBy(silence: string): string[] {
    return [...this.stateOf].flatMap(([name, { silences }]) => (silences?.includes(silence) ? [name] : [])).sort();
  }

  owed(monitor: string): boolean {
    return this.waiting.has(monitor);
  }

  private applyState(monitor: string, after: KnownState | undefined): void {
    const before = this.stateOf.get(monitor);
    if (after) this.stateOf.set(monitor, after);
    else this.stateOf.delete(monitor);
    // A state changes with every result of another status; hardly any of that matters here.
    if (before?.target !== after?.target || before?.createRevision !== after?.createRevision) this.onChange(monitor);
  }

  private applyEntry(monitor: string, more: 1 | -1): void {
    const count = (this.waiting.get(monitor) ?? 0) + more;
    if (count > 0) this.waiting.set(monitor, count);
    else this.waiting.delete(monitor);
    if (count === 0 || (count === 1 && more === 1)) this.onChange(monitor);
  }
}
