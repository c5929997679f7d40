import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startEtcd, type TestEtcd } from '@9volt/etcd-dal/testing';
import { encode, type Op } from '@9volt/etcd-dal';
import { someOf } from '@9volt/testing';
import { assignment, http, member, state, tcp, written } from '../testing/fixtures.js';
import { callerOf, type Call } from '../testing/http.js';
import { startApi, type TestApi } from '../testing/start-api.js';
import { undocumented } from '../testing/strict.js';

let etcd: TestEtcd;
let api: TestApi;
let call: Call;

const MONITORS = {
  'web-1': http({ tags: ['shop', 'eu'] }),
  'web-2': http({ tags: ['shop'] }),
  db: tcp({ tags: ['shop'] }),
};
const open = { id: '5.1', openedAt: new Date().toISOString(), worst: 'critical' as const };

beforeAll(async () => {
  etcd = await startEtcd();
  api = await startApi(etcd.endpoint);
  call = callerOf(api.url);
  const { node } = api;
  const ops: Op[] = [
    member(node, 'w-1'),
    ...Object.entries(MONITORS).flatMap(([name, settings]): Op[] => [
      { put: node.keys.monitor(name), value: encode(settings) },
      assignment(node, 'w-1', name, settings),
    ]),
    state(node, 'web-1', { status: 'critical', incident: open, incidents: 1, message: 'refused' }),
    state(node, 'web-2'),
    state(node, 'db'),
  ];
  await api.settled(await written(node, ...ops));
}, 30_000);

afterAll(async () => {
  await api.stop();
  await etcd.stop();
});

const quietOf = async (): Promise<Record<string, unknown>> => {
  const { body } = await call('GET', '/api/v1/state');
  return Object.fromEntries((body as { name: string; quiet: unknown }[]).map(({ name, quiet }) => [name, quiet]));
};
const messages = async (type: string): Promise<string[]> => {
  const deadline = Date.now() + 5_000;
  for (;;) {
    const { body } = await call('GET', `/api/v1/event?type=${type}&sort=-timestamp`);
    const found = (body as { message: string }[]).map(({ message }) => message);
    if (found.length > 0 || Date.now() > deadline) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

describe('silences', () => {
  let added: Awaited<ReturnType<Call>>;
  beforeEach(async () => {
    added = await call('POST', '/api/v1/silence', {
      match: { name: 'web-*', tags: ['shop'] },
      duration: '10m',
      comment: 'update',
      author: 'kim',
    });
  });

  test('are added and shown, with the monitors whose alarms they hold back', async () => {
    expect([added.status, undocumented('Silence', added.body)]).toEqual([201, []]);
    expect(added.body).toMatchObject({ phase: 'active', author: 'kim', monitors: 2, incidents: 1 });
    const { id, start, end } = added.body as { id: string; start: string; end: string };
    expect(Date.parse(end) - Date.parse(start)).toBe(600_000);
    expect((await call('GET', `/api/v1/silence/${id}`)).body).toEqual(added.body);
    expect((await call('GET', '/api/v1/silence?phase=active')).body).toContainEqual(added.body);
    expect(await quietOf()).toMatchObject({ 'web-1': 'silenced', 'web-2': 'silenced', db: null });
    expect((await call('GET', '/api/v1/state?quiet=silenced')).body).toHaveLength(2);
    expect((await call('GET', '/api/v1/cluster')).body).toMatchObject({ Monitors: { byQuiet: { silenced: 2 } } });
    expect((await messages('silence-added'))[0]).toContain('kim added a silence of name web-*, tag shop until');
  });

  test('are changed and expired; expired ones stay readable', async () => {
    const { id } = added.body as { id: string };
    const changed = await call('PUT', `/api/v1/silence/${id}`, {
      match: { name: 'db' },
      duration: '1h',
      comment: 'db',
    });
    expect([changed.status, changed.body]).toEqual([200, expect.objectContaining({ id, monitors: 1, author: null })]);
    for (const { id: other } of someOf((await call('GET', '/api/v1/silence?phase=active')).body as { id: string }[])) {
      const expired = await call('DELETE', `/api/v1/silence/${other}`);
      expect([expired.status, undocumented('Silence', expired.body)]).toEqual([200, []]);
      expect(expired.body).toMatchObject({ phase: 'expired', monitors: 0, incidents: 0 });
      expect((await call('DELETE', `/api/v1/silence/${other}`)).body).toEqual(expired.body);
    }
    expect(await quietOf()).toEqual({ 'web-1': null, 'web-2': null, db: null });
    expect((await call('GET', '/api/v1/silence?phase=active')).body).toEqual([]);
    expect((await call('GET', `/api/v1/silence/${id}`)).status).toBe(200);
  });

  test.each<[unknown, number, string]>([
    [{ match: { name: 'a' }, duration: '10m' }, 400, '/comment'],
    [{ match: {}, duration: '10m', comment: 'c' }, 400, '/match'],
    [{ match: { nam: 'a' }, duration: '10m', comment: 'c' }, 400, '/match/nam'],
    [{ match: { name: 'a' }, comment: 'c' }, 400, '/end'],
    [{ match: { name: 'a' }, comment: 'c', duration: '10m', end: '2099-01-01T00:00:00Z' }, 400, '/end'],
    [{ match: { name: 'a' }, comment: 'c', end: '2020-01-01T00:00:00Z' }, 400, '/end'],
    [{ match: { name: 'a' }, comment: 'c', end: '2099-01-01T00:00:00Z' }, 400, '/end'],
    [{ match: { name: 'a' }, comment: 'c', duration: '10m', start: 'soon' }, 400, '/start'],
    [{ match: { name: 'a' }, comment: 'c', duration: '10m', until: 'x' }, 400, '/until'],
    [[], 400, ''],
  ])('%j is refused', async (body, status, pointer) => {
    const answer = await call('POST', '/api/v1/silence', body);
    expect([answer.status, undocumented('Problem', answer.body)]).toEqual([status, []]);
    expect(answer.body).toMatchObject({ errors: expect.arrayContaining([expect.objectContaining({ pointer })]) });
  });

  test('of every monitor need force', async () => {
    const silence = { match: { name: '*' }, duration: '10m', comment: 'c' };
    expect((await call('POST', '/api/v1/silence', silence)).status).toBe(409);
    const { status, body } = await call('POST', '/api/v1/silence', { ...silence, force: true });
    expect([status, body]).toEqual([201, expect.objectContaining({ monitors: 3 })]);
    await call('DELETE', `/api/v1/silence/${(body as { id: string }).id}`);
  });

  test('are previewed without being stored', async () => {
    const { status, body } = await call('POST', '/api/v1/silence/preview', { match: { tags: ['shop'] } });
    expect([status, undocumented('MatchPreview', body)]).toEqual([200, []]);
    expect(body).toMatchObject({
      monitors: 3,
      names: ['db', 'web-1', 'web-2'],
      incidents: [{ monitor: 'web-1', status: 'critical', message: 'refused' }],
      everything: false,
    });
    const byStatus = await call('POST', '/api/v1/silence/preview', { match: { status: ['critical'] } });
    expect(byStatus.body).toMatchObject({ names: ['web-1'] });
  });

  test.each(['nothing', '0mbd3k9x40000abcdefghijk', 'a%2Fb', '__proto__'])('%s is none', async (id) => {
    const { status, body } = await call('GET', `/api/v1/silence/${id}`);
    expect([status, undocumented('Problem', body)]).toEqual([404, []]);
  });
});

describe('an acknowledgement', () => {
  test('is of the open incident, and shown separately', async () => {
    for (const { id } of (await call('GET', '/api/v1/silence?phase=active')).body as { id: string }[]) {
      await call('DELETE', `/api/v1/silence/${id}`);
    }
    const { status, body } = await call('PUT', '/api/v1/state/web-1/ack', { comment: 'on it', author: 'kim' });
    expect([status, undocumented('Ack', body)]).toEqual([200, []]);
    expect(body).toMatchObject({ incident: '5.1', status: 'critical', author: 'kim', until: null });
    expect(await quietOf()).toMatchObject({ 'web-1': 'acknowledged' });
    const detail = await call('GET', '/api/v1/state/web-1');
    expect([undocumented('StateDetail', detail.body), detail.body]).toEqual([
      [],
      expect.objectContaining({ ack: body }),
    ]);
    expect((await call('DELETE', '/api/v1/state/web-1/ack')).status).toBe(200);
    expect((await call('DELETE', '/api/v1/state/web-1/ack')).status).toBe(404);
    expect(await quietOf()).toMatchObject({ 'web-1': null });
  });

  test('needs no body', async () => {
    const { status, body } = await call('PUT', '/api/v1/state/web-1/ack');
    expect([status, body]).toEqual([200, expect.objectContaining({ author: null, comment: null })]);
    await call('DELETE', '/api/v1/state/web-1/ack');
  });

  test('of another incident has no effect', async () => {
    const ack = { incident: '5.0', status: 'critical', at: new Date().toISOString() };
    await api.settled(await written(api.node, { put: api.node.keys.ack('web-1'), value: encode(ack) }));
    expect((await call('GET', '/api/v1/state/web-1')).body).toMatchObject({ ack: null, quiet: null });
  });

  test('of a healthy or missing monitor is refused', async () => {
    expect((await call('PUT', '/api/v1/state/db/ack', {})).status).toBe(409);
    expect((await call('PUT', '/api/v1/state/nobody/ack', {})).status).toBe(404);
    expect((await call('PUT', '/api/v1/state/web-1/ack', { until: '2020-01-01T00:00:00Z' })).status).toBe(400);
  });
});

describe('a monitor that is disabled for a time', () => {
  test('says until when, by whom and why, and comes back', async () => {
    const { status, body } = await call('PUT', '/api/v1/monitor/db/pause', {
      duration: '10m',
      author: 'kim',
      comment: 'move',
    });
    expect([status, undocumented('Pause', body)]).toEqual([200, []]);
    const { until } = body as { until: string };
    expect((await call('GET', '/api/v1/state/db')).body).toMatchObject({
      status: 'disabled',
      reason: `disabled until ${until} by kim: move`,
      pause: body,
    });
    expect((await call('DELETE', '/api/v1/monitor/db/pause')).status).toBe(200);
    expect((await call('DELETE', '/api/v1/monitor/db/pause')).status).toBe(404);
    expect((await call('GET', '/api/v1/state/db')).body).toMatchObject({ status: 'ok', pause: null });
    expect((await call('PUT', '/api/v1/monitor/db/pause', {})).status).toBe(400);
  });
});

describe('maintenance windows', () => {
  const weekly = { match: { tags: ['eu'] }, schedule: '* * * * *', duration: '2m', mode: 'stop', comment: 'update' };

  test('are stored, shown, and stop the checks', async () => {
    const { status, body, headers } = await call('PUT', '/api/v1/maintenance/weekly', weekly);
    expect([status, undocumented('ShownMaintenance', body)]).toEqual([201, []]);
    expect(body).toMatchObject({ name: 'weekly', config: weekly, monitors: 1, open: expect.anything() });
    expect((await call('GET', '/api/v1/maintenance')).body).toMatchObject([
      { name: 'weekly', monitors: 1, origin: { from: 'api' } },
    ]);
    expect((await call('GET', '/api/v1/state/web-1')).body).toMatchObject({
      status: 'maintenance',
      quiet: 'maintenance',
      reason: 'maintenance weekly: no checks run',
    });
    const stale = await call('PUT', '/api/v1/maintenance/weekly', weekly, { 'if-match': '"1"' });
    expect(stale.status).toBe(412);
    const again = await call(
      'PUT',
      '/api/v1/maintenance/weekly',
      { ...weekly, mode: 'quiet' },
      { 'if-match': headers.get('etag') ?? '' },
    );
    expect(again.status).toBe(200);
    expect((await call('GET', '/api/v1/state/web-1')).body).toMatchObject({ status: 'critical', quiet: 'maintenance' });
    expect((await call('DELETE', '/api/v1/maintenance/weekly')).status).toBe(200);
    expect((await call('DELETE', '/api/v1/maintenance/weekly')).status).toBe(404);
  });

  test('that name a status hold back notifications only: the checks run, and so it is shown', async () => {
    const critical = { ...weekly, match: { tags: ['eu'], status: ['critical'] } };
    expect((await call('PUT', '/api/v1/maintenance/critical', critical)).status).toBe(201);
    expect((await call('GET', '/api/v1/state/web-1')).body).toMatchObject({
      status: 'critical',
      quiet: 'maintenance',
    });
    expect((await call('DELETE', '/api/v1/maintenance/critical')).status).toBe(200);
  });

  test('that are invalid in etcd are shown with the reason', async () => {
    await api.settled(await written(api.node, { put: api.node.keys.maintenance('odd'), value: '{"match":{}}' }));
    const { body } = await call('GET', '/api/v1/maintenance/odd');
    expect([undocumented('ShownMaintenance', body), body]).toEqual([
      [],
      expect.objectContaining({ config: null, reason: expect.stringContaining('match') }),
    ]);
  });

  test.each([
    [{ ...weekly, schedule: 'daily' }, '/schedule'],
    [{ ...weekly, 'time-zone': 'Nowhere' }, '/time-zone'],
    [{ match: { tags: ['a'] } }, ''],
  ])('%j is refused', async (body, pointer) => {
    const answer = await call('PUT', '/api/v1/maintenance/x', body);
    expect([answer.status, answer.body]).toEqual([
      400,
      expect.objectContaining({ errors: [expect.objectContaining({ pointer })] }),
    ]);
  });
});

test('a circle of dependencies that somebody wrote into etcd is shown as quarantined, until it is opened', async () => {
  const { node } = api;
  const put = (name: string, parents: string[]): Op => ({
    put: node.keys.monitor(name),
    value: encode(tcp({ 'depends-on': parents })),
  });
  const statuses = async (): Promise<string[]> =>
    Promise.all(
      ['upper', 'lower'].map(async (name) => {
        const { body } = await call('GET', `/api/v1/state/${name}`);
        return (body as { status: string }).status;
      }),
    );
  await api.settled(await written(node, put('upper', ['lower'])));
  await api.settled(await written(node, put('lower', ['upper'])));
  expect((await statuses())[1]).toBe('quarantined');
  expect((await statuses())[0]).not.toBe('quarantined');
  const { body } = await call('GET', '/api/v1/state/lower');
  expect(JSON.stringify(body)).toContain('lower -> upper -> lower is a circle');
  await api.settled(await written(node, put('upper', [])));
  expect(await statuses()).not.toContain('quarantined');
  await api.settled(
    await written(node, { delete: node.keys.monitor('upper') }, { delete: node.keys.monitor('lower') }),
  );
});
