// Loaded into a process of 9volt before its own code: omits one kind of comparison from its transactions, to show what it prevents.
import { EtcdClient } from '@9volt/etcd-dal';

const puts = (request, part) => request.then.some((op) => (op.put ?? op.delete ?? '').includes(part));
const isAssignment = ({ key }) => key.includes('/cluster/assignments/');

/** By name: whether a comparison of a transaction is omitted. */
const DROPPED = {
  'leader: epoch': (compare, request) =>
    compare.key.endsWith('/cluster/director') && puts(request, '/cluster/assignments/'),
  'leader: mod revision of what it replaces': (compare) => isAssignment(compare) && compare.target === 'mod',
  'worker: create revision of its assignment': (compare, request) =>
    isAssignment(compare) && compare.target === 'create' && puts(request, '/state/'),
  'worker: mod revision of the state': (compare) => compare.key.includes('/state/') && compare.target === 'mod',
  'worker: its own member key': (compare, request) =>
    compare.key.includes('/cluster/members/') && puts(request, '/state/'),
};

const isDropped = DROPPED[process.env.TEST_DROP_COMPARE];
if (!isDropped) throw new Error(`no such compare: ${process.env.TEST_DROP_COMPARE}`);

const { txn } = EtcdClient.prototype;
EtcdClient.prototype.txn = function (request) {
  return txn.call(this, { ...request, compare: request.compare.filter((compare) => !isDropped(compare, request)) });
};
