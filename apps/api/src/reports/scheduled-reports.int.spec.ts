import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ReportRecord } from '@9volt/contracts';
import { encode } from '@9volt/etcd-dal';
import { startEtcd, type TestEtcd } from '@9volt/etcd-dal/testing';
import { http, written } from '../testing/fixtures.js';
import { callerOf, type Call } from '../testing/http.js';
import { startApi, type TestApi } from '../testing/start-api.js';
import { undocumented } from '../testing/strict.js';

let etcd: TestEtcd;
let api: TestApi;
let call: Call;
const PATH = '/api/v1/scheduled-report';
const report = { title: 'Shop', schedule: '0 8 1 * *', period: 'previous-month', tags: ['shop'], alerters: ['mail'] };

beforeAll(async () => {
  etcd = await startEtcd();
  api = await startApi(etcd.endpoint);
  call = callerOf(api.url);
  const { keys } = api.node;
  const mail = { type: 'email', options: { to: 'a@example.com' } };
  const chat = { type: 'slack', options: { 'webhook-url': 'https://hooks.slack.com/services/a' } };
  await api.settled(
    await written(
      api.node,
      { put: keys.monitor('web'), value: encode(http({ tags: ['shop'] })) },
      { put: keys.monitor('db'), value: encode(http({})) },
      { put: keys.alerter('mail'), value: encode(mail) },
      { put: keys.alerter('chat'), value: encode(chat) },
    ),
  );
}, 30_000);

afterAll(async () => {
  await api.stop();
  await etcd.stop();
});

test('a report is stored, shown, replaced and deleted', async () => {
  const created = await call('PUT', `${PATH}/shop`, report);
  expect(created).toMatchObject({ status: 201, body: { name: 'shop', monitors: 1, pending: [], sent: [] } });
  expect(undocumented('ShownScheduledReport', created.body)).toEqual([]);
  const tag = { 'if-match': created.headers.get('etag') ?? '' };
  expect((await call('PUT', `${PATH}/shop`, { ...report, title: 'B' }, tag)).status).toBe(200);
  expect((await call('PUT', `${PATH}/shop`, report, tag)).status).toBe(412);
  expect((await call('GET', PATH)).body).toMatchObject([{ name: 'shop', config: { title: 'B' } }]);
  expect((await call('DELETE', '/api/v1/alerter/mail')).body).toMatchObject({
    status: 409,
    detail: expect.stringContaining("used by 'report shop'"),
  });
  expect((await call('DELETE', `${PATH}/shop`)).status).toBe(200);
  expect((await call('GET', `${PATH}/shop`)).status).toBe(404);
});

test('an alerter that does not exist, or cannot send reports, is refused with its place', async () => {
  const refused = await call('PUT', `${PATH}/shop`, { ...report, alerters: ['mail', 'chat', 'mall'] });
  expect(refused.body).toMatchObject({
    status: 400,
    errors: [
      { pointer: '/alerters/1', expected: 'an alerter of the type email' },
      { pointer: '/alerters/2', suggestion: 'mail' },
    ],
  });
  expect((await call('PUT', `${PATH}/shop`, { ...report, schedule: 'daily' })).body).toMatchObject({
    status: 400,
    errors: [{ pointer: '/schedule' }],
  });
  const { node } = api;
  await api.settled(await written(node, { put: node.keys.report('odd'), value: encode({ title: 'x' }) }));
  expect((await call('GET', `${PATH}/odd`)).body).toMatchObject({
    config: null,
    reason: expect.stringContaining('schedule: is required'),
  });
  expect((await call('POST', `${PATH}/odd/send`)).status).toBe(409);
});

test('a preview says what the mail would say, and sends nothing', async () => {
  const { status, body } = await call('POST', `${PATH}/preview`, { ...report, period: undefined, last: '30d' });
  expect(status).toBe(200);
  expect(undocumented('ReportPreview', body)).toEqual([]);
  expect(body).toMatchObject({ subject: expect.stringMatching(/^Shop, last 30d: /) });
  const { text } = body as { text: string };
  expect(text).toMatch(/^web /m);
  expect(text).not.toMatch(/^db /m);
  expect((await call('POST', `${PATH}/preview`, { title: 'x' })).status).toBe(400);
});

test('what a person asks for waits for the leader, once for each alerter', async () => {
  await call('PUT', `${PATH}/now`, report);
  expect((await call('POST', `${PATH}/now/send`)).body).toMatchObject({
    status: 409,
    detail: expect.stringContaining('No leader has seen'),
  });
  const { node } = api;
  const record: ReportRecord = {
    handledUntil: new Date().toISOString(),
    schedule: '0 8 1 * * UTC',
    pending: [],
    sent: [],
  };
  await api.settled(await written(node, { put: node.keys.reportSent('now'), value: encode(record) }));
  expect((await call('POST', `${PATH}/now/send`)).status).toBe(200);
  const shown = await call('GET', `${PATH}/now`);
  expect(shown.body).toMatchObject({ pending: [{ alerter: 'mail', asked: true, attempts: 0 }] });
  expect(undocumented('ShownScheduledReport', shown.body)).toEqual([]);
  for (let n = 0; n < 49; n++) await call('POST', `${PATH}/now/send`);
  expect((await call('POST', `${PATH}/now/send`)).status).toBe(409);
  expect((await call('POST', `${PATH}/absent/send`)).status).toBe(404);
});
