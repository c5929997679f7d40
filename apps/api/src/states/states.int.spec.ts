import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { IncidentRecord, OutboxEntry } from '@9volt/contracts';
import { encode } from '@9volt/etcd-dal';
import { startEtcd, type TestEtcd, wholeOutboxEntry } from '@9volt/etcd-dal/testing';
import { assignment, CANARY, http, member, state, tcp, vitals, written } from '../testing/fixtures.js';
import { callerOf, type Call } from '../testing/http.js';
import { startApi, type TestApi } from '../testing/start-api.js';
import { undocumented } from '../testing/strict.js';

let etcd: TestEtcd;
let api: TestApi;
let call: Call;

const HOUR = 3_600_000;
const longAgo = new Date(Date.now() - HOUR).toISOString();

beforeAll(async () => {
  etcd = await startEtcd();
  api = await startApi(etcd.endpoint);
  call = callerOf(api.url);
  const { keys } = api.node;
  const put = (name: string, settings: object): { put: string; value: string } => ({
    put: keys.monitor(name),
    value: JSON.stringify(settings),
  });
  await written(
    api.node,
    member(api.node, 'w1', { Name: 'worker-1' }),
    member(api.node, 'w2', { Tags: ['eu'] }),
    put('ok', tcp({ tags: ['shop', 'a'], description: 'Front door' })),
    put('down', http({ tags: ['b'], headers: { Authorization: CANARY } })),
    put('fresh', tcp()),
    put('off', tcp({ disable: true })),
    put('paused', tcp({ 'disable-until': '2999-01-01T00:00:00Z' })),
    put('nowhere', tcp({ 'member-tag': 'mars' })),
    put('pinned', tcp({ 'member-tag': 'eu' })),
    put('silent', tcp()),
    {
      put: keys.monitor('broken'),
      value: '{"type":"http","interval":"10s","header":{"Authorization":"canary-3f9a1c"}}',
    },
    ...['ok', 'down', 'silent', 'fresh'].map((name) =>
      assignment(api.node, 'w1', name, name === 'down' ? http() : tcp()),
    ),
    assignment(api.node, 'w1', 'broken', http({ headers: { Authorization: CANARY } })),
    assignment(api.node, 'w2', 'pinned', tcp({ 'member-tag': 'eu' })),
    // Its worker left before it wrote a state.
    assignment(api.node, 'worker-3-0a1b2c', 'nowhere', tcp({ 'member-tag': 'mars' })),
  );
  const last = await written(
    api.node,
    state(api.node, 'ok'),
    state(api.node, 'pinned', { owner: 'w2', ownerName: 'w2' }),
    state(api.node, 'down', {
      status: 'critical',
      count: 3,
      message: 'refused <script>',
      told: { team: 'critical' },
      incident: { id: '9.1', openedAt: longAgo, worst: 'critical' },
    }),
    state(api.node, 'silent'),
    { put: keys.incident('down', 1), value: encode(INCIDENT) },
    { put: keys.outboxEntry('down', 'team', 'o1'), value: encode(OWED) },
  );
  await api.settled(last);
  const now = Date.now();
  const sample = { at: now - 2_000, latencyMs: 12.5, status: 'ok' as const };
  const measured = { message: 'OK - load 0.4', performance: [{ label: 'load1', value: 0.4, warn: '5', min: 0 }] };
  // Due long ago when it was dumped, and at every interval since.
  const entry = { runs: 1, overruns: 0, nextDueAt: now - 3_600_000 };
  await api.settled(
    await written(
      api.node,
      ...vitals(api.node, 'w1', 7, [
        {
          name: 'ok',
          samples: [
            { ...sample, at: now - 12_000, latencyMs: 9, status: 'critical', message: 'x' },
            { ...sample, ...measured },
          ],
          ...entry,
        },
        { name: 'silent', samples: [{ ...sample, at: now - HOUR }], ...entry },
      ]),
    ),
  );
}, 30_000);

afterAll(async () => {
  await api.stop();
  await etcd.stop();
});

const INCIDENT: IncidentRecord = {
  id: '9.1',
  openedAt: longAgo,
  closedAt: null,
  worst: 'critical',
  message: 'refused',
  notifications: [{ alerter: 'team', type: 'critical', at: longAgo, outcome: 'delivered', attempts: 1, answer: 'ok' }],
};
const OWED: OutboxEntry = { ...wholeOutboxEntry, id: 'o1', alerter: 'team', incident: '9.1', createdAt: longAgo };

type Shown = { name: string; status: string; stored: string | null; reason: string | null; [more: string]: unknown };
const list = async (query = ''): Promise<Shown[]> => (await call('GET', `/api/v1/state${query}`)).body;
const names = async (query: string): Promise<string[]> => (await list(query)).map(({ name }) => name).sort();

describe('every monitor has a state', () => {
  test('with all its consecutive failures, which only the results know', async () => {
    const counted = async (): Promise<unknown> =>
      (await list('?q=down')).find(({ name }) => name === 'down')?.['count'];
    expect(await counted()).toBe(3);
    const entry = { name: 'down', samples: [], runs: 4, overruns: 0, nextDueAt: Date.now(), failures: 70 };
    const index = { generation: 2, names: ['down'] };
    await api.settled(await written(api.node, ...vitals(api.node, 'w1', 8, [entry], Date.now(), index)));
    expect(await counted()).toBe(70);
    // Of an older dump than the state.
    await api.settled(
      await written(api.node, ...vitals(api.node, 'w1', 9, [{ ...entry, failures: 90 }], Date.now() - HOUR, index)),
    );
    expect(await counted()).toBe(3);
  });

  test('with the stored status and the one to show', async () => {
    const { body, headers } = await call('GET', '/api/v1/state');
    expect(undocumented('StateList', body)).toEqual([]);
    const shown = body as Shown[];
    expect(Object.fromEntries(shown.map(({ name, status, stored }) => [name, [status, stored]]))).toEqual({
      ok: ['ok', 'ok'],
      down: ['critical', 'critical'],
      fresh: ['pending', null],
      off: ['disabled', null],
      paused: ['disabled', null],
      nowhere: ['orphaned', null],
      pinned: ['ok', 'ok'],
      silent: ['stale', 'ok'],
      broken: ['quarantined', null],
    });
    expect(headers.get('x-total-count')).toBe('9');
    const reasons = Object.fromEntries(shown.map(({ name, reason }) => [name, reason]));
    expect(reasons).toMatchObject({ ok: null, down: null, nowhere: expect.stringContaining('"mars"') });
    expect(shown.find(({ name }) => name === 'nowhere')).toMatchObject({ ownerName: 'worker-3' });
    expect(reasons['broken']).toContain('header');
    expect(reasons['silent']).toContain('1h');
  });

  test('with its last check, its latency and when it is due', async () => {
    const ok = (await list()).find(({ name }) => name === 'ok');
    expect(ok).toMatchObject({ check: 'ok', owner: 'w1', ownerName: 'worker-1', latencyMs: 12.5, tags: ['shop', 'a'] });
    // A success is not stored again: its message is in the results.
    expect(ok).toMatchObject({
      message: 'OK - load 0.4',
      performance: [{ label: 'load1', value: 0.4, warn: '5', min: 0 }],
    });
    expect(Date.parse(String(ok?.['nextDue']))).toBeGreaterThan(Date.now() - 60_000);
    expect(ok?.['config']).toEqual(tcp({ tags: ['shop', 'a'], description: 'Front door' }));
  });

  test('and no secret, not even of the last valid version that still runs', async () => {
    const { text } = await call('GET', '/api/v1/state');
    expect(text).not.toContain(CANARY);
    const broken = (await list()).find(({ name }) => name === 'broken');
    expect(broken?.['config']).toEqual(http({ headers: { Authorization: '********' } }));
  });
});

describe('states are found', () => {
  test.each([
    ['?tags=shop,b', ['down', 'ok']],
    ['?status=critical,stale', ['down', 'silent']],
    ['?type=http', ['down']],
    ['?owner=worker-1&status=ok', ['ok']],
    ['?owner=w2', ['pinned']],
    ['?q=FRONT', ['ok']],
    ['?q=%3Cscript', ['down']],
    ['?tags=shop&type=http', []],
  ])('by %s', async (query, expected) => {
    expect(await names(query)).toEqual(expected);
  });

  test('worst first, page by page', async () => {
    const page = await call('GET', '/api/v1/state?sort=status,name&limit=3');
    expect((page.body as Shown[]).map(({ name }) => name)).toEqual(['down', 'broken', 'nowhere']);
    expect(page.headers.get('x-total-count')).toBe('9');
    expect((await list('?sort=status,name&limit=3&page=4')).length).toBe(0);
  });

  test.each(['status=okay', 'tag=x', 'sort=-nme'])('but not by ?%s', async (query) => {
    const { status, body } = await call('GET', `/api/v1/state?${query}`);
    expect([status, undocumented('Problem', body)]).toEqual([400, []]);
  });
});

describe('one state', () => {
  test('has its results, incidents, notifications and pending ones', async () => {
    const down = await call('GET', '/api/v1/state/down');
    expect(undocumented('StateDetail', down.body)).toEqual([]);
    expect(down.body).toMatchObject({
      told: { team: 'critical' },
      incident: '9.1',
      incidents: [{ ...INCIDENT, n: 1, comments: [] }],
      owed: [{ alerter: 'team', type: 'critical', createdAt: longAgo }],
      assignment: { workerId: 'w1', phase: 'run' },
    });
    const ok = await call('GET', '/api/v1/state/ok');
    expect(undocumented('StateDetail', ok.body)).toEqual([]);
    expect(ok.body).toMatchObject({
      results: [
        { status: 'critical', latencyMs: 9, message: 'x' },
        { status: 'ok', latencyMs: 12.5 },
      ],
    });
  });

  test('takes comments on its incidents, beside what others write there', async () => {
    const comment = '/api/v1/state/down/incident/1/comment';
    const first = await call('POST', comment, { text: 'a cable was cut', author: 'kim' });
    expect([first.status, undocumented('Incident', first.body)]).toEqual([201, []]);
    const key = api.node.keys.incident('down', 1);
    const delivery = {
      alerter: 'team',
      type: 'critical',
      at: longAgo,
      outcome: 'delivered',
      attempts: 1,
      answer: 'ok',
    };
    const stored = JSON.parse((await api.node.client.get(key))?.value.toString() ?? '') as IncidentRecord;
    await written(api.node, { put: key, value: encode({ ...stored, notifications: [delivery] }) });
    expect((await call('POST', comment, { text: '<b>spliced</b>' })).status).toBe(201);
    const { body } = await call('GET', '/api/v1/state/down');
    expect(undocumented('StateDetail', body)).toEqual([]);
    expect(body).toMatchObject({
      incidents: [
        {
          n: 1,
          notifications: [delivery],
          comments: [{ author: 'kim', text: 'a cable was cut' }, { text: '<b>spliced</b>' }],
        },
      ],
    });
  });

  interface Commented {
    comments: { text: string }[];
  }
  test('keeps the newest comments of an incident, and no more than its record can hold', async () => {
    await written(api.node, { put: api.node.keys.incident('down', 3), value: encode({ ...INCIDENT, id: '7.3' }) });
    const comment = '/api/v1/state/down/incident/3/comment';
    const comments = async (text: string, times: number): Promise<string[]> => {
      let kept: { text: string }[] = [];
      for (let n = 0; n < times; n++) ({ comments: kept } = (await call('POST', comment, { text })).body as Commented);
      return kept.map((one) => one.text);
    };
    expect(await comments('short', 51)).toHaveLength(50);
    // Each of these characters takes six bytes: fifty such comments are more than a value of etcd.
    const kept = await comments('\u0001'.repeat(4_096), 50);
    expect(kept.length).toBeGreaterThan(5);
    expect(kept.length).toBeLessThan(50);
    const stored = await api.node.client.get(api.node.keys.incident('down', 3));
    expect(stored?.value.length).toBeLessThan(300_000);
    expect(await comments('short', 1)).toHaveLength(kept.length + 1);
  });

  test.each([
    ['down/incident/1', {}, 400],
    ['down/incident/1', { text: '' }, 400],
    ['down/incident/1', { text: ' \n ' }, 400],
    ['down/incident/1', { text: 'x', who: 'kim' }, 400],
    ['down/incident/2', { text: 'x' }, 404],
    ['down/incident/x', { text: 'x' }, 404],
    ['nobody/incident/1', { text: 'x' }, 404],
  ])('refuses a comment on %s with %j', async (place, comment, expected) => {
    const { status, body } = await call('POST', `/api/v1/state/${place}/comment`, comment);
    expect([status, undocumented('Problem', body)]).toEqual([expected, []]);
  });

  test('of a missing monitor is 404', async () => {
    const { status, body } = await call('GET', '/api/v1/state/nobody');
    expect([status, body]).toEqual([
      404,
      expect.objectContaining({ message: "Unable to find any check named 'nobody'" }),
    ]);
  });
});

describe('the cluster', () => {
  test('contains members, orphans, quarantined monitors and pending notifications', async () => {
    const { body } = await call('GET', '/api/v1/cluster');
    expect(undocumented('Cluster', body)).toEqual([]);
    expect(body).toMatchObject({
      Members: { w1: { Name: 'worker-1', Assigned: 5, Draining: false }, w2: { Assigned: 1 } },
      Director: null,
      Orphans: ['nowhere'],
      Quarantined: [
        { kind: 'monitor', name: 'broken', running: true, errors: [{ pointer: '/header' }, { pointer: '/host' }] },
      ],
      Monitors: { total: 9, byStatus: { quarantined: 1, orphaned: 1 } },
      Outbox: { depth: 1, byAlerter: { team: { depth: 1 } } },
    });
    expect((body as { Outbox: { oldestAgeMs: number } }).Outbox.oldestAgeMs).toBeGreaterThanOrEqual(HOUR);
  });

  test('names invalid values in etcd, and omits them', async () => {
    const { keys } = api.node;
    const zombie = keys.member('zombie');
    const revision = await written(api.node, { put: zombie, value: '{"Name":"zombie","Role":"worker"}' });
    await api.settled(revision);
    const { status, body } = await call('GET', '/api/v1/cluster');
    expect(status).toBe(200);
    expect(undocumented('Cluster', body)).toEqual([]);
    expect((body as { Members: object }).Members).not.toHaveProperty('zombie');
    expect(body).toHaveProperty('Unreadable', [
      { key: zombie, revision, bytes: 33, reason: 'MemberID: expected a text' },
    ]);
    await api.settled(await written(api.node, { delete: zombie }));
    expect((await call('GET', '/api/v1/cluster')).body).toHaveProperty('Unreadable', []);
  });

  test('follows: a worker that is drained and one that leaves', async () => {
    const { keys } = api.node;
    await api.settled(
      await written(
        api.node,
        { put: keys.drain('worker-1'), value: '{}' },
        { put: keys.director, value: encode({ MemberID: 'w1', LastUpdate: longAgo }) },
        { delete: keys.member('w2') },
      ),
    );
    const { body } = await call('GET', '/api/v1/cluster');
    expect(body).toMatchObject({
      Members: { w1: { Draining: true, Leader: true } },
      Director: { MemberID: 'w1', LastUpdate: longAgo },
      Orphans: ['nowhere', 'pinned'],
    });
    // Still assigned to it: nobody has taken its monitor over, so it may run on from memory.
    expect(body).toMatchObject({
      Members: { w1: { Detached: false }, w2: { Name: 'w2', Assigned: 1, Detached: true } },
    });
    await api.settled(await written(api.node, { delete: keys.assignment('w2', 'pinned') }));
    const { body: after } = await call('GET', '/api/v1/cluster');
    expect(Object.keys((after as { Members: object }).Members)).not.toContain('w2');
    await api.settled(await written(api.node, { delete: keys.drain('worker-1') }, { delete: keys.monitor('ok') }));
    expect(await names('?q=front')).toEqual([]);
  });
});

// The last: other tests expect its results.
test('a state has the reason why the last check could not judge the target', async () => {
  const own = [
    { put: api.node.keys.monitor('odd'), value: encode(tcp()) },
    assignment(api.node, 'w1', 'odd', tcp()),
    state(api.node, 'odd'),
  ];
  await api.settled(await written(api.node, ...own));
  const shown = async (): Promise<unknown[]> => {
    const odd = (await list('?q=odd')).find(({ name }) => name === 'odd');
    return [odd?.status, odd?.reason];
  };
  const write = async (dump: number, more: object): Promise<void> => {
    const sample = { at: Date.now(), latencyMs: 9, ...more };
    const entry = { name: 'odd', samples: [sample], runs: 1, overruns: 0, nextDueAt: Date.now() };
    const index = { generation: dump, names: ['odd'] };
    await api.settled(await written(api.node, ...vitals(api.node, 'w1', dump, [entry as never], Date.now(), index)));
  };
  const message = 'this worker stood still for 1.27s';
  await write(10, { status: 'unknown', unjudged: true, message });
  expect(await shown()).toEqual(['unknown', message]);
  await write(11, { status: 'ok' });
  expect(await shown()).toEqual(['ok', null]);
});
