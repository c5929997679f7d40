import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { buildProgram } from '../program.js';

interface Asked {
  method: string;
  url: string;
  body: unknown;
}

const WORKER = {
  ...{ Name: 'worker-1', Role: 'worker', MemberID: 'w1', Tags: ['eu'], AssignedLoad: 113.407 },
  Load: { checksPerSecond: 52.333, latenessP99Ms: 1489.2 },
};
const state = (check: string, status: string) => ({ check, status, message: `of ${check}`, since: null, count: 0 });

/** The API's answers; everything else is 404. */
const ANSWERS: Record<string, unknown> = {
  'GET /api/v1/state': [state('shop-cart', 'critical'), state('shop-home', 'ok')],
  'GET /api/v1/state/shop-home': { ...state('shop-home', 'ok'), config: { type: 'tcp', disable: true }, pause: null },
  'GET /api/v1/state/paused': { ...state('paused', 'disabled'), config: { type: 'tcp' }, pause: { until: '' } },
  'PUT /api/v1/monitor/paused/pause': { until: '2026-01-01T02:00:00Z' },
  'DELETE /api/v1/monitor/paused/pause': {},
  'PUT /api/v1/monitor/shop-cart/pause': { until: '2026-01-01T02:00:00Z' },
  'GET /api/v1/state/shop-cart': {
    ...state('shop-cart', 'critical'),
    held: {
      pager: {
        reason: 'silence',
        by: 's1',
        since: '',
        until: '2026-01-01T02:00:00Z',
        text: 'The silence s1 is active: moving',
      },
      chat: { reason: 'flapping', since: '', text: 'The monitor flaps\u001b[2J' },
    },
  },
  'GET /api/v1/monitor/shop-cart/why': { message: "'shop-cart' runs on worker-1", candidates: [] },
  'GET /api/v1/monitor/shop-home/why': { message: "'shop-home' runs on worker-1", candidates: [] },
  'GET /api/v1/scheduled-report': [{ name: 'shop-monthly' }],
  'GET /api/v1/alerter': [{ name: 'team-slack', type: 'slack' }],
  'GET /api/v1/cluster': {
    Members: { w1: WORKER },
    Drains: [],
    Coverage: { pools: [{ tag: 'eu', monitors: 3 }] },
  },
  'GET /api/v1/event': [
    {
      id: 'b',
      type: 'notification-sent',
      message: 'critical of monitor "db" to alerter "team-slack" delivered',
      monitor: 'db',
      alerter: 'team-slack',
      details: { type: 'critical' },
      timestamp: '2026-01-01T02:00:00Z',
    },
    { id: 'a', type: 'error', message: 'early', timestamp: '2026-01-01T01:00:00Z' },
  ],
  'POST /api/v1/monitor/shop-home/run': { status: 'ok', message: 'status 200', latencyMs: 11.6 },
  'POST /api/v1/monitor/well/run': { status: 'ok', message: 'N/A', latencyMs: 3 },
  'POST /api/v1/monitor/shop-cart/run': { status: 'critical', message: 'status 500', latencyMs: 2 },
  'PATCH /api/v1/monitor/shop-home': {},
  'PATCH /api/v1/monitor/shop-cart': {},
  'POST /api/v1/monitor/test': { status: 'ok', message: 'open', latencyMs: 1 },
  'PUT /api/v1/cluster/drain/worker-1': { name: 'worker-1', members: ['w1'], assigned: 3 },
  'PUT /api/v1/cluster/drain/worker-2': { name: 'worker-2', members: [], assigned: 0 },
};

let api: Server;
let asked: Asked[] = [];
let dir: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ninevolt-commands-'));
  api = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const url = request.url ?? '';
      asked.push({ method: request.method ?? '', url, body });
      const answer = ANSWERS[`${request.method} ${url.split('?')[0]}`];
      response.writeHead(answer === undefined ? 404 : 200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(answer ?? { message: 'Not found' }));
    });
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  api.close();
  rmSync(dir, { recursive: true });
});

let out = '';
beforeEach(() => {
  asked = [];
  out = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
});
afterEach(() => {
  jest.restoreAllMocks();
  process.exitCode = undefined;
});

/** Runs a command as a person would. Answers its error, if any. */
async function run(...args: string[]): Promise<string | undefined> {
  const { port } = api.address() as AddressInfo;
  const [command = '', ...rest] = args;
  try {
    await buildProgram().parseAsync(['node', '9volt', command, '--api', `http://127.0.0.1:${port}`, ...rest]);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const text = (await request.toArray()).join('');
  return text === '' ? undefined : JSON.parse(text);
}

describe('get', () => {
  it.each(['states', 'state', 's'])(
    '%s asks for the worst first, and shows words instead of instants',
    async (what) => {
      expect(await run('get', what)).toBeUndefined();
      expect(asked[0]?.url).toContain('sort=status%2Csince');
      expect(out).toMatch(/^NAME +STATUS +COUNT +FOR +OWNER +MESSAGE\nshop-cart +critical/);
    },
  );

  it("prints the API's JSON unchanged", async () => {
    await run('get', 'states', '-o', 'json');
    expect(asked[0]?.url).toBe('/api/v1/state');
    expect(JSON.parse(out)).toEqual(ANSWERS['GET /api/v1/state']);
  });

  it('prints only names for other commands, and more columns on request', async () => {
    await run('get', 'states', '-o', 'name');
    expect(out).toBe('shop-cart\nshop-home\n');
    out = '';
    await run('get', 'states', '-o', 'wide');
    expect(out).toMatch(/^NAME .* SINCE +LAST RUN +LATENCY/);
  });

  it.each([
    ['2026-01-01T01:30:00Z', '2026-01-02', 'b\n'],
    ['2026-01-01T00:00:00Z', '2026-01-01T01:30:00Z', 'a\n'],
    ['1s', '0s', ''],
  ])('shows events from %s until %s', async (since, until, ids) => {
    expect(await run('get', 'events', '--since', since, '--until', until, '-o', 'name')).toBeUndefined();
    expect(out).toBe(ids);
  });

  it.each([
    [['get', 'stats'], '"stats" is not something to get; did you mean states?'],
    [['get', 'xyzzy'], '"xyzzy" is not something to get; expected one of monitors, states'],
    [['get', 'events', '--since', 'noon'], '--since: expected a duration ago'],
    [['get', 'states', '--since', '2h'], '--since and --until are for events'],
    [
      ['get', 'states', '--api', 'nonsense'],
      '"nonsense" is no address of an API; expected one such as http://127.0.0.1',
    ],
    [['get', 'states', '--api', 'http://127.0.0.1:1'], 'cannot reach the API at http://127.0.0.1:1: nothing listens'],
    [['get', 'state', 'shop-hme'], 'there is no monitor "shop-hme"; did you mean "shop-home"?'],
    [['get', 'member', 'worker1'], 'there is no member "worker1"; did you mean "worker-1"?'],
    [['get', 'report', 'shop-monthy'], 'there is no report "shop-monthy"; did you mean "shop-monthly"?'],
    [['get', 'events', 'shop-home'], 'events: "shop-home" is one word too many; use --monitor'],
    [['get', 'cluster', 'one'], 'cluster: "one" is one word too many'],
    [['get', 'alerters', '--status', 'ok'], '--status is not for alerters; expected one of --type, --query'],
    [['get', 'states', '--monitor', 'x'], '--monitor is not for states; expected one of --status, --tags'],
    [['get', 'members', '--query', 'x'], '--query is not for members'],
    [['get', 'state', 'shop-home', '--tags', 'shop'], '--tags is for many states, not for one'],
  ])('%j reports what is wrong', async (args, said) => {
    expect(await run(...args)).toContain(said);
  });
});

describe('get, for people', () => {
  it('shows one member by its name', async () => {
    expect(await run('get', 'member', 'worker-1', '-o', 'json')).toBeUndefined();
    expect(JSON.parse(out)).toEqual(WORKER);
    out = '';
    await run('get', 'member', 'worker-1');
    expect(out.trim().split('\n')).toHaveLength(2);
  });

  it('tells events as sentences, their outcome first', async () => {
    await run('get', 'events');
    expect(out).toMatch(/ db +team-slack was told: db is critical\n/);
  });

  it.each([
    ['nodes', 'workers'],
    ['mem', 'members'],
    ['wo', undefined],
  ])('%s', async (what, same) => {
    const error = await run('get', what);
    if (same === undefined) expect(error).toContain('did you mean w');
    else expect(out).toMatch(/worker-1 +worker .* 113 +52\.3 +1\.49 s\n$/);
  });

  it('points from silences to their own command', async () => {
    expect(await run('get', 'silences')).toContain('use `9volt silence list`');
  });
});

describe('a name that does not exist', () => {
  it.each([
    [['why', 'shop-hoem'], 'there is no monitor "shop-hoem"; did you mean "shop-home"?'],
    [['run', 'shop-hoem'], 'there is no monitor "shop-hoem"; did you mean "shop-home"?'],
    [['disable', 'shop-hoem'], 'there is no monitor "shop-hoem"; did you mean "shop-home"?'],
    [['enable', 'something-else'], 'there is no monitor "something-else"'],
    [['open', 'shop-crt'], 'there is no monitor "shop-crt"; did you mean "shop-cart"?'],
    [['test-alerter', 'team-slak'], 'there is no alerter "team-slak"; did you mean "team-slack"?'],
    [['ack', 'shop-hoem'], 'there is no monitor "shop-hoem"; did you mean "shop-home"?'],
    [['unack', 'shop-hoem'], 'there is no monitor "shop-hoem"; did you mean "shop-home"?'],
    [['unack', 'shop-home'], 'the API answered 404'],
    [['report', '--send', 'shop-month'], 'there is no report "shop-month"; did you mean "shop-monthly"?'],
    [['drain', 'worker1'], 'there is no worker "worker1"; did you mean "worker-1"? Use --force'],
    [['drain', 'xyz'], 'there is no worker "xyz". Use --force'],
    [['undrain', 'worker1'], 'there is no worker "worker1"; did you mean "worker-1"?'],
  ])('%j is refused with the most similar one', async (args, said) => {
    expect(await run(...args)).toContain(said);
    expect(asked.filter(({ method, url }) => method === 'PUT' && url.includes('drain'))).toEqual([]);
  });

  it('is drained all the same with --force, and so is a running one without', async () => {
    jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(await run('drain', 'worker-2', '--force')).toBeUndefined();
    expect(await run('drain', 'worker-1')).toBeUndefined();
    expect(out).toBe('worker-2 is drained: it has no monitors\nworker-1 is drained: 3 monitors still have to move\n');
  });
});

describe('a command that harms others', () => {
  let told = '';
  beforeEach(() => {
    told = '';
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => ((told += String(text)), true));
  });

  it.each<[string[], string]>([
    [
      ['drain', 'worker-1'],
      'no other worker than worker-1 can run 3 monitors with the member-tag eu: nobody will check',
    ],
    [
      ['disable', 'shop-cart'],
      'shop-cart is critical: disabled, it is no longer shown as a problem, and its incident is closed',
    ],
    [['disable', 'shop-cart', '--for', '1h'], 'and its incident stays open until 9volt checks it again'],
  ])('%j says so, and asks nobody without a terminal', async (args, consequence) => {
    expect(await run(...args)).toBeUndefined();
    expect(told).toContain(consequence);
    told = '';
    expect(await run(...args, '--force')).toBeUndefined();
    expect(told).toBe('');
  });

  it('disables nothing if one of the names is wrong', async () => {
    expect(await run('disable', 'shop-home', 'shop-crt')).toContain('did you mean "shop-cart"?');
    expect(asked.filter(({ method }) => method === 'PATCH')).toEqual([]);
  });
});

describe('why', () => {
  it('also says why alerters are not notified', async () => {
    expect(await run('why', 'shop-cart')).toBeUndefined();
    expect(out).toContain(
      "'shop-cart' runs on worker-1\n\npager is not notified until 2026-01-01T02:00:00Z: The silence s1 is active: moving\n",
    );
    expect(out).toContain('chat is not notified: The monitor flaps');
    expect(out).not.toContain('\u001b');
    out = '';
    await run('why', 'shop-cart', '-o', 'json');
    expect(JSON.parse(out)).toMatchObject({ candidates: [], held: { pager: { reason: 'silence' } } });
  });

  it('says nothing of that while nothing is held', async () => {
    await run('why', 'shop-home');
    expect(out).not.toContain('not notified');
  });
});

describe('commands for a monitor', () => {
  it('run shows each result, and fails when one is not ok', async () => {
    await run('run', 'shop-home');
    expect([out, process.exitCode]).toEqual(['shop-home: ok: status 200 (11.6 ms)\n', undefined]);
    await run('run', 'well');
    expect(out).toContain('well: ok (3 ms)\n');
    await run('run', 'shop-home', 'shop-cart');
    expect(out).toContain('shop-cart: critical: status 500 (2 ms)\n');
    expect(process.exitCode).toBe(1);
  });

  it('disable --for is a pause with its reason, and enable ends it without a change of the configuration', async () => {
    expect(await run('disable', 'paused', '--for', '1h30m', '--comment', 'moving', '--author', 'kim')).toBeUndefined();
    expect(await run('enable', 'paused')).toBeUndefined();
    expect(asked).toEqual([
      { method: 'GET', url: '/api/v1/state/paused', body: undefined },
      {
        method: 'PUT',
        url: '/api/v1/monitor/paused/pause',
        body: { duration: '5400s', comment: 'moving', author: 'kim' },
      },
      { method: 'GET', url: '/api/v1/state/paused', body: undefined },
      { method: 'DELETE', url: '/api/v1/monitor/paused/pause', body: undefined },
    ]);
    expect(out).toBe('paused is disabled until 2026-01-01T02:00:00Z\npaused is enabled\n');
    expect(await run('disable', 'paused', '--comment', 'moving')).toContain('--comment needs --for');
  });

  it('disable and enable are a patch', async () => {
    await run('disable', 'shop-home');
    await run('enable', 'shop-home');
    const bodies = asked.filter(({ method }) => method === 'PATCH').map(({ body }) => body);
    expect(bodies).toEqual([{ disable: true }, { disable: null, 'disable-until': null }]);
    expect(await run('disable', 'shop-home', '--for', 'tomorrow')).toContain('--for: expected a duration');
  });

  it('disable says that the files of a monitor still enable it', async () => {
    const before = ANSWERS['GET /api/v1/state/shop-home'];
    ANSWERS['GET /api/v1/state/shop-home'] = { ...(before as object), origin: { from: 'files', set: 'shop' } };
    await run('disable', 'shop-home');
    ANSWERS['GET /api/v1/state/shop-home'] = before;
    expect(out).toBe(
      'shop-home is disabled until the next push of the set shop, which enables it again: use --for, or write it into the file\n',
    );
  });

  it('open prints the address of its page', async () => {
    await run('open', 'shop-home');
    expect(out).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/ui\/monitor\/shop-home\n$/);
  });
});

describe('try', () => {
  const file = (text: string): string => {
    writeFileSync(join(dir, 'one.yaml'), text);
    return join(dir, 'one.yaml');
  };

  it('runs the monitors of a file, and stores nothing', async () => {
    const settings = { type: 'tcp', host: 'localhost', port: 1, interval: '1m', 'critical-alerter': ['not-there'] };
    const path = file(JSON.stringify({ monitor: { one: settings, two: settings } }));
    expect(await run('try', path)).toBeUndefined();
    expect(out).toBe('one: ok: open (1 ms)\ntwo: ok: open (1 ms)\n');
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual(Array(2).fill('POST /api/v1/monitor/test'));
    expect(asked[0]?.body).toEqual({ config: settings });
    await run('try', path, '--monitor', 'two');
    expect(asked).toHaveLength(3);
    expect(await run('try', path, '--monitor', 'three')).toContain('it has no monitor "three"');
    expect(await run('try', path, '--monitor', 'twoo')).toContain('it has no monitor "twoo"; did you mean "two"?');
  });

  it('shows what the target answered, and its certificate', async () => {
    const before = ANSWERS['POST /api/v1/monitor/test'];
    ANSWERS['POST /api/v1/monitor/test'] = {
      status: 'critical',
      message: 'status 500',
      latencyMs: 1,
      answer: { status: '500', body: 'a\n\u001b[2Jb\nc\nd\ne\nf\n' },
      certificate: { subject: 'CN=a', issuer: 'CN=b', notAfter: '2026-12-19T14:26:22.000Z', daysLeft: 19 },
    };
    await run('try', file('monitor: {one: {type: tcp, host: a, port: 1, interval: 1m}}'));
    ANSWERS['POST /api/v1/monitor/test'] = before;
    expect(out).toBe(
      'one: critical: status 500 (1 ms)\n' +
        '  The target answered with status 500:\n    a\n    \\u001b[2Jb\n    c\n    d\n    e\n    …\n' +
        '  Certificate of CN=a, valid until 2026-12-19T14:26:22.000Z, 19 days left\n',
    );
  });

  it('says once that the API does not answer', async () => {
    const errors = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    const settings = { type: 'tcp', host: 'localhost', port: 1, interval: '1m' };
    const path = file(JSON.stringify({ monitor: { one: settings, two: settings } }));
    expect(await run('try', path, '--api', 'http://127.0.0.1:1')).toContain('cannot reach the API');
    expect(errors).not.toHaveBeenCalled();
  });

  it('runs nothing of a file with a fault', async () => {
    jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(await run('try', file('monitor: {one: {type: tcp}}'))).toContain('nothing was run');
    expect(await run('try', join(dir, 'none.yaml'))).toContain('cannot read it');
    expect(asked).toEqual([]);
  });
});

it('completes names except those that a shell would interpret', async () => {
  const states = ANSWERS['GET /api/v1/state'];
  ANSWERS['GET /api/v1/state'] = [
    state('shop-home', 'ok'),
    state('$(reboot)', 'ok'),
    state('a b', 'ok'),
    state('`x`', 'ok'),
  ];
  await run('complete-names', 'monitor');
  ANSWERS['GET /api/v1/state'] = states;
  await run('complete-names', 'worker');
  expect(out).toBe('shop-home\nworker-1\n');
});
