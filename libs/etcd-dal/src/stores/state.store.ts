import type { MonitorState } from '@9volt/contracts';
import { decode, encode } from '../codec.js';
import { type FencedWrite, unchanged } from '../control/fenced-txn.js';
import type { Entry, EtcdClient } from '../etcd.client.js';
import type { Keyspace } from '../keyspace.js';

/** The state of a monitor as etcd holds it; revision 0 when there is none. */
export interface StoredState {
  state: MonitorState | undefined;
  modRevision: number;
}

export const NO_STATE: StoredState = { state: undefined, modRevision: 0 };

/** What a write about a monitor relies on, as etcd has it. */
export interface Standing {
  stored: StoredState;
  /** Create revision of the assignment; undefined when there is none. */
  assignment: number | undefined;
  /** Create revision of the member key; undefined when there is none. */
  member: number | undefined;
}

/** `state/<monitor>`. The owner of a monitor writes it, in one transaction with what is owed by it. */
export class StateStore {
  constructor(
    private readonly client: EtcdClient,
    private readonly keys: Keyspace,
  ) {}

  /** The states of up to `MAX_TXN_OPS` monitors, in one read. */
  async readAll(monitors: readonly string[]): Promise<StoredState[]> {
    const then = monitors.map((monitor) => ({ get: this.keys.state(monitor) }));
    return (await this.client.txn({ compare: [], then })).reads.map(storedFrom);
  }

  /** The state beside the assignment and the member key that a write of it compares: for whoever was refused. */
  async standing(monitor: string, assignmentKey: string, memberKey: string): Promise<Standing> {
    const then = [assignmentKey, this.keys.state(monitor), memberKey].map((get) => ({ get }));
    const [assignment, state, member] = (await this.client.txn({ compare: [], then })).reads;
    return {
      stored: storedFrom(state),
      assignment: assignment?.createRevision,
      member: member?.createRevision,
    };
  }

  /** Replaces what was read; without `next` it is deleted. */
  replacing(monitor: string, { modRevision }: StoredState, next: MonitorState | undefined): FencedWrite {
    const key = this.keys.state(monitor);
    return {
      compare: [unchanged(key, modRevision)],
      then: [next ? { put: key, value: encode(next) } : { delete: key }],
    };
  }
}

function storedFrom(entry: Entry | undefined): StoredState {
  return { state: entry && decode<MonitorState>(entry.value), modRevision: entry?.modRevision ?? 0 };
}
