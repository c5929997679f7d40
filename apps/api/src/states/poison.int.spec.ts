import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { encode } from '@9volt/etcd-dal';
import { startEtcd, type TestEtcd } from '@9volt/etcd-dal/testing';
import { assignment, member, tcp, written } from '../testing/fixtures.js';
import { callerOf, type Call } from '../testing/http.js';
import { startApi, type TestApi } from '../testing/start-api.js';
import { undocumented } from '../testing/strict.js';

let etcd: TestEtcd;
let api: TestApi;
let call: Call;

beforeAll(async () => {
  etcd = await startEtcd();
  api = await startApi(etcd.endpoint);
  call = callerOf(api.url);
});
afterAll(async () => {
  await api.stop();
  await etcd.stop();
});

const death = (worker: string, of: 'worker' | 'child'): object => ({
  worker,
  of,
  at: '2026-01-01T00:00:00.000Z',
  how: 'SIGABRT',
});
const WHY = 'it killed two processes: w1 at 2026-01-01T00:00:00.000Z (SIGABRT), a process of w2';

test('a revision that has killed two processes is quarantined, with the reason, until somebody edits it', async () => {
  const { keys } = api.node;
  const monitor = (settings: object) => ({ put: keys.monitor('bad'), value: encode(settings) });
  const poison = (revision: number, deaths: object[]) => ({
    put: keys.poisonRecord('bad'),
    value: encode({ revision, deaths }),
  });
  const status = async (): Promise<unknown> => (await call('GET', '/api/v1/state/bad')).body;
  const revision = await written(api.node, member(api.node, 'w1'), monitor(tcp({})));
  await api.settled(await written(api.node, poison(revision, [death('w1', 'worker')])));
  expect(await status()).toMatchObject({ status: 'pending' });

  await api.settled(await written(api.node, poison(revision, [death('w1', 'worker'), death('w2', 'child')])));
  const shown = await status();
  expect(undocumented('StateDetail', shown)).toEqual([]);
  expect(shown).toMatchObject({ status: 'quarantined', reason: expect.stringContaining(WHY), config: tcp({}) });
  const { body: cluster } = await call('GET', '/api/v1/cluster');
  expect(undocumented('Cluster', cluster)).toEqual([]);
  expect(cluster).toMatchObject({
    Quarantined: [{ kind: 'monitor', name: 'bad', running: false, reason: expect.stringContaining(WHY) }],
    Monitors: { byStatus: { quarantined: 1 } },
  });
  const { body: why } = await call('GET', '/api/v1/monitor/bad/why');
  expect(why).toMatchObject({
    verdict: 'nowhere',
    message: expect.stringContaining(`'bad' runs on no worker: it is quarantined: ${WHY}`),
  });
  // It is valid: it can be read, and edited.
  expect((await call('GET', '/api/v1/monitor/bad')).status).toBe(200);

  await api.settled(await written(api.node, monitor(tcp({ description: 'edited' }))));
  expect(await status()).toMatchObject({ status: 'pending' });
});

test('an invalid record says nothing', async () => {
  const { keys } = api.node;
  const revision = await written(
    api.node,
    { put: keys.monitor('good'), value: encode(tcp({})) },
    { put: keys.poisonRecord('good'), value: '{"revision": "x", "deaths": 7}' },
    { put: keys.poisonRecord('stray'), value: '[' },
    assignment(api.node, 'w1', 'good', tcp({})),
  );
  await api.settled(revision);
  expect((await call('GET', '/api/v1/state/good')).body).toMatchObject({ status: 'pending' });
  expect((await call('GET', '/api/v1/state/stray')).status).toBe(404);
});
