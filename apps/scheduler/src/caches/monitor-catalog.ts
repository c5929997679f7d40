import { type Change, type ClusterNode, type Entry, MAX_SETTINGS_BYTES, Watched } from '@9volt/etcd-dal';
import { type Judged, judgeMonitor, type MonitorSource } from './judge-monitor.js';

interface Known {
  source: MonitorSource;
  revision: number;
  createRevision: number;
  /** Once it was asked for. */
  verdict: Judged | undefined;
}

/** All monitors in etcd, each judged once for each revision, at the first question. */
export class MonitorCatalog {
  readonly informer: Watched<MonitorSource>;
  /** By name. With 100,000 monitors, building the key for each look would cost more than the look. */
  private readonly known = new Map<string, Known>();

  constructor(node: ClusterNode, onChange: (monitor: string, change: Change<MonitorSource>) => void) {
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
          onChange(name, change);
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
    return (known.verdict ??= judgeMonitor(name, source, { revision, createRevision }));
  }
}

/** A text that is too large is not kept. */
export function toSource({ value }: Entry): MonitorSource {
  return { text: value.length > MAX_SETTINGS_BYTES ? undefined : value.toString(), bytes: value.length };
}
