import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startEtcd, type TestEtcd } from '@9volt/etcd-dal/testing';
import { assignment, event, http, member, state, tcp, written } from '../testing/fixtures.js';
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
  const monitors = {
    ab: tcp({ tags: ['a,b'] }),
    a: tcp({ tags: ['a'] }),
    'b,c': http({ tags: ['b', 'c, d'] }),
    proto: tcp({ tags: ['__proto__'] }),
  };
  await api.settled(
    await written(
      api.node,
      member(api.node, 'w1', { Name: 'worker-1' }),
      member(api.node, 'w2', { Name: 'rack 7, left' }),
      ...Object.entries(monitors).map(([name, settings]) => ({
        put: api.node.keys.monitor(name),
        value: JSON.stringify(settings),
      })),
      assignment(api.node, 'w1', 'ab', monitors.ab),
      assignment(api.node, 'w2', 'a', monitors.a),
      state(api.node, 'ab'),
      state(api.node, 'a', { status: 'critical', message: 'Connection refused', count: 1 }),
      event(api.node, 'e1', { monitor: 'b,c' }),
      event(api.node, 'e2', { monitor: 'b' }),
      event(api.node, 'e3', { monitor: 'a', type: 'error', memberid: 'w2' }),
    ),
  );
}, 30_000);

afterAll(async () => {
  await api.stop();
  await etcd.stop();
});

async function found(path: string, key = 'name'): Promise<string[]> {
  const { status, body } = await call('GET', path);
  expect([path, status]).toEqual([path, 200]);
  return (body as unknown as Record<string, string>[]).map((one) => String(one[key])).sort();
}

describe.each(['monitor', 'state'])('the list of each %s', (list) => {
  test.each([
    ['tags=a', ['a']],
    ['tags=a,c', ['a']],
    ['tags=a,__proto__', ['a', 'proto']],
    // A text that occurs once may be one value or several.
    ['tags=a%2Cb', ['a', 'ab', 'b,c']],
    ['tags=c,%20d', ['b,c']],
    ['tags=', []],
    // A repeated parameter is not split.
    ['tags=a%2Cb&tags=none', ['ab']],
    ['tags=a,b&tags=a,b', ['ab']],
    ['tags=a&tags=b', ['a', 'b,c']],
    ['tags=c%2C%20d&tags=a', ['a', 'b,c']],
    ['owner=w1', ['ab']],
    ['owner=worker-1', ['ab']],
    ['owner=worker-1,w2', ['a', 'ab']],
    ['owner=rack%207,%20left', ['a']],
    ['owner=rack%207,%20left&owner=worker-1', ['a', 'ab']],
    ['owner=nobody', []],
    ['type=http,icmp', ['b,c']],
    ['type=http&type=tcp', ['a', 'ab', 'b,c', 'proto']],
    ['status=critical', ['a']],
    ['status=critical,ok', ['a', 'ab']],
    ['status=critical&status=ok', ['a', 'ab']],
    ['status=critical,stale&status=ok', ['a', 'ab']],
    ['status=critical&owner=worker-1', []],
    ['q=REFUSED', ['a']],
    ['q=b,c', ['b,c']],
  ])('is filtered by %s', async (query, expected) => {
    expect(await found(`/api/v1/${list}?${query}&sort=name`)).toEqual(expected);
  });

  test.each(['status=bogus', 'status=ok,bogus', 'status=ok&status=bogus', 'status=OK', 'ownr=w1'])(
    'is not asked for with %s',
    async (query) => {
      const { status, body } = await call('GET', `/api/v1/${list}?${query}`);
      expect([status, undocumented('Problem', body)]).toEqual([400, []]);
    },
  );
});

test.each([
  ['monitor=b,c&monitor=b,c', ['e1']],
  ['monitor=b%2Cc', ['e1', 'e2']],
  ['monitor=a&monitor=b', ['e2', 'e3']],
  ['member=w2&member=w3', ['e3']],
  ['type=error&type=warning', ['e3']],
  ['type=error,warning&type=api', ['e1', 'e2', 'e3']],
])('events are filtered by %s', async (query, ids) => {
  expect(await found(`/api/v1/event?${query}&sort=monitor`, 'id')).toEqual(ids);
});
