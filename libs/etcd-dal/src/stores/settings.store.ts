import type { Origin } from '@9volt/contracts';
import { batches } from '../batch.js';
import { encode, MAX_SETTINGS_BYTES, parse, type Parsed } from '../codec.js';
import { commit, type Committed, type FencedWrite, unchanged } from '../control/fenced-txn.js';
import { type Entry, type EtcdClient, MAX_TXN_OPS } from '../etcd.client.js';
import type { Watchable } from '../shape.js';
import type { OriginStore } from './origin.store.js';

/** The change of an entry that was read. */
export interface SettingsChange {
  name: string;
  /** Without it the entry is deleted. */
  settings?: object | undefined;
  /** Of what was read; 0 when there was none. */
  modRevision: number;
  /** Where it comes from, if that is to be noted. */
  origin?: Origin | undefined;
}

/** `monitor/<name>`, `alerter/<name>`, `maintenance/<name>`, `status-page/<slug>` or `report/<name>`. Anybody may write there, so nothing is skipped: people must see what is refused. */
export class SettingsStore {
  constructor(
    private readonly client: EtcdClient,
    private readonly prefix: string,
    private readonly origins?: OriginStore,
  ) {}

  nameOf(key: string): string {
    return key.slice(this.prefix.length);
  }

  /** Each as `judge` finds it. A value that is too large or not JSON comes as a fault and was not judged. */
  judged<T>(judge: (name: string, raw: Parsed) => T): Watchable<T> {
    return {
      prefix: this.prefix,
      decode: ({ key, value }) => judge(this.nameOf(key), parse(value, MAX_SETTINGS_BYTES)),
    };
  }

  read(name: string): Promise<Entry | undefined> {
    return this.client.get(this.prefix + name);
  }

  /** In the order of the names; undefined where there is none. */
  async readAll(names: readonly string[]): Promise<(Entry | undefined)[]> {
    const found: (Entry | undefined)[] = [];
    for (let from = 0; from < names.length; from += MAX_TXN_OPS) {
      const then = names.slice(from, from + MAX_TXN_OPS).map((name) => ({ get: this.prefix + name }));
      found.push(...(await this.client.txn({ compare: [], then })).reads);
    }
    return found;
  }

  /** Whether there is none at all. */
  async isEmpty(): Promise<boolean> {
    return (await this.client.list(this.prefix, { keysOnly: true })).entries.length === 0;
  }

  /** Replaces the revision that was read, 0 for none; without `settings` it is deleted. Refused when it changed meanwhile. */
  replace(name: string, modRevision: number, settings: object | undefined, origin?: Origin): Promise<Committed> {
    return commit(this.client, this.replacing({ name, settings, modRevision, origin }));
  }

  /** {@link replace} for many, in batches of which each is taken whole or not at all. */
  async *replaceAll<T extends SettingsChange>(
    changes: readonly T[],
  ): AsyncGenerator<{ changes: T[]; committed: Committed }> {
    for (const { items, compare, then } of batches(changes, (change) => this.replacing(change))) {
      yield { changes: items, committed: await commit(this.client, { compare, then }) };
    }
  }

  /** The write of {@link replace}. */
  replacing({ name, settings, modRevision, origin }: SettingsChange): FencedWrite {
    const key = this.prefix + name;
    const noted = this.origins && (origin || !settings) ? this.origins.noting(name, origin).then : [];
    return {
      compare: [unchanged(key, modRevision)],
      then: [settings ? { put: key, value: encode(settings) } : { delete: key }, ...noted],
    };
  }
}
