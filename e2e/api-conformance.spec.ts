import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startSlackStandIn } from '@9volt/alerters/testing';
import type { Assignment, Member, MonitorSettings } from '@9volt/contracts';
import { Keyspace } from '@9volt/etcd-dal';
import { startHttpTarget } from '@9volt/monitors/testing';
import { someOf } from '@9volt/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import createClient from 'openapi-fetch';
import {
  ApiContract,
  type Answer,
  Cluster,
  type DocumentedAnswer,
  type DocumentedOperation,
  EventStream,
  NodeProcess,
  type Question,
  waitFor,
} from './harness/index.js';

const ROOT = join(import.meta.dirname, '..');
const run = promisify(execFile);

/** Part of every secret; no answer may contain it. */
const CANARY = 'canary-7d1b0e';
const TOKEN = 'a-token-of-the-api';
const JOB_TOKEN = 'a-token-of-a-job';
/** Of a GET that changes something. */
const MEANT = { 'x-requested-with': 'fetch' };
const ABSENT = 'nobody';
/** One byte more than the limit of a body. */
const TOO_LARGE = `"${'x'.repeat(4 * 1_048_576)}"`;

let cluster: Cluster;
let node: NodeProcess;
let contract: ApiContract;
/** An API with tokens, whose only worker answers nothing. */
let guarded: NodeProcess;
/** An API that has never reached its etcd. */
let deaf: NodeProcess;
/** Requests to that worker: each takes until nobody waits any longer, so they come first. */
let unanswered: Promise<Answer[]>;
let target: Awaited<ReturnType<typeof startHttpTarget>>;
let slack: Awaited<ReturnType<typeof startSlackStandIn>>;
const workspace = mkdtempSync(join(tmpdir(), 'ninevolt-e2e-'));

const http = (more: object = {}): object => ({
  type: 'http',
  host: target.host,
  port: target.port,
  interval: '1s',
  headers: { Authorization: CANARY },
  ...more,
});
const job = (): object => ({ type: 'push', token: JOB_TOKEN, interval: '1h' });
const tcp = (more: object = {}): object => ({ type: 'tcp', host: '127.0.0.1', port: 1, interval: '1s', ...more });

/** A configuration of each type of alerter with a canary in each secret. */
const ALERTERS: Record<string, object> = {
  chat: { type: 'slack', options: { token: CANARY, channel: '#alerts', 'api-url': 'http://127.0.0.1:1/api' } },
  hook: { type: 'slack', options: { 'webhook-url': `http://127.0.0.1:1/services/${CANARY}` } },
  pager: { type: 'pagerduty', options: { token: CANARY, 'api-url': 'http://127.0.0.1:1/' } },
  mail: {
    type: 'email',
    options: { to: 'a@example.com', from: 'b@example.com', address: '127.0.0.1:1', username: 'u', password: CANARY },
  },
};

beforeAll(async () => {
  cluster = await Cluster.start();
  target = cluster.use(await startHttpTarget());
  slack = cluster.use(await startSlackStandIn());
  const silent = new Keyspace('silent');
  await cluster.put(silent.member('mute-1'), mute());
  await cluster.put(silent.monitor('web'), tcp());
  await cluster.put(silent.alerter('chat'), ALERTERS['chat']);
  await cluster.put(silent.assignment('mute-1', 'web'), assignmentOf(tcp()));
  [node, guarded, deaf] = await Promise.all([
    cluster.node('server', { name: 'only', args: ['--exec-allow', '/bin/true'] }),
    cluster.node('api', { prefix: 'silent', args: ['-a', `another-of-this-story,${TOKEN}`, '--max-streams', '1'] }),
    NodeProcess.start('api', { etcd: 'http://127.0.0.1:1' }),
  ]);
  cluster.use(deaf);
  contract = await ApiContract.of(node.url, CANARY);
  const token = { url: guarded.url, headers: { 'x-access-token': TOKEN } };
  unanswered = Promise.all([
    contract.ask('runMonitor', { ...token, name: 'web' }),
    contract.ask('testMonitor', { ...token, body: { config: tcp() } }),
    contract.ask('testStoredAlerter', { ...token, name: 'chat' }),
    contract.ask('testAlerter', { ...token, body: { config: ALERTERS['chat'] } }),
  ]);
  unanswered.catch(() => undefined);
}, 60_000);

afterAll(async () => {
  rmSync(workspace, { recursive: true, force: true });
  await cluster.stop();
});

function mute(): Member {
  const now = new Date().toISOString();
  return {
    MemberID: 'mute-1',
    Name: 'mute',
    Role: 'worker',
    Hostname: 'h',
    ListenAddress: '127.0.0.1:1',
    Tags: [],
    Version: '0',
    SemVer: '0.0.0',
    StartedAt: now,
    LastUpdated: now,
  };
}

function assignmentOf(settings: object): Assignment {
  return {
    phase: 'run',
    settings: settings as MonitorSettings,
    revision: 1,
    createRevision: 1,
    assignedAt: new Date().toISOString(),
  };
}

/** Sends a request, expects a status, and answers the rest. */
async function expectStatus(status: number, id: string, question: Question = {}): Promise<Answer> {
  const answer = await contract.ask(id, question);
  if (answer.status !== status) throw new Error(`${id}: ${answer.status} instead of ${status}: ${answer.text}`);
  return answer;
}

describe('configuration', () => {
  it('is created, replaced, left, changed and reported', async () => {
    for (const [name, alerter] of Object.entries(ALERTERS)) {
      await expectStatus(201, 'putAlerter', { name, body: alerter });
      const shown = await expectStatus(200, 'getAlerter', { name });
      // The shown configuration, masks included, can be sent back.
      const kept = await expectStatus(200, 'putAlerter', { name, body: shown.body });
      expect(kept.headers.get('etag')).toBe(shown.headers.get('etag'));
      expect(await cluster.get(cluster.keys.alerter(name))).toEqual(alerter);
    }
    const settings = { 'warning-alerter': ['team'], 'critical-alerter': ['team'], tags: ['a'] };
    await expectStatus(201, 'putAlerter', { name: 'team', body: slack.alerter });
    await expectStatus(201, 'putMonitor', { name: 'web', body: http(settings) });
    await expectStatus(200, 'putMonitor', { name: 'web', body: http({ ...settings, description: 'x' }) });
    await expectStatus(200, 'patchMonitor', { name: 'web', body: { description: null } });
    await expectStatus(200, 'patchMonitor', {
      name: 'web',
      body: { description: 'the web' },
      headers: { 'content-type': 'application/json' },
    });
    await expectStatus(200, 'patchAlerter', { name: 'team', body: { description: 'the team' } });
    expect((await expectStatus(200, 'getMonitor', { name: 'web' })).body).toEqual(
      http({ ...settings, description: 'the web', headers: { Authorization: '********' } }),
    );
  });

  it('is pushed and removed, in the words of the original', async () => {
    const monitors = {
      down: tcp({ 'critical-alerter': ['team'] }),
      command: { type: 'exec', command: '/bin/true', interval: '1s' },
      name: { type: 'dns', host: '127.0.0.1', port: 1, 'dns-target': 'example.com', interval: '3s' },
      off: tcp({ disable: true }),
      lonely: tcp({ 'member-tag': 'nowhere' }),
      gone: tcp(),
    };
    expect((await expectStatus(200, 'pushMonitors', { body: monitors })).body).toEqual({
      message: 'Pushed 6 configs; skipped 0 configs',
      status: 'OK',
    });
    const again = { ...monitors, gone: tcp({ port: 2 }) };
    expect((await expectStatus(200, 'pushMonitors', { body: again })).body).toMatchObject({
      message: 'Pushed 1 configs; skipped 5 configs',
    });
    expect((await expectStatus(200, 'pushAlerters', { body: { spare: ALERTERS['pager'] } })).body).toMatchObject({
      message: 'Pushed 1 configs; skipped 0 configs',
    });
    expect(
      (await expectStatus(200, 'getMonitor', { name: 'gone', query: 'disable=true', headers: MEANT })).body,
    ).toEqual({
      message: "Successfully updated disable check state to 'true' for check 'gone'",
      status: 'OK',
    });
    expect(
      (await expectStatus(400, 'getMonitor', { name: 'gone', query: 'disable=perhaps', headers: MEANT })).body,
    ).toMatchObject({
      message: 'Invalid bool value',
    });
    expect((await expectStatus(200, 'deleteMonitor', { name: 'gone' })).body).toMatchObject({
      message: "Successfully removed check 'gone'",
    });
    expect((await expectStatus(200, 'deleteAlerter', { name: 'spare' })).body).toMatchObject({
      message: "Successfully removed alerter 'spare'",
    });
    expect((await expectStatus(409, 'deleteAlerter', { name: 'team' })).body).toMatchObject({
      message: expect.stringMatching(/team.*web|web.*team/),
    });
  });

  it.each(['Monitor', 'Alerter'])('of any type of %s does not tell its secrets', async (noun) => {
    const { discriminator } = schemaOf(noun) as { discriminator: { mapping: Record<string, string> } };
    const missing: string[] = [];
    let secrets = 0;
    for (const [type, reference] of Object.entries(discriminator.mapping)) {
      const schema = schemaOf(reference.split('/').at(-1) ?? '');
      for (const [secret, settings] of settingsWithSecrets(type, schema)) {
        const name = `secret-${type}-${secret}`;
        let stored = false;
        for (const body of settings) {
          stored ||= (await contract.ask(`put${noun}`, { name, body })).status === 201;
        }
        if (!stored) {
          missing.push(name);
          continue;
        }
        const { text } = await expectStatus(200, `get${noun}`, { name });
        expect([name, text]).toEqual([name, expect.stringContaining('********')]);
        await expectStatus(200, `delete${noun}`, { name });
        secrets++;
      }
    }
    expect(missing).toEqual([]);
    expect(secrets).toBeGreaterThan(3);
  });

  it('written by hand and invalid is reported, without its secrets', async () => {
    const { keys } = cluster;
    await cluster.put(keys.monitor('broken'), `{"type":"http","headers":{"A":"${CANARY}"`);
    await cluster.put(keys.monitor('odd'), http({ headers: CANARY, interval: 'soon' }));
    await cluster.put(keys.alerter('odd'), { type: 'slack', options: { token: [CANARY], chanel: '#x' } });
    for (const name of ['broken', 'odd']) {
      await waitFor(async () => (await contract.ask('getMonitor', { name })).status === 409);
      await waitFor(async () => statusOf((await contract.ask('getState', { name })).body) === 'quarantined');
      await expectStatus(409, 'runMonitor', { name });
    }
    await waitFor(async () => (await contract.ask('getAlerter', { name: 'odd' })).status === 409);
    await expectStatus(409, 'testStoredAlerter', { name: 'odd' });
    const { body } = await expectStatus(200, 'getCluster');
    expect(body).toMatchObject({
      Quarantined: expect.arrayContaining([
        expect.objectContaining({ kind: 'monitor', name: 'odd' }),
        expect.objectContaining({ kind: 'alerter', name: 'odd' }),
      ]),
    });
  });
});

type Schema = Record<string, unknown>;

function schemaOf(name: string): Schema {
  return contract.document.components.schemas[name] as Schema;
}

/** Attributes without which some secrets are invalid. */
const COMPANIONS: Readonly<Record<string, object>> = {
  password: { username: 'u' },
  'proxy-password': { 'proxy-username': 'u', proxy: 'http://proxy.test:3128' },
  'client-key': { 'client-cert': 'a certificate' },
  'tls-client-key': { 'tls-client-cert': 'a certificate' },
};

/**
 * For each secret of a type, ways to configure it with a canary: with the required attributes, and with all that have an example.
 */
function settingsWithSecrets(type: string, schema: Schema): [string, object[]][] {
  const properties = schema['properties'] as Record<string, Schema>;
  const { options } = properties;
  const holder = options ?? schema;
  const attributes = Object.entries(holder['properties'] as Record<string, Schema>);
  const required = (holder['required'] ?? []) as string[];
  const secrets = attributes.filter(([, attribute]) => attribute['x-secret'] === true);
  const examples = attributes
    .filter(([name, attribute]) => attribute['example'] !== undefined && name !== 'type')
    .filter(([name, attribute]) => required.includes(name) || attribute['x-secret'] !== true);
  return secrets.map(([secret, { example, type: kind }]) => {
    const value = kind === 'object' ? { A: CANARY } : `${String(example ?? '')}${CANARY}`;
    // Invalid without secrets that are left out.
    const idle = Object.entries(COMPANIONS).flatMap(([of, needs]) => (of === secret ? [] : Object.keys(needs)));
    const fitting = examples.filter(([name]) => required.includes(name) || !idle.includes(name));
    const ways = [fitting.filter(([name]) => required.includes(name)), fitting].map((chosen) => ({
      ...Object.fromEntries(chosen.map(([name, attribute]) => [name, attribute['example']])),
      ...COMPANIONS[secret],
      [secret]: value,
    }));
    return [secret, ways.map((way) => (options ? { type, options: way } : { ...way, type, disable: true }))];
  });
}

function statusOf(state: unknown): string {
  return (state as { status: string }).status;
}

describe('input', () => {
  const LISTS = ['listMonitors', 'listAlerters', 'listStates', 'listEvents'];
  const BODIES: [string, string | undefined][] = [
    ['pushMonitors', undefined],
    ['putMonitor', 'web'],
    ['patchMonitor', 'web'],
    ['testMonitor', undefined],
    ['pushAlerters', undefined],
    ['putAlerter', 'team'],
    ['patchAlerter', 'team'],
    ['testAlerter', undefined],
    ['patchClusterSettings', undefined],
    ['addSilence', undefined],
    ['previewSilence', undefined],
    ['changeSilence', 'none'],
    ['acknowledgeIncident', 'web'],
    ['commentIncident', 'down'],
    ['pauseMonitor', 'web'],
    ['putMaintenance', 'weekly'],
    ['putStatusPage', 'shop'],
    ['putScheduledReport', 'shop'],
    ['previewReport', undefined],
    ['signIn', undefined],
    ['signOut', undefined],
  ];
  const asked = (name: string | undefined): Question => (name === undefined ? {} : { name });

  it.each(LISTS)('of %s is checked', async (id) => {
    for (const query of ['page=0', 'limit=x', 'limit=100001', 'sort=nonsense', 'nonsense=1']) {
      const { body } = await expectStatus(400, id, { query });
      expect(body).toMatchObject({ errors: [{ pointer: `/${query.split('=')[0]}` }] });
    }
    const { parameters } = contract.operation(id);
    const filters = parameters
      .map(({ name }) => name)
      .filter(
        (name) =>
          !['page', 'limit', 'sort', 'type', 'status', 'quiet', 'since', 'until', 'config', 'uptime'].includes(name),
      );
    for (const name of someOf(filters)) await expectStatus(200, id, { query: `${name}=web` });
  });

  it.each(BODIES)('of %s is checked', async (id, name) => {
    const others = ['[]', '"text"', '{"__proto__":{"type":"tcp"}}', '{"type":"htpp","interval":"1s"}'];
    for (const body of ['{"type":', ...(id === 'signOut' ? [] : others)]) {
      await expectStatus(400, id, { ...asked(name), body });
    }
    await expectStatus(413, id, { ...asked(name), body: TOO_LARGE });
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml']) {
      await expectStatus(415, id, { ...asked(name), body: 'type=tcp', headers: { 'content-type': type } });
    }
  });

  it('names each fault, and suggests the intention', async () => {
    const { body } = await expectStatus(400, 'putMonitor', { name: 'x', body: tcp({ intervall: '1s', port: 0 }) });
    expect(body).toMatchObject({
      errors: expect.arrayContaining([
        expect.objectContaining({ pointer: '/intervall', suggestion: 'interval' }),
        expect.objectContaining({ pointer: '/port' }),
      ]),
    });
    const unknown = await expectStatus(400, 'putMonitor', { name: 'x', body: tcp({ 'critical-alerter': ['taem'] }) });
    expect(unknown.body).toMatchObject({ errors: [{ pointer: '/critical-alerter/0', suggestion: 'team' }] });
  });

  it.each([
    ...['runMonitor', 'testStoredAlerter', 'deleteMonitor', 'deleteAlerter', 'drainWorker', 'undrainWorker'],
    ...['expireSilence', 'removeAcknowledgement', 'resumeMonitor', 'deleteMaintenance'],
    ...['deleteStatusPage', 'deleteScheduledReport', 'sendScheduledReport'],
    'lookAtMonitor',
  ])('of %s, which accepts none, is checked', async (id) => {
    await expectStatus(400, id, { name: 'x', body: '{"a":' });
    await expectStatus(413, id, { name: 'x', body: TOO_LARGE });
    await expectStatus(415, id, { name: 'x', body: 'a=b', headers: { 'content-type': 'text/plain' } });
  });

  it('of silences is checked', async () => {
    for (const query of ['phase=over', 'nonsense=1']) await expectStatus(400, 'listSilences', { query });
  });

  it('of results is checked', async () => {
    for (const query of ['', 'monitor=web&limit=0', 'monitor=web&since=soon', 'monitor=web&nonsense=1']) {
      await expectStatus(400, 'listResults', { query });
    }
    const { body } = await expectStatus(400, 'listStates', { query: 'config=perhaps' });
    expect(body).toMatchObject({ errors: [{ pointer: '/config' }] });
  });

  it('of the stream is checked', async () => {
    const { body } = await expectStatus(400, 'getStream', { query: 'types=state,evnt' });
    expect(body).toMatchObject({ errors: [{ pointer: '/types', suggestion: 'event' }] });
  });
});

describe('what is absent', () => {
  it.each([
    ['getMonitor', {}],
    ['getMonitor', { query: 'disable=true', headers: MEANT }],
    ['patchMonitor', { body: {} }],
    ['deleteMonitor', {}],
    ['runMonitor', {}],
    ['getState', {}],
    ['lookAtMonitor', {}],
    ['explainMonitor', {}],
  ])('%s %j answers 404 in the words of the original', async (id, question) => {
    const { body } = await expectStatus(404, id, { ...question, name: ABSENT });
    expect(body).toMatchObject({ message: "Unable to find any check named 'nobody'" });
  });

  it.each([
    ['getAlerter', {}],
    ['patchAlerter', { body: {} }],
    ['deleteAlerter', {}],
    ['testStoredAlerter', {}],
  ])('%s %j answers 404 in the words of the original', async (id, question) => {
    const { body } = await expectStatus(404, id, { ...question, name: ABSENT });
    expect(body).toMatchObject({ message: "Unable to find any alerter named 'nobody'" });
  });

  it.each([
    ['GET', '/api/v1/nothing'],
    ['PUT', '/api/v1/state'],
    ['DELETE', '/api/v1/monitor'],
    ['GET', '/nothing'],
  ])('%s %s is a problem, too', async (method, path) => {
    const response = await fetch(node.url + path, { method });
    const expected = path.startsWith('/api/v1/') && !path.endsWith('nothing') ? 405 : 404;
    expect([response.status, contract.faultsOf('Problem', await response.json())]).toEqual([expected, []]);
    expect(response.headers.get('allow') !== null).toBe(expected === 405);
  });
});

describe('keeping quiet', () => {
  const silence = { match: { name: 'web*' }, duration: '10m', comment: 'update', author: 'kim' };

  it('silences are added, previewed, changed and expired', async () => {
    const { body } = await expectStatus(201, 'addSilence', { body: silence });
    const { id: name } = body as { id: string };
    expect((await expectStatus(200, 'getSilence', { name })).body).toEqual(body);
    expect((await expectStatus(200, 'listSilences', { query: 'phase=active' })).body).toEqual([body]);
    expect((await expectStatus(200, 'previewSilence', { body: { match: silence.match } })).body).toMatchObject({
      names: ['web'],
    });
    await expectStatus(200, 'changeSilence', { name, body: { ...silence, match: { tags: ['a'] } } });
    for (const [id, question] of [
      ['addSilence', {}],
      ['changeSilence', { name }],
    ] as const) {
      await expectStatus(409, id, { ...question, body: { ...silence, match: { name: '*' } } });
    }
    expect((await expectStatus(200, 'expireSilence', { name })).body).toMatchObject({ phase: 'expired' });
    await expectStatus(404, 'getSilence', { name: ABSENT });
    await expectStatus(404, 'changeSilence', { name: ABSENT, body: silence });
    await expectStatus(404, 'expireSilence', { name: ABSENT });
  });

  it('an open incident is acknowledged, and nothing else', async () => {
    await waitFor(async () => (await contract.ask('acknowledgeIncident', { name: 'down' })).status === 200);
    const { body } = await expectStatus(200, 'getState', { name: 'down' });
    expect(body).toMatchObject({ ack: { status: 'critical' } });
    await expectStatus(200, 'removeAcknowledgement', { name: 'down' });
    await expectStatus(404, 'removeAcknowledgement', { name: 'down' });
    await expectStatus(409, 'acknowledgeIncident', { name: 'web', body: { comment: 'x' } });
    await expectStatus(404, 'acknowledgeIncident', { name: ABSENT });
  });

  it('incidents take comments', async () => {
    await waitFor(
      async () => (await contract.ask('commentIncident', { name: 'down', body: { text: 'cut' } })).status === 201,
    );
    const { body } = await expectStatus(200, 'getState', { name: 'down' });
    expect(body).toMatchObject({ incidents: [{ n: 1, comments: [{ text: 'cut' }] }] });
    await expectStatus(404, 'commentIncident', { name: 'down', n: '99', body: { text: 'x' } });
  });

  it('history and reports are read', async () => {
    await expectStatus(200, 'getHistory', { name: 'web', query: 'step=1h' });
    await expectStatus(200, 'getTimeline', { name: 'web' });
    expect((await expectStatus(200, 'getReport', { query: 'group-by=tag' })).body).toMatchObject({ groupBy: 'tag' });
    await expectStatus(400, 'getHistory', { name: 'web', query: 'step=soon' });
    await expectStatus(400, 'getTimeline', { name: 'web', query: 'from=soon' });
    await expectStatus(400, 'getReport', { query: 'group-by=worker' });
    await expectStatus(404, 'getHistory', { name: ABSENT });
    await expectStatus(404, 'getTimeline', { name: ABSENT });
  });

  it('a monitor is disabled for a time', async () => {
    await expectStatus(200, 'pauseMonitor', { name: 'name', body: { duration: '10m', comment: 'move' } });
    expect((await expectStatus(200, 'getState', { name: 'name' })).body).toMatchObject({ status: 'disabled' });
    await expectStatus(200, 'resumeMonitor', { name: 'name' });
    await expectStatus(404, 'resumeMonitor', { name: 'name' });
    await expectStatus(404, 'pauseMonitor', { name: ABSENT, body: { duration: '10m' } });
  });

  it('maintenance windows are stored and deleted', async () => {
    const name = 'weekly';
    const window = { match: { tags: ['a'] }, schedule: '0 3 * * 7', duration: '2h' };
    const created = await expectStatus(201, 'putMaintenance', { name, body: window });
    const old = { 'if-match': created.headers.get('etag') ?? '' };
    await expectStatus(200, 'putMaintenance', { name, body: { ...window, mode: 'stop' }, headers: old });
    await expectStatus(412, 'putMaintenance', { name, body: window, headers: old });
    await expectStatus(412, 'deleteMaintenance', { name, headers: old });
    await expectStatus(200, 'getMaintenance', { name });
    expect((await expectStatus(200, 'listMaintenance')).body).toMatchObject([{ name, config: { mode: 'stop' } }]);
    await expectStatus(200, 'deleteMaintenance', { name });
    await expectStatus(404, 'deleteMaintenance', { name });
    await expectStatus(404, 'getMaintenance', { name });
  });

  it('status pages are stored and deleted', async () => {
    const name = 'shop';
    const page = { title: 'Shop', groups: [{ title: 'Web', monitors: ['*'] }] };
    const created = await expectStatus(201, 'putStatusPage', { name, body: page });
    const old = { 'if-match': created.headers.get('etag') ?? '' };
    await expectStatus(200, 'putStatusPage', { name, body: { ...page, title: 'B' }, headers: old });
    await expectStatus(412, 'putStatusPage', { name, body: page, headers: old });
    await expectStatus(412, 'deleteStatusPage', { name, headers: old });
    await expectStatus(200, 'getStatusPage', { name });
    expect((await expectStatus(200, 'listStatusPages')).body).toMatchObject([{ name, config: { title: 'B' } }]);
    await expectStatus(200, 'deleteStatusPage', { name });
    await expectStatus(404, 'deleteStatusPage', { name });
    await expectStatus(404, 'getStatusPage', { name });
  });

  it('reports by mail are stored, shown, sent and deleted', async () => {
    const name = 'monthly';
    const options = { to: 'a@example.com', address: '127.0.0.1:1' };
    await cluster.put(cluster.keys.alerter('reader'), { type: 'email', options });
    await waitFor(async () => (await contract.ask('getAlerter', { name: 'reader' })).status === 200);
    const report = { title: 'Shop', schedule: '0 8 1 * *', period: 'previous-month', alerters: ['reader'] };
    const created = await expectStatus(201, 'putScheduledReport', { name, body: report });
    const old = { 'if-match': created.headers.get('etag') ?? '' };
    await expectStatus(200, 'putScheduledReport', { name, body: { ...report, title: 'B' }, headers: old });
    await expectStatus(412, 'putScheduledReport', { name, body: report, headers: old });
    await expectStatus(412, 'deleteScheduledReport', { name, headers: old });
    await expectStatus(200, 'getScheduledReport', { name });
    await expectStatus(200, 'previewReport', { body: report });
    await waitFor(async () => (await contract.ask('sendScheduledReport', { name })).status === 200);
    await expectStatus(200, 'sendScheduledReport', { name });
    await cluster.put(cluster.keys.report('odd'), { title: 'Odd' });
    await waitFor(async () => (await contract.ask('getScheduledReport', { name: 'odd' })).status === 200);
    await expectStatus(409, 'sendScheduledReport', { name: 'odd' });
    expect((await expectStatus(200, 'listScheduledReports')).body).toMatchObject([
      { name, config: { title: 'B' } },
      { name: 'odd', config: null },
    ]);
    for (const one of [name, 'odd']) await expectStatus(200, 'deleteScheduledReport', { name: one });
    for (const id of ['deleteScheduledReport', 'getScheduledReport', 'sendScheduledReport']) {
      await expectStatus(404, id, { name });
    }
    await expectStatus(200, 'deleteAlerter', { name: 'reader' });
  });
});

describe('what is stale', () => {
  it.each(['Monitor', 'Alerter'])('is not overwritten: put, patch and delete %s', async (noun) => {
    const name = `stale-${noun}`;
    const [first, second] = noun === 'Monitor' ? [tcp(), tcp({ port: 2 })] : [ALERTERS['hook'], ALERTERS['pager']];
    const created = await expectStatus(201, `put${noun}`, { name, body: first, headers: { 'if-none-match': '*' } });
    const old = { 'if-match': created.headers.get('etag') ?? '' };
    await expectStatus(412, `put${noun}`, { name, body: second, headers: { 'if-none-match': '*' } });
    const changed = await expectStatus(200, `put${noun}`, { name, body: second, headers: old });
    await expectStatus(412, `put${noun}`, { name, body: first, headers: old });
    await expectStatus(412, `patch${noun}`, { name, body: { description: 'x' }, headers: old });
    await expectStatus(412, `delete${noun}`, { name, headers: old });
    await expectStatus(200, `delete${noun}`, { name, headers: { 'if-match': changed.headers.get('etag') ?? '' } });
    await expectStatus(412, `put${noun}`, { name, body: first, headers: { 'if-match': '*' } });
  });
});

describe('what runs', () => {
  it('answers its states, with results, an incident and notifications', async () => {
    await waitFor(
      async () => {
        const { body } = await contract.ask('getState', { name: 'down' });
        const { incidents, results } = body as {
          incidents: { notifications: { note?: string }[] }[];
          results: unknown[];
        };
        // Beside it are the notes of the acknowledgement.
        const alarms = incidents[0]?.notifications.filter(({ note }) => note === undefined);
        return results.length > 0 && alarms?.length === 1;
      },
      { timeoutMs: 30_000 },
    );
    const { body } = await expectStatus(200, 'listStates');
    const states = Object.fromEntries((body as { name: string }[]).map((state) => [state.name, statusOf(state)]));
    expect(states).toMatchObject({
      down: 'critical',
      off: 'disabled',
      lonely: 'orphaned',
      odd: 'quarantined',
      web: 'ok',
      command: 'ok',
    });
    for (const name of Object.keys(states)) await expectStatus(200, 'getState', { name });
    const bare = (await expectStatus(200, 'listStates', { query: 'config=false' })).body as object[];
    expect(bare.filter((state) => 'config' in state)).toEqual([]);
    const { body: results } = await expectStatus(200, 'listResults', { query: 'monitor=down&monitor=nobody&limit=1' });
    expect(results).toEqual({ down: [expect.objectContaining({ status: 'critical' })], nobody: [] });
  });

  it.each([
    ['web', 'runs', 'only'],
    ['off', 'nowhere', 'disabled'],
    ['lonely', 'nowhere', 'no worker has the tag "nowhere"'],
    ['odd', 'nowhere', 'interval'],
  ])('answers why %s %s', async (name, verdict, message) => {
    const { body } = await expectStatus(200, 'explainMonitor', { name });
    expect(body).toMatchObject({ name, verdict, message: expect.stringContaining(message) });
  });

  it('is looked at', async () => {
    const { body } = await expectStatus(200, 'lookAtMonitor', { name: 'web' });
    expect(body).toMatchObject({ until: expect.any(String) });
  });

  it('runs now', async () => {
    expect((await expectStatus(200, 'runMonitor', { name: 'web' })).body).toMatchObject({ status: 'ok' });
    expect((await expectStatus(200, 'runMonitor', { name: 'down' })).body).toMatchObject({ status: 'critical' });
    await expectStatus(409, 'runMonitor', { name: 'off' });
    await expectStatus(503, 'runMonitor', { name: 'lonely' });
  });

  it('is tested without being stored', async () => {
    const before = (await cluster.client.list(cluster.keys.monitors)).entries.length;
    const masked = http({ headers: { Authorization: '********' } });
    await expectStatus(200, 'testMonitor', { body: { config: http() } });
    await expectStatus(200, 'testMonitor', { body: { config: masked, name: 'web' } });
    expect(target.requests.at(-1)?.headers.authorization).toBe(CANARY);
    await expectStatus(400, 'testMonitor', { body: { config: masked } });
    await expectStatus(503, 'testMonitor', { body: { config: tcp(), 'member-tag': 'nowhere' } });
    expect((await expectStatus(200, 'testAlerter', { body: { config: slack.alerter } })).body).toMatchObject({
      outcome: 'delivered',
    });
    expect((await expectStatus(200, 'testStoredAlerter', { name: 'team' })).body).toMatchObject({
      outcome: 'delivered',
    });
    for (const name of Object.keys(ALERTERS)) await expectStatus(200, 'testStoredAlerter', { name });
    expect((await cluster.client.list(cluster.keys.monitors)).entries.length).toBe(before);
    expect((await cluster.client.list(cluster.keys.requests)).entries).toEqual([]);
  });
});

describe('lists', () => {
  it.each([
    ['listMonitors', 'web', '/9volt/monitor/web'],
    ['listAlerters', 'team', '/9volt/alerter/team'],
  ])('%s is the map of the original, and an array when it is paged or sorted', async (id, name, key) => {
    const { body, headers } = await expectStatus(200, id);
    expect(Object.keys(body as object)).toContain(key);
    expect(headers.get('x-total-count')).toBe(String(Object.keys(body as object).length));
    for (const query of ['page=1', 'limit=2', 'sort=-name,type']) {
      expect((await expectStatus(200, id, { query })).body).toEqual(expect.any(Array));
    }
    const { body: found } = await expectStatus(200, id, { query: `q=${name}&sort=name` });
    expect(found).toEqual([expect.objectContaining({ name })]);
  });

  it('states and events are filtered', async () => {
    const states = await expectStatus(200, 'listStates', {
      query: 'tags=a,b&status=ok&type=http&owner=only&sort=-since',
    });
    expect(states.body).toEqual([expect.objectContaining({ check: 'web' })]);
    const { body } = await expectStatus(200, 'listEvents');
    const events = Object.entries(body as Record<string, { id: string; type: string }>);
    expect(events.length).toBeGreaterThan(5);
    for (const [id, event] of events) expect(event.id).toBe(id);
    const some = await expectStatus(200, 'listEvents', { query: 'type=status-changed&monitor=down&limit=5' });
    expect(some.body).toEqual([expect.objectContaining({ type: 'status-changed', monitor: 'down' })]);
  });

  it('the cluster has its members and its leader', async () => {
    const { body } = await expectStatus(200, 'getCluster');
    const id = await node.memberId();
    expect(body).toMatchObject({
      Members: { [id]: { Role: 'server', Leader: true } },
      Director: { MemberID: id, LastUpdate: expect.any(String) },
      Orphans: ['lonely'],
    });
  });

  it('a worker is drained, and undrained', async () => {
    const reader = { ...mute(), MemberID: 'reader-1', Name: 'reader', Role: 'api' };
    await cluster.put(cluster.keys.member('reader-1'), reader);
    await waitFor(async () => (await contract.ask('drainWorker', { name: 'reader' })).status === 409);
    await cluster.delete(cluster.keys.member('reader-1'));
    await expectStatus(400, 'drainWorker', { name: 'a/b' });
    const { body } = await expectStatus(201, 'drainWorker', { name: 'absent worker' });
    expect(body).toMatchObject({ name: 'absent worker', by: await node.memberId(), members: [], assigned: 0 });
    expect((await expectStatus(200, 'drainWorker', { name: 'absent worker' })).body).toEqual(body);
    expect((await expectStatus(200, 'getCluster')).body).toMatchObject({ Drains: [body] });
    await waitFor(async () => {
      const { body: events } = await contract.ask('listEvents', { query: 'type=member-drained&limit=1' });
      return (events as { message: string }[])[0]?.message.startsWith('absent worker ');
    });
    await expectStatus(200, 'undrainWorker', { name: 'absent worker' });
    await expectStatus(404, 'undrainWorker', { name: 'absent worker' });
    expect((await expectStatus(200, 'getCluster')).body).toMatchObject({ Drains: [] });
  });

  it('its settings are changed as a whole, and shown without secrets', async () => {
    const id = 'patchClusterSettings';
    const first = await expectStatus(200, 'getClusterSettings');
    expect(first.body).toEqual({ HeartbeatInterval: '3s', HeartbeatTimeout: '6s', StateDumpInterval: '10s' });
    const secret = {
      'dead-man-url': `http://127.0.0.1:1/${CANARY}`,
      'coverage-alerter': 'team',
      StateDumpInterval: '9s',
    };
    const { body } = await expectStatus(200, id, { body: secret });
    const shown = { ...(first.body as object), ...secret, 'dead-man-url': '********' };
    expect(body).toEqual(shown);
    // The shown settings can be sent back, and change nothing.
    await expectStatus(200, id, { body: shown });
    const stored = await cluster.get<Record<string, string>>(cluster.keys.config);
    expect(stored?.['dead-man-url']).toBe(secret['dead-man-url']);
    for (const [faulty, pointer] of [
      [{ HeartbeatInterval: '4s' }, '/HeartbeatInterval'],
      [{ HeartbeatTimeout: '1s' }, '/HeartbeatTimeout'],
      [{ 'coverage-alerter': 'taem' }, '/coverage-alerter'],
      [{ ClusterId: 'x' }, '/ClusterId'],
    ] as const) {
      expect((await expectStatus(400, id, { body: faulty })).body).toMatchObject({
        errors: expect.arrayContaining([expect.objectContaining({ pointer })]),
      });
    }
    const tag = first.headers.get('etag') ?? '';
    await expectStatus(412, id, { body: { StateDumpInterval: '8s' }, headers: { 'if-match': tag } });
    const back = { 'dead-man-url': null, 'coverage-alerter': null, StateDumpInterval: '10s' };
    expect((await expectStatus(200, id, { body: back })).body).toEqual(first.body);
    // Written by hand, and invalid: reported, and the last valid ones stay.
    const good = await cluster.get(cluster.keys.config);
    await cluster.put(cluster.keys.config, { ...(good as object), HeartbeatTimeout: '1s' });
    const refused = await expectStatus(409, 'getClusterSettings');
    expect(refused.body).toMatchObject({
      errors: expect.arrayContaining([
        { pointer: '/HeartbeatTimeout', message: expect.any(String), expected: expect.any(String) },
      ]),
    });
    await waitFor(async () => {
      const { body: events } = await contract.ask('listEvents', {
        query: 'type=config-refused&q=cluster settings',
      });
      return (events as unknown[]).length > 0 || Object.keys(events as object).length > 0;
    });
    await cluster.put(cluster.keys.config, good);
    await waitFor(async () => (await contract.ask('getClusterSettings')).status === 200);
  });

  it('schemas are those of the document', async () => {
    for (const [id, noun] of [
      ['getMonitorSchemas', 'Monitor'],
      ['getAlerterSchemas', 'Alerter'],
    ] as const) {
      const { body } = await expectStatus(200, id);
      const { discriminator } = contract.document.components.schemas[noun] as { discriminator: { mapping: object } };
      expect(Object.keys(body as object).sort()).toEqual(Object.keys(discriminator.mapping).sort());
    }
  });
});

describe('the stream', () => {
  const SCHEMAS: Record<string, string> = {
    ready: 'StreamControl',
    reset: 'StreamControl',
    state: 'StateChange',
    event: 'Event',
    monitor: 'MonitorChange',
    member: 'MemberChange',
    result: 'ResultChange',
  };
  const open = async (query = '', lastEventId?: string): Promise<EventStream> => {
    const headers: Record<string, string> = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
    const stream = cluster.use(await EventStream.open(`${node.url}/api/v1/stream${query}`, headers));
    contract.saw('getStream', stream.response.status);
    expect(stream.response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    return stream;
  };
  const expectDocumented = (stream: EventStream): void => {
    for (const { event, data } of someOf(stream.messages)) {
      expect([event, contract.faultsOf(SCHEMAS[event] ?? event, data)]).toEqual([event, []]);
    }
    expect(stream.text).not.toContain(CANARY);
  };

  it('has at most the permitted number of clients', async () => {
    const headers = { 'x-access-token': TOKEN };
    const only = await EventStream.open(`${guarded.url}/api/v1/stream`, headers);
    await only.next('ready');
    await expectStatus(429, 'getStream', { url: guarded.url, headers });
    only.close();
  });

  it('sends each kind of change as documented, with ids', async () => {
    const stream = await open();
    const ready = await stream.next('ready');
    expect(ready.id).toBe(`${ready.id?.split('.')[0]}.${String(ready.data['revision'])}`);
    await expectStatus(201, 'putMonitor', { name: 'streamed', body: http() });
    await stream.next('monitor', ({ name }) => name === 'streamed');
    await stream.next('state', ({ name, status }) => name === 'streamed' && status === 'ok');
    await stream.next('event', ({ monitor }) => monitor === 'streamed');
    await cluster.put(cluster.keys.member('mute-1'), mute());
    await stream.next('member', ({ MemberID }) => MemberID === 'mute-1');
    await cluster.delete(cluster.keys.member('mute-1'));
    await stream.next('member', ({ MemberID, removed }) => MemberID === 'mute-1' && removed === true);
    await expectStatus(200, 'deleteMonitor', { name: 'streamed' });
    await stream.next('monitor', ({ name, removed }) => name === 'streamed' && removed === true);
    await stream.next('state', ({ name, removed }) => name === 'streamed' && removed === true);
    expectDocumented(stream);
    const revisions = stream.messages.flatMap(({ id }) => (id === undefined ? [] : [Number(id.split('.').at(-1))]));
    expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
    stream.close();
  });

  it('resumes after the last id with the missed messages', async () => {
    const first = await open('?types=monitor');
    await first.next('ready');
    await expectStatus(201, 'putMonitor', { name: 'resumed', body: tcp({ disable: true }) });
    await first.next('monitor', ({ name }) => name === 'resumed');
    first.close();
    await expectStatus(200, 'patchMonitor', { name: 'resumed', body: { description: 'missed' } });
    const second = await open('?types=monitor', first.lastId);
    const missed = await second.next('monitor');
    expect(missed.data).toMatchObject({ name: 'resumed', config: { description: 'missed' } });
    expect(second.messages.map(({ event }) => event)).toEqual(['monitor']);
    expectDocumented(second);
    second.close();
  });

  it.each(['00000000-0000-0000-0000-000000000000.5', 'nonsense'])('says reset after the id %s', async (id) => {
    const stream = await open('', id);
    await stream.next('reset');
    expect(stream.messages[0]?.event).toBe('reset');
    expectDocumented(stream);
    stream.close();
  });
});

/** Required parameters of lists. */
const NEEDED: Readonly<Record<string, string>> = { listResults: 'monitor=web' };

describe('secrets', () => {
  it('are in no answer to a GET', async () => {
    const names = { monitor: ['web', 'broken', 'odd', 'down'], alerter: [...Object.keys(ALERTERS), 'odd'] };
    const asked = [...contract.operations.values()].filter(
      ({ method, path }) => method === 'GET' && !path.endsWith('stream'),
    );
    for (const { operationId, path } of asked) {
      const all = path.includes('{name}') ? (path.includes('alerter') ? names.alerter : names.monitor) : [undefined];
      // The contract refuses any answer with the canary.
      for (const name of all)
        await contract.ask(operationId, name === undefined ? { query: NEEDED[operationId] ?? '' } : { name });
    }
    for (const path of ['/openapi.json', '/docs', '/ui/', '/']) {
      expect(await (await fetch(node.url + path)).text()).not.toContain(CANARY);
    }
    expect(node.output).not.toContain(CANARY);
  });
});

describe('calls of jobs', () => {
  it('need the token in their address, and nothing else', async () => {
    const { body } = await expectStatus(404, 'callMonitor', { name: `${JOB_TOKEN}x`, url: guarded.url });
    expect(JSON.stringify(body)).not.toContain(JOB_TOKEN);
    await expectStatus(201, 'putMonitor', { name: 'job', body: job() });
    await expectStatus(200, 'callMonitor', { name: JOB_TOKEN, query: 'status=warning&latency=2s' });
    const soon = await expectStatus(429, 'callMonitor', { name: JOB_TOKEN, body: { message: 'again' } });
    expect(soon.headers.get('retry-after')).toBe('1');
    expect((await expectStatus(429, 'callMonitorByGet', { name: JOB_TOKEN, query: 'status=ok' })).status).toBe(429);
    await expectStatus(404, 'callMonitorByGet', { name: `${JOB_TOKEN}x` });
    const odd = { name: JOB_TOKEN, query: 'latency=-1s' };
    await waitFor(async () => (await contract.ask('callMonitorByGet', odd)).status === 200);
    await expectStatus(200, 'deleteMonitor', { name: 'job' });
    expect(`${node.output} ${guarded.output}`).not.toContain(JOB_TOKEN);
  });
});

describe('access', () => {
  const named = (path: string): Question => (path.includes('{') ? { name: 'web' } : {});
  const guardedOperations = (): string[] =>
    [...contract.operations.values()]
      .filter(({ security }) => security.length > 0)
      .map(({ operationId }) => operationId);

  it('needs a token if the document says so, in the words of the original', async () => {
    for (const id of someOf(guardedOperations())) {
      const question = { ...named(contract.operation(id).path), url: guarded.url };
      const none = await expectStatus(401, id, question);
      expect(none.body).toMatchObject({
        message: "No access token found; ensure you pass 'X-Access-Token' in header",
      });
      const wrong = await expectStatus(401, id, { ...question, headers: { 'x-access-token': `${TOKEN}x` } });
      expect(wrong.body).toMatchObject({ message: 'Unauthorized request: invalid access token' });
    }
    await expectStatus(200, 'getMonitor', { name: 'web', url: guarded.url, headers: { 'x-access-token': TOKEN } });
    await expectStatus(200, 'listStates', { url: guarded.url, headers: { authorization: `Bearer ${TOKEN}` } });
  });

  it('is open if the document says so', async () => {
    const open = [...contract.operations.values()].filter(({ security }) => security.length === 0);
    expect([...new Set(open.map(({ path }) => path))].sort()).toEqual([
      '/api/v1/push/{token}',
      '/api/v1/session',
      '/livez',
      '/readyz',
      '/status/check',
      '/version',
    ]);
    for (const { operationId } of open.filter(({ method, path }) => method === 'GET' && !path.includes('{'))) {
      await expectStatus(200, operationId, { url: guarded.url });
      await expectStatus(200, operationId);
    }
    for (const path of ['/', '/ui/', '/docs', '/openapi.json']) {
      expect([path, (await fetch(guarded.url + path)).status]).toEqual([path, 200]);
    }
    const version = await expectStatus(200, 'getVersion');
    expect(version.body).toEqual({ message: expect.stringMatching(/^9volt \d+\.\d+\.\d+ - \w+$/), status: 'version' });
    const check = await expectStatus(200, 'getStatus');
    expect(check.body).toEqual({ message: `MemberID ${await node.memberId()}`, status: 'OK' });
  });

  it('signs browsers in and out', async () => {
    const { url } = guarded;
    await expectStatus(401, 'signIn', { url, body: { token: `${TOKEN}x` } });
    const { headers } = await expectStatus(200, 'signIn', { url, body: { token: TOKEN } });
    const cookie = (headers.get('set-cookie') as string).split(';')[0] as string;
    expect((await fetch(`${url}/api/v1/state`, { headers: { cookie } })).status).toBe(200);
    expect((await expectStatus(200, 'signOut', { url })).body).toMatchObject({ signedIn: false });
    // Also while etcd is gone.
    await expectStatus(200, 'getSession', { url: deaf.url });
  });

  it('refuses pages of other sites', async () => {
    const ofApi = [...contract.operations.values()].filter(({ path }) => path.startsWith('/api/'));
    for (const { operationId: id, path } of someOf(ofApi)) {
      const question = named(path);
      await expectStatus(403, id, { ...question, headers: { 'sec-fetch-site': 'cross-site' } });
    }
  });
});

describe('without etcd', () => {
  it('every route of the API says so', async () => {
    for (const { operationId, path } of someOf(contract.operations.values())) {
      if (!path.startsWith('/api/') || path.endsWith('/session')) continue;
      await expectStatus(503, operationId, { url: deaf.url, ...(path.includes('{') ? { name: 'web' } : {}) });
    }
    const { body } = await expectStatus(503, 'getReadiness', { url: deaf.url });
    expect(body).toMatchObject({ status: 'not ready' });
    await expectStatus(500, 'getStatus', { url: deaf.url });
    await expectStatus(200, 'getLiveness', { url: deaf.url });
    await expectStatus(200, 'getErrors', { url: deaf.url });
    await expectStatus(200, 'getMetrics', { url: deaf.url });
  });
});

describe('the contract', () => {
  it('finds undocumented values', async () => {
    expect(contract.faultsOf('StatusMessage', { message: '', status: '' })).toEqual([]);
    expect(contract.faultsOf('StatusMessage', { message: '', status: '', more: 1 })).toHaveLength(1);
    const { body } = await contract.ask('getState', { name: 'down' });
    const { incidents } = body as { incidents: object[] };
    expect(contract.faultsOf('StateDetail', { ...(body as object), incidents })).toEqual([]);
    const more = { ...(body as object), incidents: [{ ...incidents[0], more: 1 }] };
    expect(contract.faultsOf('StateDetail', more)).toEqual([expect.stringMatching(/^\/incidents\/0 .*more/)]);
    const blind = structuredClone(contract.document);
    const told = (blind.paths['/version'] as { get: DocumentedOperation }).get.responses;
    told['404'] = told['200'] as DocumentedAnswer;
    delete told['200'];
    await expect(new ApiContract(node.url, blind, CANARY).ask('getVersion')).rejects.toThrow(/200 is not documented/);
    await expect(new ApiContract(node.url, contract.document, '9volt').ask('getVersion')).rejects.toThrow(/secret/);
  });
});

describe('the document', () => {
  const documentFile = join(workspace, 'openapi.json');

  beforeAll(() => writeFileSync(documentFile, JSON.stringify(contract.document)));

  it('has valid examples, each of its own answer', () => {
    const operations = [...contract.operations.values()];
    expect(operations.flatMap((operation) => contract.faultsOfExamples(operation))).toEqual([]);
    const problems = operations.flatMap(({ operationId, path, responses }) =>
      Object.entries(responses).flatMap(([status, { content }]) => {
        const example = content['application/problem+json']?.example as Record<string, unknown> | undefined;
        return example ? [{ at: `${operationId} ${status}`, status: Number(status), path, example }] : [];
      }),
    );
    for (const { at, status, path, example } of someOf(problems)) {
      const pattern = new RegExp(`^${path.replace(/\{(name|id)\}/, '[\\w-]+').replace('{token}', '\\*+')}$`);
      expect([at, example]).toEqual([
        at,
        expect.objectContaining({ status, instance: expect.stringMatching(pattern) }),
      ]);
    }
    const exampleOf = (id: string, status: number): unknown =>
      contract.operation(id).responses[status]?.content['application/json']?.example;
    expect(exampleOf('getReadiness', 503)).toMatchObject({ status: 'not ready' });
    expect(exampleOf('getVersion', 200)).toMatchObject({ status: 'version' });
    expect(exampleOf('getStatus', 500)).not.toMatchObject({ status: 'OK' });
    expect(exampleOf('deleteMonitor', 200)).toMatchObject({ message: "Successfully removed check 'shop-home'" });
  });

  it('passes the linter', async () => {
    const config = join(ROOT, 'apps/api/redocly.yaml');
    const { stdout, stderr } = await run(
      process.execPath,
      [join(ROOT, 'node_modules/@redocly/cli/bin/cli.js'), 'lint', documentFile, '--config', config],
      { env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', NO_COLOR: '1' } },
    );
    expect(stdout + stderr).toMatch(/Your API description is valid/);
    expect(stdout + stderr).not.toMatch(/\d warnings?/);
  });

  it('gives a client that type-checks and works', async () => {
    // Below the package, so that node finds its modules.
    const directory = join(import.meta.dirname, 'node_modules/.client');
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
    try {
      const generator = join(import.meta.dirname, 'node_modules/openapi-typescript/bin/cli.js');
      await run(process.execPath, [generator, documentFile, '-o', join(directory, 'api.ts')], { cwd: directory });
      writeFileSync(join(directory, 'client.ts'), CLIENT);
      writeFileSync(join(directory, 'package.json'), '{"type":"module"}');
      writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(CLIENT_CONFIG));
      const checked = await run(process.execPath, [
        join(ROOT, 'node_modules/typescript/bin/tsc'),
        '-p',
        directory,
      ]).catch((error: { stdout: string }) => error);
      expect(checked.stdout).toBe('');
      const { stdout } = await run(process.execPath, [join(directory, 'client.js'), node.url]);
      expect(JSON.parse(stdout)).toEqual({ created: 201, interval: '10s', missing: 404, removed: 'OK' });
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it('works with openapi-fetch', async () => {
    const client = createClient<never>({ baseUrl: node.url }) as unknown as {
      GET(path: string, init: object): Promise<{ data?: unknown; response: Response }>;
    };
    const { data, response } = await client.GET('/api/v1/monitor/{name}', { params: { path: { name: 'web' } } });
    expect([response.status, contract.faultsOf('Monitor', data)]).toEqual([200, []]);
  });
});

/** Code of a user of the generated types; the comments expect errors for undocumented values. */
const CLIENT = `
import createClient from 'openapi-fetch';
import type { components, paths } from './api.js';

const client = createClient<paths>({ baseUrl: process.argv[2] as string });
const body: components['schemas']['TcpMonitor'] = { type: 'tcp', host: '127.0.0.1', port: 1, interval: '10s' };
const at = { params: { path: { name: 'typed' } } };
const created = await client.PUT('/api/v1/monitor/{name}', { ...at, body });
const read = await client.GET('/api/v1/monitor/{name}', at);
const states = await client.GET('/api/v1/state', { params: { query: { status: 'ok' } } });
for (const state of states.data ?? []) state.name satisfies string;
const interval = read.data && 'interval' in read.data ? read.data.interval : undefined;
const absent = await client.GET('/api/v1/monitor/{name}', { params: { path: { name: 'not-there' } } });
const missing = absent.error?.status satisfies number | undefined;
const removed = await client.DELETE('/api/v1/monitor/{name}', at);
console.log(JSON.stringify({ created: created.response.status, interval, missing, removed: removed.data?.status }));

// @ts-expect-error there is no such route
void (() => client.GET('/api/v1/monitors'));
// @ts-expect-error there is no such attribute
export const odd: components['schemas']['TcpMonitor'] = { ...body, intervall: '1s' };
`;
const CLIENT_CONFIG = {
  compilerOptions: {
    strict: true,
    target: 'es2023',
    lib: ['es2023', 'dom', 'dom.iterable'],
    module: 'nodenext',
    types: ['node'],
    typeRoots: [join(ROOT, 'node_modules/@types')],
    skipLibCheck: true,
  },
  files: ['client.ts'],
};

describe('the documentation page', () => {
  it('loads, and loads nothing from elsewhere', async () => {
    const page = `${node.url}/docs`;
    const response = await fetch(page);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      expect.stringMatching(/^text\/html/),
    ]);
    expect(response.headers.get('content-security-policy')).toMatch(/default-src 'none'/);
    const html = await response.text();
    const links = [...html.matchAll(/\b(?:src|href)=["']([^"']+)/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(3);
    // As a browser would resolve them: the page may be the target of a redirect.
    const addresses = links.map((link) => new URL(link, response.url));
    expect(addresses.filter(({ origin }) => origin !== new URL(node.url).origin)).toEqual([]);
    const found = await Promise.all(
      addresses.map(async (address) => {
        const { status, headers } = await fetch(address);
        return [address.pathname, status, (headers.get('content-type') ?? '').split(';')[0]];
      }),
    );
    expect(found).toEqual(found.map(([path]) => [path, 200, expect.stringMatching(/javascript|css|image|html/)]));
    expect(html.replaceAll(/<svg[\s\S]*?<\/svg>/g, '')).not.toMatch(/\b(?:https?:)?\/\/[a-z0-9]/i);
    const settings = await (await fetch(`${page}/swagger-ui-init.js`)).text();
    expect(settings).toMatch(/"validatorUrl": ?null/);
    for (const id of ['putMonitor', 'deleteMonitor', 'putAlerter', 'deleteAlerter']) expect(settings).toContain(id);
  });
});

describe('at last', () => {
  it('does not wait for ever for a worker that answers nothing', async () => {
    expect((await unanswered).map(({ status }) => status)).toEqual([504, 504, 504, 504]);
  });

  it('every documented answer was seen', () => {
    // Needs five lost races in a row against another writer.
    const lost = [
      'pushMonitors',
      'putMonitor',
      'patchMonitor',
      'deleteMonitor',
      'pushAlerters',
      'putAlerter',
      'patchAlerter',
      'patchClusterSettings',
      'expireSilence',
      'removeAcknowledgement',
      'commentIncident',
      'pauseMonitor',
      'resumeMonitor',
      'putMaintenance',
      'deleteMaintenance',
      'putStatusPage',
      'deleteStatusPage',
      'putScheduledReport',
      'deleteScheduledReport',
    ];
    const unseen = [...contract.operations.values()].flatMap(({ operationId, responses }) =>
      Object.keys(responses)
        .filter((status) => !contract.seen.has(`${operationId} ${status}`))
        // A defect of ours has no recipe; a health check that answers it has.
        .filter((status) => status !== '500' || operationId === 'getStatus')
        .filter((status) => status !== '409' || !lost.includes(operationId))
        .map((status) => `${operationId} ${status}`),
    );
    expect(unseen).toEqual([]);
  });
});
