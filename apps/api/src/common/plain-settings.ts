import { DomainError, type FieldError, newNameFault, type SettingsClass, validateSettings } from '@9volt/contracts';
import { type ClusterNode, type Committed, keepsChanging, untilAccepted } from '@9volt/etcd-dal';
import type { ClusterCache } from '../cache/cluster-cache.js';
import { assertPreconditions, type Preconditions } from './etag.js';

/** A kind of settings without a secret, to which nothing refers. */
export interface PlainKind {
  noun: 'maintenance' | 'status-page' | 'report';
  /** In words. */
  word: string;
  settings: SettingsClass;
  /** Faults that only the other entries show. */
  crossFaults?: (settings: object) => FieldError[];
}

/** One of them, with its revision. */
export interface Found<Shown> {
  shown: Shown;
  revision: number;
}

/** Shows settings of such a kind, and writes them by comparing what it read. */
export abstract class PlainSettings<Shown extends { name: string }> {
  constructor(
    protected readonly node: ClusterNode,
    protected readonly cache: ClusterCache,
    private readonly kind: PlainKind,
  ) {}

  /** All, in any order. */
  protected abstract all(): Shown[];

  protected abstract find(name: string): Found<Shown> | undefined;

  list(): Shown[] {
    return this.all().sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  get(name: string): Found<Shown> {
    const found = this.find(name);
    if (!found) throw this.notFound(name);
    return found;
  }

  protected notFound(name: string): DomainError {
    return new DomainError('not-found', `There is no ${this.kind.word} '${name}'`);
  }

  /** `created` if there was none before. */
  async put(name: string, raw: unknown, preconditions: Preconditions): Promise<Found<Shown> & { created: boolean }> {
    const { noun, settings } = this.kind;
    const store = this.node.stores[noun];
    const validated = validateSettings(settings, raw);
    const created = await this.replacing(name, async () => {
      const stored = await store.read(name);
      const badName = stored ? undefined : newNameFault(noun, name);
      if (badName) throw DomainError.invalid([badName]);
      if (!validated.ok) throw DomainError.invalid(validated.errors);
      const faults = this.kind.crossFaults?.(validated.value) ?? [];
      if (faults.length > 0) throw DomainError.invalid(faults);
      assertPreconditions(preconditions, stored?.modRevision);
      const origin = stored ? undefined : ({ from: 'api' } as const);
      const written = await store.replace(name, stored?.modRevision ?? 0, validated.value, origin);
      return { written, answer: stored === undefined };
    });
    return { ...this.get(name), created };
  }

  async remove(name: string, preconditions: Preconditions): Promise<string> {
    const store = this.node.stores[this.kind.noun];
    return this.replacing(name, async () => {
      const stored = await store.read(name);
      assertPreconditions(preconditions, stored?.modRevision);
      if (!stored) throw this.notFound(name);
      const written = await store.replace(name, stored.modRevision, undefined);
      return { written, answer: `Removed the ${this.kind.word} '${name}'` };
    });
  }

  private replacing<T>(name: string, write: () => Promise<{ written: Committed; answer: T }>): Promise<T> {
    const attempt = async (): Promise<T | 'refused'> => {
      const { written, answer } = await write();
      if (written.outcome === 'refused') return 'refused';
      await this.cache.awaitWrite(written.revision);
      return answer;
    };
    return untilAccepted(attempt, () => keepsChanging(`'${name}'`));
  }
}
