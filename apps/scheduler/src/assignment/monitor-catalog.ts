import { type Change, type ClusterNode, type Entry, Informer, type Keyspace } from '@9volt/etcd-dal';
import { type Judged, judgeMonitor, MAX_MONITOR_BYTES, type MonitorSource } from './judge-monitor.js';

/** All monitors as they stand in etcd, each judged once for each revision, when it is first asked for. */
export class MonitorCatalog {
  readonly informer: Informer<MonitorSource>;
  private readonly keys: Keyspace;
  private readonly verdicts = new Map<string, Judged>();

  constructor(node: ClusterNode, onChange: (monitor: string, change: Change<MonitorSource>) => void) {
    this.keys = node.keys;
    this.informer = new Informer<MonitorSource>(node.client, {
      prefix: this.keys.monitors,
      decode: toSource,
      onChange: (change) => onChange(change.key.slice(this.keys.monitors.length), change),
      guard: node.guard,
    });
  }

  /** Names of all monitors, the refused ones too. */
  *names(): Generator<string> {
    for (const key of this.informer.items.keys()) yield key.slice(this.keys.monitors.length);
  }

  has(name: string): boolean {
    return this.informer.get(this.keys.monitor(name)) !== undefined;
  }

  /** Undefined when there is no such monitor. */
  get(name: string): Judged | undefined {
    const item = this.informer.get(this.keys.monitor(name));
    if (!item) {
      this.verdicts.delete(name);
      return undefined;
    }
    const known = this.verdicts.get(name);
    if (known?.revision === item.modRevision) return known;
    const verdict = judgeMonitor(name, item.value, { revision: item.modRevision, createRevision: item.createRevision });
    this.verdicts.set(name, verdict);
    return verdict;
  }
}

function toSource({ value }: Entry): MonitorSource {
  return { text: value.length > MAX_MONITOR_BYTES ? undefined : value.toString(), bytes: value.length };
}
