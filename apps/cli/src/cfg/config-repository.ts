import { validateAlerter } from '@9volt/alerters';
import { isPlainObject } from '@9volt/contracts';
import { encode, type Entry, EtcdClient, type KeyChange, Keyspace, OperatorStore } from '@9volt/etcd-dal';
import { validateMonitor } from '@9volt/monitors';
import type { EtcdConfig } from '@9volt/platform/config';
import type { Kind } from './entry.js';
import type { Catalogue, Change, Stored, SyncPlan } from './plan-sync.js';
import { writeInBatches } from './write-in-batches.js';

export const DEMO_TAG = '9volt-demo';

/** Reads and writes monitors and alerters in etcd. */
export class ConfigRepository {
  private readonly client: EtcdClient;
  private readonly keys: Keyspace;

  constructor(config: EtcdConfig) {
    this.client = new EtcdClient(config.etcd);
    this.keys = new Keyspace(config.prefix);
  }

  async read(): Promise<Catalogue<Stored>> {
    const monitors = await this.client.list(this.keys.monitors);
    const alerters = await this.client.list(this.keys.alerters, { revision: monitors.revision });
    return {
      monitor: new Map(
        monitors.entries.map((entry) => [entry.key.slice(this.keys.monitors.length), storedMonitor(this.keys, entry)]),
      ),
      alerter: new Map(
        alerters.entries.map((entry) => [entry.key.slice(this.keys.alerters.length), storedAlerter(this.keys, entry)]),
      ),
    };
  }

  /**
   * Writes a plan: what monitors refer to before them, and every put before the first removal, in batches that compare the
   * revisions that were read. Throws `ChangedMeanwhileError` at the first batch that no longer fits.
   */
  async apply(plan: SyncPlan, onProgress: (written: number) => void = () => undefined): Promise<void> {
    const puts = [...plan.added, ...plan.changed].sort(byKind('alerter'));
    const removals = [...plan.removed].sort(byKind('monitor'));
    const keyed = (changes: readonly Change[]): KeyChange[] =>
      changes.map((change) => ({
        key: this.keyOf(change),
        modRevision: change.modRevision,
        ...(change.value === undefined ? {} : { value: Buffer.from(encode(change.value)) }),
      }));
    await writeInBatches(new OperatorStore(this.client, this.keys), [keyed(puts), keyed(removals)], onProgress);
  }

  close(): void {
    this.client.close();
  }

  private keyOf({ kind, name }: Change): string {
    return kind === 'monitor' ? this.keys.monitor(name) : this.keys.alerter(name);
  }
}

function storedMonitor(keys: Keyspace, entry: Entry): Stored {
  const raw = parse(entry.value);
  const validated = validateMonitor(entry.key.slice(keys.monitors.length), raw);
  const tags = isPlainObject(raw) && Array.isArray(raw['tags']) ? raw['tags'] : [];
  return {
    value: validated.ok ? validated.value : undefined,
    modRevision: entry.modRevision,
    demo: tags.includes(DEMO_TAG),
  };
}

function storedAlerter(keys: Keyspace, entry: Entry): Stored {
  const validated = validateAlerter(entry.key.slice(keys.alerters.length), parse(entry.value));
  return { value: validated.ok ? validated.value : undefined, modRevision: entry.modRevision, demo: false };
}

function parse(value: Buffer): unknown {
  try {
    return JSON.parse(value.toString());
  } catch {
    return undefined;
  }
}

function byKind(first: Kind): (a: Change, b: Change) => number {
  return (a, b) => Number(b.kind === first) - Number(a.kind === first);
}
