// Loaded into a process of 9volt before its own code: makes it write attributes that the others do not know, like a later version.
import { EtcdClient } from '@9volt/etcd-dal';

const EXTENDED =
  /\/(?:state|cluster\/assignments|cluster\/members|cluster\/suspects|cluster\/poison|outbox|incident)\//;

const extended = (op) => {
  if (op.put === undefined || !EXTENDED.test(op.put)) return op;
  return { ...op, value: JSON.stringify({ ...JSON.parse(op.value.toString()), 'of-the-next-version': 1 }) };
};

const { txn } = EtcdClient.prototype;
EtcdClient.prototype.txn = function (request) {
  return txn.call(this, { ...request, then: request.then.map(extended), otherwise: request.otherwise?.map(extended) });
};
