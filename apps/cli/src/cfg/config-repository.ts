import { validateAlerter } from '@9volt/alerters';
import { isPlainObject, MaintenanceSettings, type Validated, validateSettings } from '@9volt/contracts';
import { encode, type Entry, EtcdClient, type KeyChange, Keyspace, OperatorStore } from '@9volt/etcd-dal';
import { validateMonitor } from '@9volt/monitors';
import type { EtcdConfig } from '@9volt/platform/config';
import type { Kind } from './entry.js';
import type { Catalogue, Change, Stored, SyncPlan } from './plan-sync.js';
import { writeInBatches } from './write-in-batches.js';

export const DEMO_TAG = '9volt-demo';

/** Reads and writes monitors, alerters and maintenance windows in etcd. */
export class ConfigRepository {
  private readonly client: EtcdClient;
  private readonly keys: Keyspace;

  constructor(config: EtcdConfig) {
    this.client = new EtcdClient(config.etcd);
    this.keys = new Keyspace(config.prefix);
  }

  async read(): Promise<Catalogue<Stored>> {
    const { monitors, alerters, maintenances } = this.keys;
    const read = await this.client.list(monitors);
    const at = { revision: read.revision };
    const [{ entries }, windows] = await Promise.all([
      this.client.list(alerters, at),
      this.client.list(maintenances, at),
    ]);
    const stored = (kind: Kind, prefix: string, found: readonly Entry[]): Map<string, Stored> =>
      new Map(
        found.map((entry) => {
          const name = entry.key.slice(prefix.length);
          return [name, new StoredEntry(kind, name, entry)];
        }),
      );
    return {
      monitor: stored('monitor', monitors, read.entries),
      alerter: stored('alerter', alerters, entries),
      maintenance: stored('maintenance', maintenances, windows.entries),
    };
  }

  /**
   * Writes a plan: referenced entries before the monitors that refer to them, and every put before the first removal, in batches
   * that compare the revisions that were read. Throws `ChangedMeanwhileError` at the first batch that no longer fits.
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
    return this.keys[kind](name);
  }
}

const VALIDATE: Readonly<Record<Kind, (name: string, raw: unknown) => Validated<object>>> = {
  monitor: validateMonitor,
  alerter: validateAlerter,
  maintenance: (_name, raw) => validateSettings(MaintenanceSettings, raw),
};

/** Most of what is stored is what the files say: nothing of it has to be validated then. */
class StoredEntry implements Stored {
  readonly text: string;
  readonly modRevision: number;
  private validated: { value: object | undefined } | undefined;

  constructor(
    private readonly kind: Kind,
    private readonly name: string,
    { value, modRevision }: Entry,
  ) {
    this.text = value.toString();
    this.modRevision = modRevision;
  }

  get value(): object | undefined {
    const validated = (this.validated ??= valueOf(VALIDATE[this.kind](this.name, parse(this.text))));
    return validated.value;
  }

  get demo(): boolean {
    const raw = this.text.includes(DEMO_TAG) ? parse(this.text) : undefined;
    return (
      this.kind === 'monitor' && isPlainObject(raw) && Array.isArray(raw['tags']) && raw['tags'].includes(DEMO_TAG)
    );
  }
}

function valueOf(validated: { ok: true; value: object } | { ok: false }): { value: object | undefined } {
  return { value: validated.ok ? validated.value : undefined };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function byKind(first: Kind): (a: Change, b: Change) => number {
  return (a, b) => Number(b.kind === first) - Number(a.kind === first);
}
