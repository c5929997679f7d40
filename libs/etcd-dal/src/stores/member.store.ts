import type { Director, Drain, Member, MemberRole, WorkerLoad } from '@9volt/contracts';
import { encode } from '../codec.js';
import { commit, type Committed, unchanged } from '../control/fenced-txn.js';
import type { Compare, Entry, EtcdClient } from '../etcd.client.js';
import type { Keyspace } from '../keyspace.js';
import {
  count,
  flag,
  instant,
  listOf,
  mapOf,
  number,
  orAbsent,
  read,
  record,
  type Shape,
  type ReportFault,
  text,
  type Watchable,
} from '../shape.js';

const load: Shape<WorkerLoad> = record<WorkerLoad>(
  { checks: count, checksPerSecond: number, latenessP99Ms: number, overruns: count },
  { late: mapOf(count) },
);

const member = record<Member>(
  {
    MemberID: text,
    Name: text,
    // A newer version may have more roles.
    Role: text as Shape<MemberRole>,
    Hostname: text,
    ListenAddress: text,
    Tags: listOf(text),
    Version: text,
    SemVer: text,
    StartedAt: instant,
    LastUpdated: instant,
  },
  { Load: orAbsent(load), AlertLinks: orAbsent(flag), Short: orAbsent(text), Overloaded: orAbsent(text) },
);

const director = record<Director>({ MemberID: text, LastUpdate: instant });

const drain: Shape<Partial<Drain>> = (raw) => {
  const { at, by } = (raw ?? {}) as Partial<Record<keyof Drain, unknown>>;
  return {
    ...(typeof at === 'string' && !Number.isNaN(Date.parse(at)) ? { at: new Date(at).toISOString() } : {}),
    ...(typeof by === 'string' ? { by } : {}),
  };
};

/** `cluster/members/<id>`, `cluster/director` and `cluster/drain/<name>`: the members, the leader and the drained workers. */
export class MemberStore {
  constructor(
    private readonly client: EtcdClient,
    private readonly keys: Keyspace,
  ) {}

  get watched(): Watchable<Member> {
    return { prefix: this.keys.members, decode: (entry, report) => this.parsed(entry, report) };
  }

  /** The key names the member, whatever the value says. */
  parsed({ key, value }: Pick<Entry, 'key' | 'value'>, report?: ReportFault): Member | undefined {
    const found = read(member, value, report);
    return found && { ...found, MemberID: key.slice(this.keys.members.length) };
  }

  director({ value }: Pick<Entry, 'value'>, report?: ReportFault): Director | undefined {
    return read(director, value, report);
  }

  /** Compares that a process is a member, or is not. */
  takesPart(id: string, present: boolean): Compare {
    return { key: this.keys.member(id), target: 'create', is: present ? '>' : '=', value: 0 };
  }

  /** Writes the leader's key of this epoch again. */
  renewDirector(epoch: number, next: Director, lease: string): Promise<Committed> {
    const key = this.keys.director;
    return commit(this.client, {
      compare: [{ key, target: 'create', value: epoch }],
      then: [{ put: key, value: encode(next), lease }],
    });
  }

  /** Refused if the worker is drained already. */
  keepEmpty(name: string, next: Drain): Promise<Committed> {
    const key = this.keys.drain(name);
    return commit(this.client, { compare: [unchanged(key, 0)], then: [{ put: key, value: encode(next) }] });
  }

  async readDrain(name: string): Promise<Partial<Drain> | undefined> {
    const entry = await this.client.get(this.keys.drain(name));
    return entry && this.drain(entry);
  }

  /** Also if another process wrote the key, or its value is invalid. Refused if there is no key. */
  fillAgain(name: string): Promise<Committed> {
    const key = this.keys.drain(name);
    return commit(this.client, { compare: [{ key, target: 'create', is: '>', value: 0 }], then: [{ delete: key }] });
  }

  /** The key alone counts: anybody may write any value there. */
  drain({ value }: Pick<Entry, 'value'>): Partial<Drain> {
    return read(drain, value) ?? {};
  }
}
