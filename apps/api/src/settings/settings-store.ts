import { setImmediate } from 'node:timers/promises';
import {
  DomainError,
  type FieldError,
  isName,
  isPlainObject,
  newNameFault,
  type Origin,
  ownOf,
  pointer,
} from '@9volt/contracts';
import {
  type ClusterNode,
  encode,
  type Entry,
  keepsChanging,
  MAX_SETTINGS_BYTES,
  MAX_TXN_OPS,
  parse,
  type SettingsStore as StoredSettings,
  untilAccepted,
} from '@9volt/etcd-dal';
import type { ClusterCache } from '../cache/cluster-cache.js';
import { declared } from '../cache/records.js';
import { assertPreconditions, type Preconditions } from '../common/etag.js';
import { Faults } from '../common/faults.js';
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

/** An answered configuration, masked, with the revision of its entity tag. */
export interface Shown {
  config: Record<string, unknown>;
  revision: number;
}

/** Faults that depend on more than one entry: an alerter that does not exist. `at` as in a validation. */
export type CrossCheck<S> = (entries: readonly { name: string; settings: S; at: string }[]) => Promise<FieldError[]>;

/** The valid part of that size is some 3 MB. */
const MAX_PUSHED = 10_000;
/** The origin of entries that the API creates. Entries from files stay theirs when they are changed here: the next push overwrites them. */
const HERE: Origin = { from: 'api' };
/** This many are validated in a few milliseconds. */
const TURN = 32;

/**
 * Reads from etcd itself and writes by comparing what it read, so it overwrites neither an unseen change of another writer nor
 * works with a stale cache.
 */
export class SettingsStore<S extends object> {
  private readonly entries: StoredSettings;

  constructor(
    node: ClusterNode,
    private readonly cache: ClusterCache,
    readonly kind: SettingsKind<S>,
    private readonly crossCheck: CrossCheck<S> = () => Promise.resolve([]),
  ) {
    this.entries = node.stores[kind.noun];
  }

  notFound(name: string): DomainError {
    return new DomainError('not-found', `Unable to find any ${this.kind.word} named '${name}'`);
  }

  put(name: string, raw: unknown, preconditions: Preconditions): Promise<Written<S>> {
    return this.write(name, preconditions, () => raw);
  }

  /** Merges into the shown settings, masks included, so that a secret does not follow a changed destination. */
  patch(name: string, patch: unknown, preconditions: Preconditions): Promise<Written<S>> {
    if (!isPlainObject(patch)) throw new DomainError('invalid', 'Expected a JSON merge patch: a JSON object');
    return this.write(name, preconditions, (current, stored) => {
      if (!current) throw this.notFound(name);
      return mergePatch(stored ? this.kind.mask(stored) : parsed(current), patch);
    });
  }

  /** All or nothing: it writes nothing while anything is invalid. It skips unchanged entries. */
  async push(raw: unknown): Promise<{ pushed: string[]; skipped: string[] }> {
    if (!isPlainObject(raw)) throw new DomainError('invalid', 'Expected a map from name to configuration');
    const names = Object.keys(raw);
    if (names.length > MAX_PUSHED) {
      throw new DomainError(
        'too-large',
        `This push has ${names.length} configurations; expected at most ${MAX_PUSHED}`,
      );
    }
    const pushed = new Set<string>();
    const write = async (): Promise<{ pushed: string[]; skipped: string[] } | 'refused'> => {
      const valid = await this.readAndValidated(names, raw);
      const changed = valid.filter(({ settings, current }) => !current || !sameJson(parsed(current), settings));
      const writes = changed.map(({ name, settings, current }) => ({
        name,
        settings,
        modRevision: revisionOf(current),
        origin: current ? undefined : HERE,
      }));
      let refused = false;
      for await (const { changes, committed } of this.entries.replaceAll(writes)) {
        if (committed.outcome === 'refused') refused = true;
        else {
          for (const { name } of changes) pushed.add(name);
          await this.cache.awaitWrite(committed.revision);
        }
      }
      return refused ? 'refused' : { pushed: [...pushed], skipped: names.filter((name) => !pushed.has(name)) };
    };
    const busy = (): DomainError =>
      new DomainError(
        'conflict',
        `Somebody else keeps changing these configurations; pushed ${pushed.size} of ${names.length}. Try again`,
      );
    return untilAccepted(write, busy);
  }

  remove(name: string, preconditions: Preconditions): Promise<void> {
    const write = async (): Promise<void | 'refused'> => {
      const current = await this.entries.read(name);
      assertPreconditions(preconditions, current?.modRevision);
      if (!current) throw this.notFound(name);
      const committed = await this.entries.replace(name, current.modRevision, undefined);
      return committed.outcome === 'refused' ? 'refused' : this.cache.awaitWrite(committed.revision);
    };
    return untilAccepted(write, () => keepsChanging(`'${name}'`));
  }

  /**
   * Validates settings to test, which are not stored; masked secrets are those of the stored `name`. What they name may be missing:
   * a test needs none of it, and a file may contain both.
   */
  async check(name: string, raw: unknown, at: string): Promise<S> {
    const [current] = await this.read([name]);
    const faults = new Faults();
    const valid = this.validate({ name, raw, at, current }, faults);
    faults.throwAny();
    return (valid as Valid<S>).settings;
  }

  /** The stored and valid settings, with their secrets. */
  async stored(name: string): Promise<Stored<S>> {
    const [current] = await this.read([name]);
    if (!current) throw this.notFound(name);
    const { settings, faults } = this.declared(name, current);
    if (faults) throw quarantined(this.kind.word, name, faults);
    return { settings, revision: current.modRevision };
  }

  /** In parts, yielding in between; no further than an answer reports faults. */
  private async readAndValidated(names: readonly string[], raw: Record<string, unknown>): Promise<Valid<S>[]> {
    const valid: Valid<S>[] = [];
    const faults = new Faults();
    for (let from = 0; from < names.length && !faults.isFull; from += MAX_TXN_OPS) {
      const part = names.slice(from, from + MAX_TXN_OPS);
      const entries = await this.read(part.map((name) => (isName(name) ? name : undefined)));
      for (const [n, name] of part.entries()) {
        const one = this.validate(
          { name, raw: ownOf(raw, name), at: `/${pointer(name)}`, current: entries[n] },
          faults,
        );
        if (one) valid.push(one);
        if (n % TURN === TURN - 1) await setImmediate();
      }
    }
    return this.crossChecked(valid, faults);
  }

  private write(
    name: string,
    preconditions: Preconditions,
    rawOf: (current: Entry | undefined, stored: S | undefined) => unknown,
  ): Promise<Written<S>> {
    const write = async (): Promise<Written<S> | 'refused'> => {
      const [current] = await this.read([name]);
      assertPreconditions(preconditions, current?.modRevision);
      const raw = rawOf(current, current && this.secretsOf(name, current));
      const { settings } = await this.validated({ name, raw, at: '', current });
      if (current && sameJson(parsed(current), settings)) {
        return { settings, revision: current.modRevision, outcome: 'unchanged' };
      }
      const committed = await this.entries.replace(name, revisionOf(current), settings, current ? undefined : HERE);
      if (committed.outcome === 'refused') return 'refused';
      await this.cache.awaitWrite(committed.revision);
      return { settings, revision: committed.revision, outcome: current ? 'changed' : 'created' };
    };
    return untilAccepted(write, () => keepsChanging(`'${name}'`));
  }

  private async validated(entry: Unjudged): Promise<Valid<S>> {
    const faults = new Faults();
    const valid = this.validate(entry, faults);
    await this.crossChecked(valid ? [valid] : [], faults);
    return valid as Valid<S>;
  }

  private validate({ name, raw, at, current }: Unjudged, faults: Faults): Valid<S> | undefined {
    const badName = current ? undefined : newNameFault(this.kind.word === 'check' ? 'monitor' : 'alerter', name);
    if (badName) {
      faults.add([{ ...badName, path: at }]);
      return undefined;
    }
    const stored = current && this.secretsOf(name, current);
    const unmasked = this.kind.unmask(raw, stored, at);
    const validated = unmasked.ok ? this.kind.validate(name, unmasked.value, at) : unmasked;
    if (!validated.ok) faults.add(validated.errors);
    else if (Buffer.byteLength(encode(validated.value)) > MAX_SETTINGS_BYTES) faults.add([sizeFault(at)], 'too-large');
    else return { name, settings: validated.value, current, at };
    return undefined;
  }

  /** Throws with the faults of all together. */
  private async crossChecked(valid: Valid<S>[], faults: Faults): Promise<Valid<S>[]> {
    faults.add(await this.crossCheck(valid));
    faults.throwAny();
    return valid;
  }

  /** The stored settings, quarantined or not: secrets of either are masked, and stay under the same conditions. */
  private secretsOf(name: string, entry: Entry): S | undefined {
    const { settings } = this.declared(name, entry);
    const raw = parsed(entry);
    return settings ?? (isPlainObject(raw) ? (raw as S) : undefined);
  }

  private declared(name: string, entry: Entry): ReturnType<typeof declared<S>> {
    return declared(entry.value, (raw) => this.kind.validate(name, raw, ''));
  }

  /** Undefined if there is none, and for an invalid name. */
  private async read(names: readonly (string | undefined)[]): Promise<(Entry | undefined)[]> {
    const found = await this.entries.readAll(names.filter((name) => name !== undefined));
    return names.map((name) => (name === undefined ? undefined : found.shift()));
  }
}

export function quarantined(word: string, name: string, faults: readonly FieldError[]): DomainError {
  return DomainError.invalid(faults, {
    code: 'conflict',
    lead: `The ${word} '${name}' has an invalid configuration in etcd: `,
  });
}

interface Unjudged {
  name: string;
  raw: unknown;
  at: string;
  current: Entry | undefined;
}

interface Valid<S> {
  name: string;
  settings: S;
  current: Entry | undefined;
  at: string;
}

function sizeFault(at: string): FieldError {
  const expected = `at most ${MAX_SETTINGS_BYTES / 1_024} KiB`;
  return { path: at, expected, message: `the configuration is too large; expected ${expected}` };
}

function parsed(entry: Entry): unknown {
  return parse(entry.value, MAX_SETTINGS_BYTES).value;
}

function revisionOf(current: Entry | undefined): number {
  return current?.modRevision ?? 0;
}
