import type { Acknowledgement, Matcher, Pause, Silence } from '@9volt/contracts';
import { isPlainObject, matcherFaults } from '@9volt/contracts';
import { encode } from '../codec.js';
import { type Committed, commit, unchanged } from '../control/fenced-txn.js';
import type { Compare, Entry, EtcdClient } from '../etcd.client.js';
import {
  flag,
  instant,
  NotWhole,
  orAbsent,
  read,
  record,
  type Shape,
  type ReportFault,
  text,
  type Watchable,
} from '../shape.js';
import { deleteKeys } from './delete-keys.js';
import { toldStatus } from './state.store.js';

const matcher: Shape<Matcher> = (raw) => {
  if (!isPlainObject(raw) || matcherFaults(raw, '').length > 0) throw new NotWhole('a matcher');
  return raw;
};

const silence = record<Silence>(
  { match: matcher, start: instant, end: instant, comment: text, createdAt: instant },
  { author: text, reminded: orAbsent(flag) },
);
const acknowledgement = record<Acknowledgement>(
  { incident: text, status: toldStatus, at: instant },
  { author: text, comment: text, until: instant },
);
const pause = record<Pause>({ until: instant, at: instant }, { author: text, comment: text });

/** A record in etcd; revision 0 if there is none. */
export interface StoredRecord<T> {
  value: T | undefined;
  modRevision: number;
}

/** Records by which people keep 9volt quiet, one key each. The API writes them; workers watch them. */
export class QuietStore<T extends object> {
  constructor(
    private readonly client: EtcdClient,
    private readonly prefix: string,
    private readonly shape: Shape<T>,
  ) {}

  get watched(): Watchable<T> {
    return { prefix: this.prefix, decode: (entry, report) => this.parsed(entry, report) };
  }

  nameOf(key: string): string {
    return key.slice(this.prefix.length);
  }

  parsed({ value }: Pick<Entry, 'value'>, report?: ReportFault): T | undefined {
    return read(this.shape, value, report);
  }

  async read(name: string): Promise<StoredRecord<T>> {
    const entry = await this.client.get(this.prefix + name);
    return { value: entry && this.parsed(entry), modRevision: entry?.modRevision ?? 0 };
  }

  /** Replaces what was read, or deletes it without `next`. Refused if it changed meanwhile. */
  replace(
    name: string,
    { modRevision }: Pick<StoredRecord<T>, 'modRevision'>,
    next: T | undefined,
  ): Promise<Committed> {
    const key = this.prefix + name;
    return commit(this.client, {
      compare: [unchanged(key, modRevision)],
      then: [next ? { put: key, value: encode(next) } : { delete: key }],
    });
  }

  /** An invalid value comes as undefined. */
  async list(): Promise<(StoredRecord<T> & { name: string })[]> {
    const { entries } = await this.client.list(this.prefix);
    return entries.map((entry) => {
      return { name: this.nameOf(entry.key), value: this.parsed(entry), modRevision: entry.modRevision };
    });
  }

  /** Deletes what was read. Answers how many were: none when it changed, or the fence does not hold. */
  remove({ name, modRevision }: { name: string; modRevision: number }, fence: readonly Compare[]): Promise<number> {
    const key = this.prefix + name;
    return deleteKeys(this.client, [key], [...fence, unchanged(key, modRevision)]);
  }

  /** Replaces a revision as long as the fence holds. Answers whether it did. */
  async mark(name: string, modRevision: number, next: T, fence: readonly Compare[]): Promise<boolean> {
    const key = this.prefix + name;
    const { outcome } = await commit(this.client, {
      compare: [unchanged(key, modRevision), ...fence],
      then: [{ put: key, value: encode(next) }],
    });
    return outcome === 'accepted';
  }
}

export const quietShapes = { silence, acknowledgement, pause };
