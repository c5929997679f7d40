import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startEtcd, type TestEtcd } from '@9volt/etcd-dal/testing';
import { encode } from '@9volt/etcd-dal';
import { http, tcp, written } from '../testing/fixtures.js';
import { callerOf, type Call } from '../testing/http.js';
import { startApi, type TestApi } from '../testing/start-api.js';
import { undocumented } from '../testing/strict.js';

let etcd: TestEtcd;
let api: TestApi;
let call: Call;
const page = { title: 'Shop', groups: [{ title: 'Web', monitors: ['web-*'], tags: ['public'] }] };

beforeAll(async () => {
  etcd = await startEtcd();
  api = await startApi(etcd.endpoint);
  call = callerOf(api.url);
  const { node } = api;
  const monitors = {
    'web-2': http({}),
    'web-1': http({}),
    mail: tcp({ tags: ['public'] }),
    db: tcp({ tags: ['shop'] }),
  };
  const ops = Object.entries(monitors).map(([name, settings]) => ({
    put: node.keys.monitor(name),
    value: encode(settings),
  }));
  await api.settled(await written(node, ...ops));
}, 30_000);

afterAll(async () => {
  await api.stop();
  await etcd.stop();
});

test('a status page is stored, shown with its monitors, replaced and deleted', async () => {
  const created = await call('PUT', '/api/v1/status-page/shop', page);
  expect(created).toMatchObject({ status: 201, body: { name: 'shop', monitors: ['mail', 'web-1', 'web-2'] } });
  expect(undocumented('ShownStatusPage', created.body)).toEqual([]);
  const tag = { 'if-match': created.headers.get('etag') ?? '' };
  expect(await call('PUT', '/api/v1/status-page/shop', { ...page, title: 'B' }, tag)).toMatchObject({ status: 200 });
  expect((await call('PUT', '/api/v1/status-page/shop', page, tag)).status).toBe(412);
  expect((await call('GET', '/api/v1/status-page')).body).toMatchObject([{ name: 'shop', config: { title: 'B' } }]);
  expect((await call('DELETE', '/api/v1/status-page/shop')).status).toBe(200);
  expect((await call('GET', '/api/v1/status-page/shop')).status).toBe(404);
});

test('what is invalid is refused with its place, and one that is there by hand is shown with its faults', async () => {
  const groups = [{ title: 'Web' }];
  expect((await call('PUT', '/api/v1/status-page/shop', { ...page, groups })).body).toMatchObject({
    status: 400,
    errors: [{ pointer: '/groups/0' }],
  });
  expect((await call('PUT', '/api/v1/status-page/errors', page)).body).toMatchObject({ status: 400 });
  expect((await call('PUT', '/api/v1/status-page/A%20b', page)).body).toMatchObject({ status: 400 });
  const { node } = api;
  await api.settled(await written(node, { put: `${node.keys.statusPages}odd`, value: encode({ title: 'x' }) }));
  expect((await call('GET', '/api/v1/status-page/odd')).body).toMatchObject({
    config: null,
    reason: expect.stringContaining('groups: is required'),
  });
});
