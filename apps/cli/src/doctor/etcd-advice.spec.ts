import { EtcdError } from '@9volt/etcd-dal';
import { expect, it } from '@jest/globals';
import { etcdTrouble } from './etcd-advice.js';

const etcd = { members: ['http://127.0.0.1:1'] };

it.each([
  [
    'etcd: 14 UNAVAILABLE: Last error: connect ECONNREFUSED 127.0.0.1:1. Resolution note: ',
    /nothing listens there; start/,
  ],
  ['etcd: 14 UNAVAILABLE: Name resolution failed for target dns:etcd.invalid:2379', /cannot resolve the host name/],
  ['etcd: 4 DEADLINE_EXCEEDED', /check that etcd listens at http:\/\/127.0.0.1:1/],
])('explains %s in words, with the address', async (message, said) => {
  const told = await etcdTrouble(new EtcdError('unavailable', message), etcd);
  expect(told).toMatch(/^etcd does not answer at http:\/\/127\.0\.0\.1:1: /);
  expect(told).toMatch(said);
});

it('leaves errors alone that are not about reaching etcd', async () => {
  for (const error of [new Error('x'), new EtcdError('no-space', 'etcd is out of space')])
    expect(await etcdTrouble(error, etcd)).toBeUndefined();
});
