import { validateAlerter } from '@9volt/alerters';
import { isPlainObject } from '@9volt/contracts';
import { commit, encode, type Entry, EtcdClient, Keyspace, type Op, type Compare } from '@9volt/etcd-dal';
import { validateMonitor } from '@9volt/monitors';
import type { EtcdConfig } from '@9volt/platform';
import type { Kind } from './entry.js';
import { inBatches } from './in-batches.js';
import type { Catalogue, Change, Stored, SyncPlan } from './plan-sync.js';

export const DEMO_TAG = '9volt-demo';

/** Somebody else changed what was read; nothing of this batch was written. */
export class ChangedMeanwhileError extends Error {
  constructor(readonly written: number) {
    super(
      `the stored configuration was changed meanwhile; ${written} of the changes are written. Run this again: it converges`,
    );
    this.name = 'ChangedMeanwhileError';
  }
}

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
   * revisions that were read. Throws {@link ChangedMeanwhileError} at the first batch that no longer fits.
   */
  async apply(plan: SyncPlan, onProgress: (written: number) => void = () => undefined): Promise<void> {
    const puts = [...plan.added, ...plan.changed].sort(byKind('alerter'));
    const removals = [...plan.removed].sort(byKind('monitor'));
    let written = 0;
    for (const batch of [...inBatches(puts, sizeOf), ...inBatches(removals, sizeOf)]) {
      const compare: Compare[] = batch.map((change) => ({
        key: this.keyOf(change),
        target: 'mod',
        value: change.modRevision,
      }));
      const then: Op[] = batch.map((change) =>
        change.value === undefined
          ? { delete: this.keyOf(change) }
          : { put: this.keyOf(change), value: encode(change.value) },
      );
      const committed = await commit(this.client, { compare, then });
      if (committed.outcome === 'refused') throw new ChangedMeanwhileError(written);
      written += batch.length;
      onProgress(written);
    }
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

function sizeOf({ name, value }: Change): number {
  return 2 * name.length + 200 + (value ? encode(value).length * 2 : 0);
}
