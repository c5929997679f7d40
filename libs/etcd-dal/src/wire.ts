// Entries, comparisons and operations as the messages of etcd's API (rpc.proto) have them.
import type { ICompare as RpcCompare, IKeyValue, IRequestOp } from 'etcd3';
import type { Compare, Entry, Op } from './etcd.client.js';
import { prefixEnd } from './keyspace.js';

export function toEntry(kv: IKeyValue): Entry {
  return {
    key: kv.key.toString(),
    value: kv.value,
    createRevision: Number(kv.create_revision),
    modRevision: Number(kv.mod_revision),
    lease: kv.lease,
  };
}

const RESULT = { '=': 'Equal', '!=': 'NotEqual', '<': 'Less', '>': 'Greater' } as const;

export function toCompare(compare: Compare): RpcCompare {
  const result = RESULT[compare.is ?? '='];
  const key = Buffer.from(compare.key);
  return compare.target === 'create'
    ? { key, result, target: 'Create', create_revision: compare.value }
    : { key, result, target: 'Mod', mod_revision: compare.value };
}

export function toOp(op: Op): IRequestOp {
  if ('put' in op) {
    return {
      request_put: {
        key: Buffer.from(op.put),
        value: Buffer.from(op.value),
        ...(op.lease === undefined ? {} : { lease: op.lease }),
      },
    };
  }
  if ('delete' in op) return { request_delete_range: { key: Buffer.from(op.delete) } };
  if ('get' in op) return { request_range: { key: Buffer.from(op.get) } };
  return {
    request_range: {
      key: Buffer.from(op.lastOf),
      range_end: prefixEnd(op.lastOf),
      limit: 1,
      sort_target: 'Key',
      sort_order: 'Descend',
      keys_only: true,
    },
  };
}
