import { encode } from '../codec.js';
import { commit, unchanged } from '../control/fenced-txn.js';
import type { Compare, EtcdClient } from '../etcd.client.js';
import type { Keyspace } from '../keyspace.js';
import { instant, read, record, text } from '../shape.js';
import type { MemberStore } from './member.store.js';

/** Which worker sends the messages of a group. */
interface GroupRecord {
  /** Id of the worker. */
  owner: string;
  /** When the last message was delivered, by the clock of its sender. ISO 8601. */
  lastSentAt?: string;
}

const group = record<GroupRecord>({ owner: text }, { lastSentAt: instant });

/** A group that this worker owns. */
export interface OwnedGroup {
  alerter: string;
  group: string;
  lastSentAt: string | undefined;
  /** Revision at which it was claimed of another owner, who may have sent what was pending before; 0 if there was none. */
  claimedAt: number;
  modRevision: number;
}

/** `group/<alerter>/<group>`: each group of notifications has one owner, which another worker replaces when it is no member any more. */
export class GroupStore {
  constructor(
    private readonly client: EtcdClient,
    private readonly keys: Keyspace,
    private readonly members: MemberStore,
  ) {}

  /** Makes `owner` the owner unless a live member is. Answers undefined if it is not. */
  async claim(
    alerter: string,
    name: string,
    owner: string,
    fence: readonly Compare[],
  ): Promise<OwnedGroup | undefined> {
    const key = this.keys.group(alerter, name);
    const entry = await this.client.get(key);
    const found = entry && read(group, entry.value);
    const lastSentAt = found?.lastSentAt;
    const next: GroupRecord = { owner, ...(lastSentAt === undefined ? {} : { lastSentAt }) };
    const ownerIsGone = found && found.owner !== owner ? [this.members.takesPart(found.owner, false)] : [];
    const committed = await commit(this.client, {
      compare: [unchanged(key, entry?.modRevision ?? 0), ...ownerIsGone, ...fence],
      then: [{ put: key, value: encode(next) }],
    });
    if (committed.outcome !== 'accepted') return undefined;
    const { revision } = committed;
    return { alerter, group: name, lastSentAt, claimedAt: entry ? revision : 0, modRevision: revision };
  }

  /** Compares that the group is owned as it was. */
  owns({ alerter, group: name, modRevision }: OwnedGroup): Compare {
    return unchanged(this.keys.group(alerter, name), modRevision);
  }

  /** Whether the fences hold at present. */
  async holds(fences: readonly Compare[]): Promise<boolean> {
    return (await this.client.txn({ compare: fences, then: [] })).succeeded;
  }

  /** Notes that a message was delivered. Answers the group as it is then; undefined if another worker owns it. */
  async sent(owned: OwnedGroup, owner: string, at: string): Promise<OwnedGroup | undefined> {
    const key = this.keys.group(owned.alerter, owned.group);
    const committed = await commit(this.client, {
      compare: [this.owns(owned)],
      then: [{ put: key, value: encode({ owner, lastSentAt: at } satisfies GroupRecord) }],
    });
    return committed.outcome === 'accepted' ? { ...owned, lastSentAt: at, modRevision: committed.revision } : undefined;
  }

  /** Gives an owned group up. */
  async release(owned: OwnedGroup): Promise<void> {
    const key = this.keys.group(owned.alerter, owned.group);
    await commit(this.client, { compare: [this.owns(owned)], then: [{ delete: key }] });
  }
}
