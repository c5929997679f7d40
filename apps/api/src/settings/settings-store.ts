import { DomainError, type FieldError, isPlainObject, pointer } from '@9volt/contracts';
import {
  type ClusterNode,
  commit,
  type Compare,
  encode,
  type Entry,
  MAX_TXN_BYTES,
  MAX_TXN_OPS,
  type Op,
  unchanged,
} from '@9volt/etcd-dal';
import type { ClusterCache } from '../cache/cluster-cache.js';
import { declared } from '../cache/records.js';
import { assertPreconditions, type Preconditions } from '../common/etag.js';
import { mergePatch } from '../common/merge-patch.js';
import { sameJson } from '../common/same-json.js';
import type { SettingsKind } from './settings-kind.js';

export interface Stored<S> {
  settings: S;
  revision: number;
}

export interface Written<S> extends Stored<S> {
  outcome: 'created' | 'changed' | 'unchanged';
}

/** A configuration as it is answered, masked, with the revision of its entity tag. */
export interface Shown {
  config: Record<string, unknown>;
  revision: number;
}

/** Faults that depend on more than one entry: an alerter that does not exist. `at` as in a validation. */
export type CrossCheck<S> = (entries: readonly { settings: S; at: string }[]) => Promise<FieldError[]>;

const MAX_SETTINGS_BYTES = 262_144;
/** Another writer came first so often that a person should look. */
const ATTEMPTS = 5;

/** Reads from etcd itself and writes by comparing what was read, so that neither a stale cache nor another writer is overwritten unseen. */
export class SettingsStore<S extends object> {
  constructor(
    private readonly node: ClusterNode,
    private readonly cache: ClusterCache,
    readonly kind: SettingsKind<S>,
    private readonly crossCheck: CrossCheck<S> = () => Promise.resolve([]),
  ) {}

  notFound(name: string): DomainError {
    return new DomainError('not-found', `Unable to find any ${this.kind.word} named '${name}'`);
  }

  put(name: string, raw: unknown, preconditions: Preconditions): Promise<Written<S>> {
    return this.write(name, preconditions, () => raw);
  }

  /** Merges into what is shown, masks included, so that a secret does not follow a changed destination. */
  patch(name: string, patch: unknown, preconditions: Preconditions): Promise<Written<S>> {
    if (!isPlainObject(patch)) throw new DomainError('invalid', 'Expected a JSON merge patch, which is an object');
    return this.write(name, preconditions, (current, stored) => {
      if (!current) throw this.notFound(name);
      return mergePatch(stored ? this.kind.mask(stored) : parsed(current), patch);
    });
  }

  /** All or nothing: nothing is written while anything is invalid. What is unchanged is skipped. */
  async push(raw: unknown): Promise<{ pushed: string[]; skipped: string[] }> {
    if (!isPlainObject(raw)) throw new DomainError('invalid', 'Expected a map from name to configuration');
    const names = Object.keys(raw);
    const pushed = new Set<string>();
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const entries = await this.read(names);
      const valid = await this.validated(
        names.map((name, n) => ({ name, raw: raw[name], at: `/${pointer(name)}`, current: entries[n] })),
      );
      const changed = valid.filter(({ settings, current }) => !current || !sameJson(parsed(current), settings));
      let refused = false;
      for (const batch of batches(changed.map((one) => this.writeOf(one.name, one.settings, one.current)))) {
        const committed = await commit(this.node.client, batch);
        if (committed.outcome === 'refused') refused = true;
        else {
          for (const name of batch.names) pushed.add(name);
          await this.cache.awaitWrite(committed.revision);
        }
      }
      if (!refused) return { pushed: [...pushed], skipped: names.filter((name) => !pushed.has(name)) };
    }
    throw new DomainError('conflict', `Others keep changing these; ${pushed.size} of ${names.length} were pushed`);
  }

  async remove(name: string, preconditions: Preconditions): Promise<void> {
    const key = this.kind.key(this.node.keys, name);
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const current = await this.node.client.get(key);
      assertPreconditions(preconditions, current?.modRevision);
      if (!current) throw this.notFound(name);
      const committed = await commit(this.node.client, {
        compare: [unchanged(key, current.modRevision)],
        then: [{ delete: key }],
      });
      if (committed.outcome === 'accepted') return this.cache.awaitWrite(committed.revision);
    }
    throw new DomainError('conflict', `Others keep changing '${name}'`);
  }

  /** Validates what is not to be stored; masked secrets are those of the stored `name`. */
  async check(name: string, raw: unknown, at: string): Promise<S> {
    const [current] = await this.read([name]);
    const [valid] = await this.validated([{ name, raw, at, current }]);
    return (valid as { settings: S }).settings;
  }

  /** What is stored and valid, with its secrets. */
  async stored(name: string): Promise<Stored<S>> {
    const [current] = await this.read([name]);
    if (!current) throw this.notFound(name);
    const { settings, faults } = this.declared(name, current);
    if (faults) throw quarantined(this.kind.word, name, faults);
    return { settings, revision: current.modRevision };
  }

  private async write(
    name: string,
    preconditions: Preconditions,
    rawOf: (current: Entry | undefined, stored: S | undefined) => unknown,
  ): Promise<Written<S>> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const [current] = await this.read([name]);
      assertPreconditions(preconditions, current?.modRevision);
      const raw = rawOf(current, current && this.declared(name, current).settings);
      const [valid] = await this.validated([{ name, raw, at: '', current }]);
      const { settings } = valid as { settings: S };
      if (current && sameJson(parsed(current), settings)) {
        return { settings, revision: current.modRevision, outcome: 'unchanged' };
      }
      const committed = await commit(this.node.client, this.writeOf(name, settings, current));
      if (committed.outcome === 'refused') continue;
      await this.cache.awaitWrite(committed.revision);
      return { settings, revision: committed.revision, outcome: current ? 'changed' : 'created' };
    }
    throw new DomainError('conflict', `Others keep changing '${name}'`);
  }

  /** Throws with the faults of all together. */
  private async validated(
    entries: readonly { name: string; raw: unknown; at: string; current: Entry | undefined }[],
  ): Promise<{ name: string; settings: S; current: Entry | undefined; at: string }[]> {
    const errors: FieldError[] = [];
    const valid: { name: string; settings: S; current: Entry | undefined; at: string }[] = [];
    let tooLarge = false;
    for (const { name, raw, at, current } of entries) {
      const stored = current && this.declared(name, current).settings;
      const unmasked = this.kind.unmask(raw, stored, at);
      const validated = unmasked.ok ? this.kind.validate(name, unmasked.value, at) : unmasked;
      if (!validated.ok) errors.push(...validated.errors);
      else if (Buffer.byteLength(encode(validated.value)) > MAX_SETTINGS_BYTES) {
        tooLarge = true;
        errors.push(sizeFault(at));
      } else valid.push({ name, settings: validated.value, current, at });
    }
    errors.push(...(await this.crossCheck(valid)));
    if (errors.length === 0) return valid;
    const shown = errors.slice(0, 3).map((error) => error.message);
    const more = errors.length > 3 ? ` (and ${errors.length - 3} more)` : '';
    throw new DomainError(tooLarge ? 'too-large' : 'invalid', `${shown.join('; ')}${more}`, { fields: errors });
  }

  private declared(name: string, entry: Entry): ReturnType<typeof declared<S>> {
    return declared(entry.value, (raw) => this.kind.validate(name, raw, ''));
  }

  private async read(names: readonly string[]): Promise<(Entry | undefined)[]> {
    const found: (Entry | undefined)[] = [];
    for (let from = 0; from < names.length; from += MAX_TXN_OPS) {
      const gets = names.slice(from, from + MAX_TXN_OPS).map((name) => ({ get: this.kind.key(this.node.keys, name) }));
      found.push(...(await this.node.client.txn({ compare: [], then: gets })).reads);
    }
    return found;
  }

  private writeOf(name: string, settings: S, current: Entry | undefined): Write {
    const key = this.kind.key(this.node.keys, name);
    const value = encode(settings);
    return {
      names: [name],
      bytes: 2 * key.length + value.length,
      compare: [unchanged(key, current?.modRevision ?? 0)],
      then: [{ put: key, value }],
    };
  }
}

export function quarantined(word: string, name: string, faults: readonly FieldError[]): DomainError {
  return new DomainError(
    'conflict',
    `The ${word} '${name}' stands in etcd with an invalid configuration: ${faults.map(({ message }) => message).join('; ')}`,
    { fields: faults },
  );
}

interface Write {
  names: string[];
  bytes: number;
  compare: Compare[];
  then: Op[];
}

function batches(writes: readonly Write[]): Write[] {
  const filled: Write[] = [];
  for (const write of writes) {
    const last = filled.at(-1);
    if (last && last.then.length < MAX_TXN_OPS && last.bytes + write.bytes <= MAX_TXN_BYTES) {
      last.names.push(...write.names);
      last.compare.push(...write.compare);
      last.then.push(...write.then);
      last.bytes += write.bytes;
    } else filled.push({ ...write, compare: [...write.compare], then: [...write.then] });
  }
  return filled;
}

function sizeFault(at: string): FieldError {
  const expected = `at most ${MAX_SETTINGS_BYTES / 1_024} KiB`;
  return { path: at, expected, message: `the configuration is too large; expected ${expected}` };
}

function parsed(entry: Entry): unknown {
  try {
    return JSON.parse(entry.value.toString());
  } catch {
    return undefined;
  }
}
