import type { Director, Drain, Member, Role, WorkerLoad } from '@9volt/contracts';
import type { Entry } from '../etcd.client.js';
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
  type Tell,
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
    Role: text as Shape<Role>,
    Hostname: text,
    ListenAddress: text,
    Tags: listOf(text),
    Version: text,
    SemVer: text,
    StartedAt: instant,
    LastUpdated: instant,
  },
  { Load: orAbsent(load), AlertLinks: orAbsent(flag), Short: orAbsent(text) },
);

const director = record<Director>({ MemberID: text, LastUpdate: instant });

const drain: Shape<Partial<Drain>> = (raw) => {
  const { at, by } = (raw ?? {}) as Partial<Record<keyof Drain, unknown>>;
  return {
    ...(typeof at === 'string' && !Number.isNaN(Date.parse(at)) ? { at: new Date(at).toISOString() } : {}),
    ...(typeof by === 'string' ? { by } : {}),
  };
};

/** `cluster/members/<id>`, `cluster/director` and `cluster/drain/<name>`: who takes part. */
export class MemberStore {
  constructor(private readonly keys: Keyspace) {}

  get watched(): Watchable<Member> {
    return { prefix: this.keys.members, decode: (entry, tell) => this.parsed(entry, tell) };
  }

  /** The key names a member, whatever the value says. */
  parsed({ key, value }: Pick<Entry, 'key' | 'value'>, tell?: Tell): Member | undefined {
    const found = read(member, value, tell);
    return found && { ...found, MemberID: key.slice(this.keys.members.length) };
  }

  director({ value }: Pick<Entry, 'value'>, tell?: Tell): Director | undefined {
    return read(director, value, tell);
  }

  /** The key alone counts: anybody may write any value there. */
  drain({ value }: Pick<Entry, 'value'>): Partial<Drain> {
    return read(drain, value) ?? {};
  }
}
