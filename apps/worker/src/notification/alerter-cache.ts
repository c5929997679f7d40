import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { validateAlerter } from '@9volt/alerters';
import { type AlerterSettings, sentencesOf } from '@9volt/contracts';
import { type Change, ClusterNode, type Parsed, Watched } from '@9volt/etcd-dal';

export type AlerterLookup =
  | { state: 'ready'; settings: AlerterSettings }
  /** Written into etcd by hand, and never valid since this process started. */
  | { state: 'invalid'; message: string }
  /** `since` is when this process first missed it, by `performance.now()`. */
  | { state: 'absent'; since: number }
  | { state: 'unlisted' };

/** The usable alerters: the last valid version of each, validated once. It keeps them when the connection to etcd is lost. */
@Injectable()
export class AlerterCache implements OnApplicationShutdown {
  private readonly informer: Watched<AlerterLookup>;
  private readonly usable = new Map<string, AlerterLookup>();
  private readonly missedSince = new Map<string, number>();
  private readonly listeners = new Set<(name: string, lookup: AlerterLookup) => void>();
  private listed = false;

  constructor(private readonly node: ClusterNode) {
    this.informer = new Watched(node, node.stores.alerter.judged(judge), {
      onChange: (change) => this.apply(change),
    });
  }

  /** Resolves once all are listed; anybody may call it. */
  async start(): Promise<void> {
    await this.informer.start();
    this.listed = true;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.informer.stop();
  }

  get(name: string): AlerterLookup {
    const found = this.usable.get(name);
    if (found) return found;
    if (!this.listed) return { state: 'unlisted' };
    const since = this.missedSince.get(name) ?? performance.now();
    this.missedSince.set(name, since);
    return { state: 'absent', since };
  }

  /** The types of all usable alerters. */
  types(): Set<string> {
    const ready = [...this.usable.values()].filter((lookup) => lookup.state === 'ready');
    return new Set(ready.map(({ settings }) => settings.type));
  }

  /** Called for each change, also of an invalid alerter. Must not throw or block. */
  onChange(listener: (name: string, lookup: AlerterLookup) => void): void {
    this.listeners.add(listener);
  }

  private apply({ key, after }: Change<AlerterLookup>): void {
    const name = this.nameOf(key);
    const kept = this.usable.get(name);
    if (!after) {
      this.usable.delete(name);
      this.missedSince.set(name, performance.now());
    } else {
      this.missedSince.delete(name);
      if (after.value.state === 'ready' || kept?.state !== 'ready') this.usable.set(name, after.value);
    }
    const lookup = after?.value ?? this.get(name);
    for (const listener of this.listeners) listener(name, lookup);
  }

  private nameOf(key: string): string {
    return this.node.keys.under(this.node.keys.alerters, key) ?? '';
  }
}

function judge(name: string, { value, fault }: Parsed): AlerterLookup {
  if (fault !== undefined) return { state: 'invalid', message: fault };
  const result = validateAlerter(name, value);
  return result.ok
    ? { state: 'ready', settings: result.value }
    : { state: 'invalid', message: sentencesOf(result.errors) };
}
