import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { startEtcd, type TestEtcd, waitFor } from '@9volt/etcd-dal/testing';
import { EventStream } from '@9volt/testing';
import { assignment, CANARY, event, http, member, state, tcp, written } from '../testing/fixtures.js';
import { callerOf, type Call } from '../testing/http.js';
import { startApi, type TestApi } from '../testing/start-api.js';
import { undocumented } from '../testing/strict.js';

let etcd: TestEtcd;
let api: TestApi;
let call: Call;
const streams: EventStream[] = [];

beforeAll(async () => {
  etcd = await startEtcd();
  api = await startApi(etcd.endpoint);
  call = callerOf(api.url);
}, 30_000);

afterEach(() => {
  for (const stream of streams.splice(0)) stream.close();
});

afterAll(async () => {
  await api.stop();
  await etcd.stop();
});

async function open(query = '', lastEventId?: string): Promise<EventStream> {
  const headers = lastEventId === undefined ? undefined : { 'last-event-id': lastEventId };
  const stream = await EventStream.open(`${api.url}/api/v1/stream${query}`, headers);
  streams.push(stream);
  return stream;
}

describe('the stream', () => {
  test('says that it is ready, and from which revision', async () => {
    const stream = await open();
    const ready = await stream.next('ready');
    expect(undocumented('StreamControl', ready.data)).toEqual([]);
    expect(ready.id).toBe(`${api.node.guard.id}.${ready.data['revision']}`);
  });

  test('sends monitors, states, members and events within 250 ms', async () => {
    const stream = await open();
    await stream.next('ready');
    const { node } = api;
    const since = performance.now();
    await written(
      node,
      { put: node.keys.monitor('live'), value: JSON.stringify(http({ headers: { Authorization: CANARY } })) },
      member(node, 'w1'),
      assignment(node, 'w1', 'live', http({ headers: { Authorization: CANARY } })),
      state(node, 'live', { status: 'warning', count: 1, message: 'x' }),
      event(node, 'e1', { monitor: 'live' }),
    );
    const [shown] = await Promise.all([
      stream.next('state', ({ status }) => status === 'warning'),
      stream.next('monitor'),
      stream.next('event', ({ id }) => id === 'e1'),
      stream.next('member', ({ MemberID }) => MemberID === 'w1'),
    ]);
    // 250 ms on an idle machine.
    expect(performance.now() - since).toBeLessThan(2_500);
    expect(shown.data).toMatchObject({ check: 'live', stored: 'warning', message: 'x' });
    const schemas = { state: 'StateChange', monitor: 'MonitorChange', event: 'Event', member: 'MemberChange' };
    for (const { event: type, data } of stream.messages.filter(({ event: type }) => type !== 'ready')) {
      expect([type, undocumented(schemas[type as keyof typeof schemas], data)]).toEqual([type, []]);
    }
    expect(stream.text).not.toContain(CANARY);
    // All of one transaction: the id comes with the last.
    const told = stream.messages.filter(({ event: type }) => type !== 'ready');
    expect(told.map(({ id }) => id !== undefined)).toEqual([...told.slice(1).map(() => false), true]);
  });

  test('sends removals', async () => {
    await call('PUT', '/api/v1/monitor/gone', tcp());
    const stream = await open('?types=monitor,state');
    await stream.next('ready');
    await call('DELETE', '/api/v1/monitor/gone');
    const [monitor, shown] = await Promise.all([stream.next('monitor'), stream.next('state')]);
    expect(monitor.data).toEqual({ name: 'gone', removed: true });
    expect(shown.data).toEqual({ check: 'gone', name: 'gone', removed: true });
    expect(undocumented('MonitorChange', monitor.data)).toEqual([]);
    expect(undocumented('StateChange', shown.data)).toEqual([]);
  });

  test('sends a status that changes without a change of the monitor', async () => {
    await written(api.node, member(api.node, 'w9', { Tags: ['x'] }));
    await call('PUT', '/api/v1/monitor/lonely', tcp({ 'member-tag': 'x' }));
    const stream = await open('?types=state');
    await stream.next('ready');
    await written(api.node, { delete: api.node.keys.member('w9') });
    const told = await stream.next('state', ({ name }) => name === 'lonely');
    expect(told.data).toMatchObject({ status: 'orphaned' });
  });

  test('sends only the requested types', async () => {
    const stream = await open('?types=event');
    await stream.next('ready');
    await call('PUT', '/api/v1/monitor/unasked', tcp());
    await written(api.node, event(api.node, 'e2'));
    await stream.next('event', ({ id }) => id === 'e2');
    expect(new Set(stream.messages.map((message) => message.event))).toEqual(new Set(['ready', 'event']));
    const refused = await call('GET', '/api/v1/stream?types=events');
    expect([refused.status, refused.body]).toEqual([
      400,
      expect.objectContaining({ errors: [expect.objectContaining({ suggestion: 'event' })] }),
    ]);
  });
});

describe('a stream that was cut off', () => {
  test('resumes with what it missed, each thing once, and nothing twice', async () => {
    const first = await open('?types=event,monitor');
    await first.next('ready');
    await written(api.node, event(api.node, 'r0'));
    await first.next('event', ({ id }) => id === 'r0');
    const last = first.lastId as string;
    first.close();
    await written(api.node, event(api.node, 'r1'));
    await call('PUT', '/api/v1/monitor/missed', tcp({ port: 1 }));
    await call('PUT', '/api/v1/monitor/missed', tcp({ port: 2 }));
    const second = await open('?types=event,monitor', last);
    await second.next('monitor');
    await written(api.node, event(api.node, 'r2'));
    await second.next('event', ({ id }) => id === 'r2');
    const told = second.messages.filter(({ event: type }) => type === 'event').map(({ data }) => data['id']);
    expect(told).toEqual(['r1', 'r2']);
    const monitors = second.messages.filter(({ event: type }) => type === 'monitor').map(({ data }) => data);
    expect(monitors).toEqual([expect.objectContaining({ name: 'missed', config: tcp({ port: 2 }) })]);
  });

  test('continues from a list of states', async () => {
    const { headers } = await call('GET', '/api/v1/state');
    await call('PUT', '/api/v1/monitor/after-the-list', tcp());
    const stream = await open('?types=state', headers.get('x-event-id') ?? '');
    await stream.next('state', ({ name }) => name === 'after-the-list');
    expect(stream.messages.map(({ event: type }) => type)).not.toContain('reset');
  });

  test.each([
    ['another cluster', () => '00000000-0000-0000-0000-000000000000.5'],
    ['a time before this process', () => `${api.node.guard.id}.0`],
    ['nonsense', () => 'what?'],
  ])('gets "read everything again" after %s', async (_what, id) => {
    const stream = await open('', id());
    const { data } = await stream.next('reset');
    expect(undocumented('StreamControl', data)).toEqual([]);
    expect(stream.messages[0]?.event).toBe('reset');
  });

  test('ends when the API stops', async () => {
    const other = await startApi(etcd.endpoint);
    const stream = await EventStream.open(`${other.url}/api/v1/stream`);
    await stream.next('ready');
    await other.stop();
    await waitFor(() => stream.ended, { timeoutMs: 2_000, what: 'the end of the stream' });
  });
});
