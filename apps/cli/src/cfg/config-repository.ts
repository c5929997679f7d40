import { validateAlerter } from '@9volt/alerters';
import {
  isPlainObject,
  MaintenanceSettings,
  type Origin,
  ReportSettings,
  StatusPageSettings,
  type Validated,
  validateSettings,
} from '@9volt/contracts';
import { type Entry, EtcdClient, type FencedWrite, joined, Keyspace, Stores, unchanged } from '@9volt/etcd-dal';
import { validateMonitor } from '@9volt/monitors';
import type { EtcdConfig } from '@9volt/platform/config';
import { type Kind, KINDS } from './entry.js';
import type { Catalogue, Change, Stored, SyncPlan } from './plan-sync.js';
import { writeInBatches } from './write-in-batches.js';

type Origins = ReadonlyMap<string, Origin>;

export const DEMO_TAG = '9volt-demo';

/** Reads and writes monitors, alerters, maintenance windows, status pages and reports in etcd. */
export class ConfigRepository {
  private readonly client: EtcdClient;
  private readonly keys: Keyspace;
  private readonly stores: Stores;
  /** Deletes the notes of entries that an older version, or somebody by hand, deleted without them: a later entry of that name is not theirs. */
  private forgetting: FencedWrite[] = [];

  constructor(config: EtcdConfig) {
    this.client = new EtcdClient(config.etcd);
    this.keys = new Keyspace(config.prefix);
    this.stores = new Stores(this.client, this.keys);
  }

  async read(): Promise<Catalogue<Stored>> {
    const prefixes: Record<Kind, string> = {
      monitor: this.keys.monitors,
      alerter: this.keys.alerters,
      maintenance: this.keys.maintenances,
      'status-page': this.keys.statusPages,
      report: this.keys.reports,
    };
    const { entries, revision } = await this.client.list(prefixes.monitor);
    const noted = byKind(await Promise.all(KINDS.map((kind) => this.stores.origin[kind].readAll(revision))));
    const found = await Promise.all(
      KINDS.map(async (kind) =>
        kind === 'monitor' ? entries : (await this.client.list(prefixes[kind], { revision })).entries,
      ),
    );
    const catalogue = byKind(KINDS.map((kind, n) => storedEntries(kind, prefixes[kind], found[n] ?? [], noted[kind])));
    this.forgetting = KINDS.flatMap((kind) =>
      [...noted[kind].keys()]
        .filter((name) => !catalogue[kind].has(name))
        .map((name) => {
          const isAbsent = { compare: [unchanged(this.keys[kind](name), 0)], then: [] };
          return joined(isAbsent, this.stores.origin[kind].noting(name, undefined));
        }),
    );
    return catalogue;
  }

  /**
   * Writes a plan: referenced entries before the monitors that refer to them, and every put before the first removal, in batches
   * that compare the revisions that were read. Throws `ChangedMeanwhileError` at the first batch that no longer fits.
   */
  async apply(plan: SyncPlan, set: string, onProgress: (written: number) => void = () => undefined): Promise<void> {
    const origin: Origin = { from: 'files', set };
    const puts = [...plan.added, ...plan.changed].sort(firstOf('alerter'));
    const removals = [...plan.removed].sort(firstOf('monitor'));
    const shareOf = ({ kind, name, value, modRevision }: Change): FencedWrite =>
      this.stores[kind].replacing({ name, settings: value, modRevision, origin: value && origin });
    const claim = ({ kind, name }: Pick<Change, 'kind' | 'name'>): FencedWrite =>
      this.stores.origin[kind].noting(name, origin);
    await writeInBatches(
      this.stores.operator,
      [this.forgetting, plan.claimed.map(claim), puts.map(shareOf), removals.map(shareOf)],
      onProgress,
    );
  }

  close(): void {
    this.client.close();
  }
}

const VALIDATE: Readonly<Record<Kind, (name: string, raw: unknown) => Validated<object>>> = {
  monitor: validateMonitor,
  alerter: validateAlerter,
  maintenance: (_name, raw) => validateSettings(MaintenanceSettings, raw),
  'status-page': (_name, raw) => validateSettings(StatusPageSettings, raw),
  report: (_name, raw) => validateSettings(ReportSettings, raw),
};

/** Most stored entries equal those in the files and need no validation. */
class StoredEntry implements Stored {
  readonly text: string;
  readonly modRevision: number;
  private validated: { value: object | undefined } | undefined;

  constructor(
    private readonly kind: Kind,
    private readonly name: string,
    { value, modRevision }: Entry,
    readonly origin: Origin | undefined,
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

/** In the order of {@link KINDS}. */
function byKind<T>(values: readonly T[]): Record<Kind, T> {
  return Object.fromEntries(KINDS.map((kind, n) => [kind, values[n]])) as Record<Kind, T>;
}

function storedEntries(
  kind: Kind,
  prefix: string,
  found: readonly Entry[],
  origins: Origins,
): ReadonlyMap<string, Stored> {
  return new Map(
    found.map((entry) => {
      const name = entry.key.slice(prefix.length);
      return [name, new StoredEntry(kind, name, entry, origins.get(name))];
    }),
  );
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

function firstOf(first: Kind): (a: Change, b: Change) => number {
  return (a, b) => Number(b.kind === first) - Number(a.kind === first);
}
