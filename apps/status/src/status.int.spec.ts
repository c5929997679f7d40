import { get as httpGet } from 'node:http';
import { connect } from 'node:net';
import { CLASS, NO_PHASES, type Tally, TIME_CLASSES } from '@9volt/contracts';
import {
  encode,
  encodeNames,
  encodeTallies,
  encodeVitals,
  encodeVitalsIndex,
  Keyspace,
  type Op,
} from '@9volt/etcd-dal';
import { SeverableProxy, startEtcd, type TestEtcd } from '@9volt/etcd-dal/testing';
import { waitFor } from '@9volt/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HistoryDays } from './cache/history-days.js';
import { startStatus, type TestStatus } from './testing/start-status.js';

const CANARY = 'canary-3f9a1c';
const DAY_MS = 86_400_000;
const PAGE = {
  title: 'Shop',
  groups: [
    { title: 'Web', monitors: ['web-*'] },
    { title: 'Public', tags: ['public'] },
  ],
  names: { 'web-2': 'Search' },
};

let etcd: TestEtcd;
let proxy: SeverableProxy;
let status: TestStatus;
let keys: Keyspace;

const write = async (...ops: Op[]): Promise<void> => {
  await status.node.client.txn({ compare: [], then: ops });
};
const http = (more: object = {}): object => ({
  type: 'http',
  host: `${CANARY}.example.com`,
  interval: '10s',
  headers: { authorization: CANARY },
  ...more,
});
const state = (name: string, more: object = {}): Op => {
  const now = new Date().toISOString();
  const value = {
    status: 'ok',
    since: now,
    count: 0,
    message: CANARY,
    owner: CANARY,
    ownerName: CANARY,
    incident: null,
    incidents: 0,
    told: { [CANARY]: 'critical' },
    revision: 1,
    createRevision: 1,
    target: CANARY,
    lastRunAt: now,
    date: now,
    ...more,
  };
  return { put: keys.state(name), value: encode(value) };
};
const dump = (worker: string, n: number, names: string[]): Op[] => {
  const index = { generation: 1, names };
  return [
    { put: keys.vitalsIndex(worker, 0), value: encodeVitalsIndex(index) },
    { put: keys.vitalsDump(worker, 0, n), value: encodeVitals([], index, Date.now()) },
  ];
};
const ask = async (
  path: string,
  init: RequestInit = {},
): Promise<{ status: number; text: string; headers: Headers }> => {
  const answer = await fetch(`${status.url}${path}`, { redirect: 'manual', ...init });
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
};
const model = async (): Promise<Record<string, never>> =>
  JSON.parse((await ask('/status/shop.json')).text) as Record<string, never>;
const statuses = async (): Promise<Record<string, string>> => {
  const { status: code, text } = await ask('/status/shop.json');
  if (code !== 200) return {};
  const { groups } = JSON.parse(text) as { groups: { monitors: { name: string; status: string }[] }[] };
  return Object.fromEntries(groups.flatMap(({ monitors }) => monitors).map((one) => [one.name, one.status]));
};
const expectStatuses = async (expected: Record<string, string>): Promise<void> => {
  let seen: unknown;
  await waitFor(async () => JSON.stringify((seen = await statuses())) === JSON.stringify(expected), {
    what: () => `${JSON.stringify(expected)}; seen: ${JSON.stringify(seen)}`,
    timeoutMs: 20_000,
  });
};

/** A window that is announced and not open, whenever the spec runs. */
const IN_THREE_DAYS = `0 3 * * ${(new Date().getUTCDay() + 3) % 7}`;

beforeAll(async () => {
  etcd = await startEtcd();
  proxy = await new SeverableProxy(Number(new URL(etcd.endpoint).port)).listen();
  // As a public process without tokens; the test itself listens on loopback.
  status = await startStatus(proxy.endpoint, { listen: '0.0.0.0:0', memberId: CANARY });
  ({ keys } = status.node);
  await write(
    { put: `${keys.statusPages}shop`, value: encode(PAGE) },
    { put: `${keys.statusPages}"><script>`, value: encode(PAGE) },
    { put: `${keys.statusPages}broken`, value: encode({ title: CANARY }) },
    { put: keys.monitor('web-1'), value: encode(http()) },
    { put: keys.monitor('web-2'), value: encode(http()) },
    { put: keys.monitor(CANARY), value: encode(http({ tags: [CANARY] })) },
    { put: keys.monitor('web-3'), value: encode({ type: CANARY }) },
    { put: keys.alerter(CANARY), value: encode({ type: 'slack', options: { token: CANARY } }) },
    {
      put: keys.incident('web-1', 1),
      value: encode({
        id: '1.1',
        openedAt: new Date(Date.now() - 7_200_000).toISOString(),
        closedAt: new Date(Date.now() - 3_600_000).toISOString(),
        worst: 'critical',
        message: CANARY,
        notifications: [],
      }),
    },
    {
      put: keys.maintenance(CANARY),
      value: encode({ match: { name: 'web-2' }, schedule: IN_THREE_DAYS, duration: '1h', comment: CANARY }),
    },
    state('web-1'),
    state('web-2', { status: 'critical' }),
    state(CANARY),
    ...dump(CANARY, 0, ['web-1', 'web-2', CANARY]),
  );
}, 60_000);

afterAll(async () => {
  await status?.stop();
  await proxy?.stop();
  await etcd?.stop();
});

describe('a public status process', () => {
  it('shows the monitors of a page by their public names', async () => {
    await expectStatuses({ 'web-1': 'up', Search: 'down', 'web-3': 'unknown' });
    expect(await model()).toMatchObject({
      verdict: '1 of 3 systems is down',
      incidents: [{ name: 'web-1', status: 'down' }],
      maintenance: [{ title: 'Planned maintenance' }],
    });
    const { headers } = await ask('/status/shop');
    expect(headers.get('cache-control')).toMatch(/^public/);
    // Not if the page changes in between.
    await waitFor(async () => {
      const etag = (await ask('/status/shop')).headers.get('etag') ?? '';
      return (await ask('/status/shop', { headers: { 'if-none-match': etag } })).status === 304;
    });
    expect((await ask('/status/shop', { method: 'HEAD' })).text).toBe('');
  });

  it('tells strangers no name and no secret at any address, nor in any refusal', async () => {
    const paths = [
      ...['/', '/status', '/status/', '/status/shop', '/status/shop.json', '/status/shop.rss', '/badge/shop.svg'],
      ...[
        '/badge/shop/web-1.svg',
        '/badge/shop/Search.svg',
        '/badge/shop/web-2.svg',
        '/status/broken',
        '/status/broken.json',
      ],
      ...[
        '/livez',
        '/readyz',
        '/version',
        '/status/check',
        '/status/errors',
        '/metrics',
        '/docs',
        '/openapi.json',
        '/ui/',
      ],
      ...['/api/v1/state', '/api/v1/monitor', '/api/v1/status-page', '/%', '/status/%', '/badge/shop/%E0.svg'],
      ...['/status/%22%3E%3Cscript%3E', '/status/__proto__', '/status/constructor.json', `/${'x'.repeat(5_000)}`],
    ];
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
      for (const path of paths) {
        const body = method === 'GET' || method === 'HEAD' ? {} : { body: '{"a":' };
        const { text, headers } = await ask(path, { method, ...body, headers: { 'x-access-token': 'guess' } });
        const said = `${text}${[...headers].join('\n')}`;
        expect({ method, path, leaks: said.includes(CANARY) }).toEqual({ method, path, leaks: false });
        expect({ method, path, hidden: said.includes('web-2') && path !== '/badge/shop/web-2.svg' }).toMatchObject({
          hidden: false,
        });
      }
    }
    for (const path of ['/metrics', '/status/errors', '/status/check', '/version'])
      expect((await ask(path)).status).toBe(401);
    for (const path of ['/livez', '/readyz']) expect((await ask(path)).status).toBe(200);
    // The real name of a monitor with another one there is as unknown as any.
    expect((await ask('/badge/shop/web-2.svg')).status).toBe(404);
    expect((await ask('/badge/shop/Search.svg')).status).toBe(200);
  });

  it('answers an unreadable request without a word about itself', async () => {
    const { port } = new URL(status.url);
    const text = await new Promise<string>((resolve, reject) => {
      let seen = '';
      const socket = connect(Number(port), '127.0.0.1', () => socket.end('NONSENSE\r\n\r\n'));
      socket.on('data', (data) => (seen += data.toString()));
      socket.on('error', reject).on('close', () => resolve(seen));
    });
    expect(text).toMatch(/^HTTP\/1.1 400/);
    expect(text).not.toContain(CANARY);
  });

  it('answers by any host name, and lets other sites show a badge', async () => {
    const { port } = new URL(status.url);
    const codeOf = (path: string, headers: Record<string, string>): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        httpGet({ host: '127.0.0.1', port, path, headers }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        }).on('error', reject);
      });
    expect(await codeOf('/status/shop', { host: 'status.example.com' })).toBe(200);
    const foreign = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' };
    expect(await codeOf('/badge/shop.svg', { host: 'status.example.com', ...foreign })).toBe(200);
  });

  it('follows changes: a state, a tag, a name, a pause, an announcement', async () => {
    await write(state('web-2', { status: 'warning' }));
    await expectStatuses({ 'web-1': 'up', Search: 'degraded', 'web-3': 'unknown' });
    await write({ put: keys.monitor(CANARY), value: encode(http({ tags: ['public'] })) });
    await write({
      put: `${keys.statusPages}shop`,
      value: encode({ ...PAGE, names: { ...PAGE.names, [CANARY]: 'Mail' } }),
    });
    await expectStatuses({ 'web-1': 'up', Search: 'degraded', 'web-3': 'unknown', Mail: 'up' });
    await write({ put: keys.monitor(CANARY), value: encode(http()) });
    const until = new Date(Date.now() + 600_000).toISOString();
    await write({ put: keys.pause('web-1'), value: encode({ until, at: new Date().toISOString() }) });
    await expectStatuses({ 'web-1': 'paused', Search: 'degraded', 'web-3': 'unknown' });
    await write({ delete: keys.pause('web-1') });
    await write({ put: `${keys.statusPages}shop`, value: encode({ ...PAGE, announcements: [{ text: 'We move' }] }) });
    await waitFor(async () => (await ask('/status/shop')).text.includes('We move'));
    await expectStatuses({ 'web-1': 'up', Search: 'degraded', 'web-3': 'unknown' });
  });

  it('keeps its pages and its readiness without etcd, and goes on when etcd is back', async () => {
    const before = (await ask('/status/shop')).headers.get('etag');
    proxy.cut();
    // The review of every few seconds finds nobody silent, because nobody can be heard.
    await new Promise((resolve) => setTimeout(resolve, 7_000));
    expect((await ask('/status/shop')).headers.get('etag')).toBe(before);
    expect((await ask('/readyz')).status).toBe(200);
    proxy.heal();
    await waitFor(() =>
      write(state('web-2'), ...dump(CANARY, 1, ['web-1', 'web-2'])).then(
        () => true,
        () => false,
      ),
    );
    await expectStatuses({ 'web-1': 'up', Search: 'up', 'web-3': 'unknown' });
  }, 40_000);

  it('writes nothing to etcd', async () => {
    const { entries } = await status.node.client.list(keys.members);
    expect(entries).toEqual([]);
  });
});

it('answers only pages at the address for pages alone', async () => {
  const other = await startStatus(etcd.endpoint, { statusListen: '127.0.0.1:0', listen: '127.0.0.1:0' });
  try {
    await other.node.client.txn({
      compare: [],
      then: [{ put: `${other.node.keys.statusPages}shop`, value: encode(PAGE) }],
    });
    const codeOf = async (path: string, method = 'GET'): Promise<number> =>
      (await fetch(`http://127.0.0.1:${other.port}${path}`, { method })).status;
    await waitFor(async () => (await codeOf('/status/shop')) === 200);
    for (const path of ['/', '/livez', '/readyz', '/metrics', '/status/check', '/status/errors']) {
      expect({ path, status: await codeOf(path) }).toEqual({ path, status: 404 });
    }
    expect(await codeOf('/status/shop', 'POST')).toBe(405);
  } finally {
    await other.stop();
  }
});

it('shows the uptime of the days that the leader folded', async () => {
  const day = Math.floor(Date.now() / DAY_MS);
  const tally = (n: number, downMs: number): Tally => ({
    first: n * DAY_MS,
    firstClass: CLASS.ok,
    last: (n + 1) * DAY_MS,
    lastClass: CLASS.ok,
    holdMs: 60_000,
    runs: 100,
    failures: 1,
    overruns: 0,
    time: TIME_CLASSES.map((name) => ({ ok: DAY_MS - downMs, critical: downMs })[name as 'ok'] ?? 0),
    maybeDown: 0,
    maybeUp: 0,
    latency: [],
    phases: NO_PHASES,
    changes: [],
  });
  const other = await startStatus(etcd.endpoint);
  const { client, keys: own } = other.node;
  const put = async (...then: Op[]): Promise<void> => void (await client.txn({ compare: [], then }));
  try {
    for (const [n, downMs] of [
      [day - 2, 0],
      [day - 1, DAY_MS / 4],
    ] as const) {
      const tallies = new Map([['web-1', tally(n, downMs)]]);
      await put(
        {
          put: own.historyDay(n, 'digest'),
          value: encodeTallies({ names: ['web-1'], tallies, from: n * DAY_MS, unitMs: 1_000 }),
        },
        { put: own.historyName('digest'), value: encodeNames(['web-1']) },
      );
    }
    await put(
      { put: `${own.statusPages}shop`, value: encode({ ...PAGE, names: {} }) },
      { put: own.monitor('web-1'), value: encode(http()) },
    );
    type Shown = { groups: { monitors: { days?: { uptime: unknown }[]; uptime: object }[] }[] };
    const shown = await waitFor(
      async () => {
        const answer = await fetch(`${other.url}/status/shop.json`);
        const model = answer.status === 200 ? ((await answer.json()) as Shown) : undefined;
        const monitor = model?.groups[0]?.monitors[0];
        return monitor?.days && monitor;
      },
      { timeoutMs: 20_000 },
    );
    expect(shown.days?.slice(-4).map(({ uptime }) => uptime)).toEqual([
      null,
      { min: 1, max: 1 },
      { min: 0.75, max: 0.75 },
      null,
    ]);
    expect(shown.uptime).toMatchObject({ '30d': { uptime: { max: expect.any(Number) } } });
    // A monitor that a page shows later has its past, too.
    const history = new HistoryDays(other.node.stores.history);
    await history.refresh(new Set(['web-2']), Date.now());
    await history.refresh(new Set(['web-1', 'web-2']), Date.now());
    expect(history.of('web-1')?.days.at(-2)).toMatchObject({ uptime: { max: 0.75 } });
  } finally {
    await other.stop();
  }
}, 40_000);
