/** @jest-environment node */
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { eventOf, stateOf } from '../testing/fixtures.js';
import '../testing/location.js';
import type { LiveStore as Store } from './live-store.js';
import type { Changes, ClusterEvent, Live, LiveState } from './live-types.js';

interface Stream {
  headers: Record<string, string>;
  send(text: string): void;
  end(): void;
}

const { LiveStore } = await import('./live-store.js');

let store: Store;
let states: LiveState[];
let events: ClusterEvent[];
let streams: Stream[];
let reads: number;
let token: string | undefined;
let isSignedIn: boolean;
/** The list of events waits for this. */
let gate: Promise<void>;
/** The stream waits for this. */
let streamGate: Promise<void>;

function answer(path: string, headers: Record<string, string>, sent: string): Response | Promise<Response> {
  if (path === '/api/v1/session') {
    isSignedIn = sent === JSON.stringify({ token, stay: false });
    return isSignedIn || sent === '' ? Response.json({}) : Response.json({ detail: 'invalid token' }, { status: 401 });
  }
  if (token !== undefined && !isSignedIn) return Response.json({ detail: 'No access token found' }, { status: 401 });
  if (path.startsWith('/api/v1/stream')) {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) =>
        void streams.push({
          headers,
          send: (text) => controller.enqueue(new TextEncoder().encode(text)),
          end: () => controller.close(),
        }),
    });
    return streamGate.then(() => new Response(body));
  }
  reads++;
  const isStates = path.startsWith('/api/v1/state');
  const list = Response.json(isStates ? states : events, { headers: isStates ? { 'X-Event-Id': `c.${reads}` } : {} });
  return isStates ? list : gate.then(() => list);
}

beforeEach(() => {
  states = [stateOf('web')];
  events = [eventOf('e1')];
  streams = [];
  reads = 0;
  token = undefined;
  isSignedIn = false;
  gate = Promise.resolve();
  streamGate = Promise.resolve();
  jest.spyOn(globalThis, 'fetch').mockImplementation(async (asked) => {
    const { url, headers, signal } = asked as Request;
    signal.throwIfAborted();
    const aborted = new Promise<never>((_resolve, reject) =>
      signal.addEventListener('abort', () => reject(signal.reason as Error)),
    );
    const sent = await (asked as Request).text();
    return Promise.race([answer(new URL(url).pathname, Object.fromEntries(headers), sent), aborted]);
  });
  store = new LiveStore();
  store.start();
});

afterEach(() => {
  store.stop();
  jest.restoreAllMocks();
});

function until(holds: (live: Live) => boolean): Promise<Live> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!holds(store.snapshot())) return;
      unsubscribe();
      resolve(store.snapshot());
    };
    const unsubscribe = store.subscribe(look);
    look();
  });
}

const isLive = ({ connection }: Live): boolean => connection === 'live';
const told = (event: string, data: object, id: string): string =>
  `event: ${event}\ndata: ${JSON.stringify(data)}\nid: ${id}\n\n`;

it('has the first rows before it has all, and then drops them', async () => {
  store.stop();
  store = new LiveStore();
  let release = (): void => undefined;
  gate = new Promise((resolve) => (release = resolve));
  store.start({ limit: 1 });
  const { first, states: all } = await until((live) => live.first !== undefined);
  expect(first?.map(({ name }) => name)).toEqual(['web']);
  expect(all).toBeUndefined();
  release();
  expect((await until(isLive)).first).toBeUndefined();
});

it('reads everything, then follows what changes', async () => {
  await until(isLive);
  streams[0]?.send(told('state', stateOf('web', { status: 'critical' }), 'c.1'));
  await until(({ states }) => states?.get('web')?.status === 'critical');
  streams[0]?.send(told('event', eventOf('e2'), 'c.2'));
  const { events } = await until(({ events }) => events?.length === 2);
  expect(events?.map(({ id }) => id)).toEqual(['e2', 'e1']);
  streams[0]?.send(told('state', { check: 'web', name: 'web', removed: true }, 'c.3'));
  await until(({ states }) => states?.size === 0);
});

it('keeps the newest 200 events', async () => {
  await until(isLive);
  const many = Array.from({ length: 250 }, (_, n) => told('event', eventOf(`f${1_000 + n}`), `c.${n}`));
  streams[0]?.send(many.join(''));
  const { events } = await until(({ events }) => events?.[0]?.id === 'f1249');
  expect(events).toHaveLength(200);
});

it('applies messages that came during a read afterwards', async () => {
  store.stop();
  let open = (): void => undefined;
  gate = new Promise((resolve) => (open = resolve));
  streams = [];
  store.start();
  while (streams.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  streams[0]?.send(told('state', stateOf('web', { status: 'critical' }), 'c.1'));
  await new Promise((resolve) => setTimeout(resolve, 20));
  open();
  expect((await until(isLive)).states?.get('web')?.status).toBeDefined();
  await until(({ states }) => states?.get('web')?.status === 'critical');
});

it('reads everything again after a reset', async () => {
  await until(isLive);
  states = [stateOf('other')];
  streams[0]?.send(told('reset', { revision: 9 }, 'c.9'));
  expect((await until(({ states }) => states?.has('other') === true)).states?.size).toBe(1);
});

it('reconnects, reads again, and continues from there', async () => {
  await until(isLive);
  expect(streams[0]?.headers['last-event-id']).toBe('c.1');
  streams[0]?.send(told('state', stateOf('web', { count: 1 }), 'c.7'));
  await until(({ states }) => states?.get('web')?.count === 1);
  states = [stateOf('web', { count: 2 })];
  streams[0]?.end();
  const lost = await until(({ connection }) => connection === 'reconnecting');
  expect(lost.error).toBe('The API ended the event stream');
  expect(lost.states?.size).toBe(1);
  expect(lost.staleSince).toBeGreaterThan(0);
  const { states: again, error, staleSince } = await until(isLive);
  expect([again?.get('web')?.count, error, staleSince]).toEqual([2, undefined, undefined]);
  expect(streams[1]?.headers['last-event-id']).toBe('c.3');
  expect(reads).toBe(4);
});

it('is live only when it also gets changes', async () => {
  store.stop();
  let open = (): void => undefined;
  streamGate = new Promise((resolve) => (open = resolve));
  store = new LiveStore();
  store.start();
  expect((await until(({ states }) => states !== undefined)).connection).toBe('connecting');
  open();
  await until(isLive);
});

it('asks for a token, and continues with it', async () => {
  store.stop();
  token = 'secret';
  store.start();
  const first = await until(({ connection }) => connection === 'unauthorized');
  expect(first.error).toBeUndefined();
  await store.signIn('wrong', false);
  expect(store.snapshot()).toMatchObject({ connection: 'unauthorized', error: 'invalid token' });
  await store.signIn('secret', false);
  await until(isLive);
  expect(streams.at(-1)?.headers['x-requested-with']).toBe('9volt');
  isSignedIn = false;
  streams.at(-1)?.end();
  expect((await until(({ connection }) => connection === 'unauthorized')).error).toMatch(/session has ended/);
});

it('keeps unchanged objects, so that they are not drawn again', async () => {
  await until(isLive);
  states = [stateOf('web'), stateOf('db', { tags: ['a'] })];
  streams[0]?.send(told('reset', { revision: 9 }, 'c.9'));
  const before = await until(({ states }) => states?.size === 2);
  states = [stateOf('web'), stateOf('db', { tags: ['a', 'b'] })];
  streams[0]?.send(told('reset', { revision: 10 }, 'c.10'));
  const after = await until(({ states }) => states?.get('db')?.tags.length === 2);
  expect(after.states?.get('web')).toBe(before.states?.get('web'));
});

it('reports what else has changed, together', async () => {
  await until(isLive);
  const seen: Changes[] = [];
  store.observe((changes) => seen.push(changes));
  streams[0]?.send(
    told('monitor', { name: 'web', revision: 2, config: null }, 'c.1') +
      told('state', stateOf('web'), 'c.2') +
      told('member', { MemberID: 'w', removed: true }, 'c.3'),
  );
  while (seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(seen).toEqual([{ states: ['web'], monitors: ['web'], members: true, results: [] }]);
});

it('signs out: the session and all data read with it are gone', async () => {
  token = 'secret';
  await store.signIn('secret', false);
  await until(isLive);
  await store.signOut();
  expect(store.snapshot()).toMatchObject({ connection: 'unauthorized', error: undefined, states: undefined });
  expect(isSignedIn).toBe(false);
});
