import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { VitalsEntry } from '@9volt/contracts';
import { type Item, type Look, Watched } from '@9volt/etcd-dal';
import { startEtcd, type TestEtcd, waitFor } from '@9volt/etcd-dal/testing';
import { EventStream } from '@9volt/testing';
import { assignment, member, tcp, written } from '../testing/fixtures.js';
import { callerOf, type Call } from '../testing/http.js';
import { startApi, type TestApi } from '../testing/start-api.js';
import { undocumented } from '../testing/strict.js';

let etcd: TestEtcd;
let api: TestApi;
let call: Call;
/** What the owner sees. */
let looks: Watched<Look>;
const streams: EventStream[] = [];

beforeAll(async () => {
  etcd = await startEtcd();
  api = await startApi(etcd.endpoint);
  call = callerOf(api.url);
  looks = new Watched(api.node, api.node.stores.look.watched);
  await looks.start();
  await call('PUT', '/api/v1/monitor/web', tcp());
  await call('PUT', '/api/v1/monitor/idle', tcp());
  await api.settled(await written(api.node, member(api.node, 'w1'), assignment(api.node, 'w1', 'web', tcp())));
}, 30_000);
afterEach(() => {
  for (const stream of streams.splice(0)) stream.close();
});
afterAll(async () => {
  await looks.stop();
  await api.stop();
  await etcd.stop();
});

async function openStream(): Promise<EventStream> {
  const stream = await EventStream.open(`${api.url}/api/v1/stream`);
  streams.push(stream);
  await stream.next('ready');
  return stream;
}

const lookAt = async (monitor: string): Promise<Item<Look>> => {
  const answer = await call('PUT', `/api/v1/state/${monitor}/look`);
  expect([answer.status, undocumented('Look', answer.body)]).toEqual([200, []]);
  return waitFor(() => looks.get(api.node.keys.look(monitor, api.node.memberId)));
};

/** The owner writes a result. */
async function tell(look: Item<Look>, entry: Partial<VitalsEntry>): Promise<boolean> {
  const at = Date.now();
  return api.node.stores.look.tell(
    look,
    {
      monitor: 'web',
      workerId: 'w1',
      at,
      entry: { name: 'web', samples: [], runs: 1, overruns: 0, nextDueAt: at + 10_000, ...entry },
    },
    [],
  );
}

describe('a look at a monitor', () => {
  test('has its results streamed, and shown by those who read', async () => {
    const stream = await openStream();
    const look = await lookAt('web');
    const at = Date.now();
    const sample = { at, latencyMs: 3.2, status: 'critical' as const, message: 'refused' };
    expect(await tell(look, { samples: [sample], failures: 4 })).toBe(true);

    const { data } = await stream.next('result');
    expect(undocumented('ResultChange', data)).toEqual([]);
    expect(data).toMatchObject({ name: 'web', result: { ...sample, at: new Date(at).toISOString() }, count: 0 });

    const { body } = await call('GET', '/api/v1/state/web');
    expect(body['results']).toMatchObject([{ latencyMs: 3.2, status: 'critical' }]);
    expect(body['latencyMs']).toBe(3.2);
    expect(body['lastRun']).toBe(new Date(at).toISOString());
  });

  test('is one key for all who look through this API, is renewed while they ask, and ends by itself', async () => {
    const [left, seen] = [await lookAt('idle'), await lookAt('web')];
    expect((await lookAt('idle')).modRevision).toBe(left.modRevision);
    while (looks.get(left.key)) {
      await lookAt('web');
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    await lookAt('web');
    expect(looks.get(seen.key)?.modRevision).toBe(seen.modRevision);
    // Somebody comes back.
    expect((await lookAt('idle')).value.lease).not.toBe(left.value.lease);
  }, 60_000);

  test('takes with it what was written because of it', async () => {
    const look = await lookAt('web');
    await tell(look, { samples: [{ at: Date.now(), latencyMs: 1, status: 'ok' }] });
    await api.node.client.revokeLease(look.value.lease);
    expect((await api.node.client.list(api.node.keys.latests)).entries).toEqual([]);
    // The owner learns of it, at the latest when it writes.
    expect(await tell(look, { samples: [{ at: Date.now(), latencyMs: 1, status: 'ok' }] })).toBe(false);
  });

  test('of an unknown monitor is answered 404, and leaves nothing', async () => {
    const refused = await call('PUT', '/api/v1/state/nothing/look');
    expect([refused.status, undocumented('Problem', refused.body)]).toEqual([404, []]);
    expect(looks.get(api.node.keys.look('nothing', api.node.memberId))).toBeUndefined();
  });

  test('ends when the API stops', async () => {
    const other = await startApi(etcd.endpoint, { prefix: api.node.options.prefix });
    await callerOf(other.url)('PUT', '/api/v1/state/web/look');
    const key = other.node.keys.look('web', other.node.memberId);
    await waitFor(() => looks.get(key));
    await other.stop();
    // Sooner than its lease would end.
    await waitFor(() => !looks.get(key), { timeoutMs: 5_000 });
  }, 30_000);
});
