import { circleFault, Circles, parentsIn } from '@9volt/contracts';
import { type Change, type ClusterNode, type Entry, MAX_SETTINGS_BYTES, Watched } from '@9volt/etcd-dal';
import { type Judged, judgeMonitor, type MonitorSource } from './judge-monitor.js';

interface Known {
  source: MonitorSource;
  revision: number;
  createRevision: number;
  /** Once it was asked for. */
  verdict: Judged | undefined;
}

/** All monitors in etcd, each judged once for each revision, at the first question; whether it closes a circle depends on others, too. */
export class MonitorCatalog {
  readonly informer: Watched<MonitorSource>;
  /** By name. With 100,000 monitors, building the key for each look would cost more than the look. */
  private readonly known = new Map<string, Known>();
  private readonly circles = new Circles();

  /** `onDoubt` names monitors of which the verdict may differ after a change of another. */
  constructor(
    node: ClusterNode,
    onChange: (monitor: string, change: Change<MonitorSource>) => void,
    onDoubt: (monitor: string) => void = () => undefined,
  ) {
    const prefix = node.keys.monitors;
    this.informer = new Watched(
      node,
      { prefix, decode: toSource },
      {
        onChange: (change) => {
          const name = change.key.slice(prefix.length);
          const { after } = change;
          if (!after) this.known.delete(name);
          else {
            const { value: source, modRevision: revision, createRevision } = after;
            this.known.set(name, { source, revision, createRevision, verdict: undefined });
          }
          const doubtful = this.circles.set(name, parentsIn(after?.value.text), after?.modRevision ?? 0);
          onChange(name, change);
          for (const one of doubtful) onDoubt(one);
        },
      },
    );
  }

  /** Names of all monitors, including invalid ones. */
  names(): Iterable<string> {
    return this.known.keys();
  }

  get size(): number {
    return this.known.size;
  }

  has(name: string): boolean {
    return this.known.has(name);
  }

  /** Undefined if there is no such monitor. */
  get(name: string): Judged | undefined {
    const known = this.known.get(name);
    if (!known) return undefined;
    const { source, revision, createRevision } = known;
    const verdict = (known.verdict ??= judgeMonitor(name, source, { revision, createRevision }));
    const circle = verdict.verdict === 'valid' ? this.circles.closedBy(name) : undefined;
    return circle ? { verdict: 'refused', revision, createRevision, reason: circleFault(circle) } : verdict;
  }
}

/** A text that is too large is not kept. */
export function toSource({ value }: Entry): MonitorSource {
  return { text: value.length > MAX_SETTINGS_BYTES ? undefined : value.toString(), bytes: value.length };
}
