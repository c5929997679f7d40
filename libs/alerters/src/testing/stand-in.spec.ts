import { afterEach, describe, expect, it } from '@jest/globals';
import { PAGERDUTY_KEY, startPagerDutyStandIn } from './pagerduty-stand-in.js';
import { parseMail } from './parse-mail.js';
import { SLACK_TOKEN, startSlackStandIn } from './slack-stand-in.js';
import type { StandIn } from './stand-in.js';

/** The stand-ins that test the alerters must be able to refuse. */

let standIn: StandIn<unknown>;
afterEach(() => standIn?.close());

const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
  const response = await fetch(`${standIn.address}${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, body: await response.text() };
};

describe('the Slack stand-in', () => {
  const good = { channel: '#a', attachments: [{ fallback: 'x', fields: [{ title: 'a', value: 'b', short: true }] }] };
  const authorized = { Authorization: `Bearer ${SLACK_TOKEN}` };

  it('accepts what Slack accepts', async () => {
    standIn = await startSlackStandIn();
    expect((await post('/api/chat.postMessage', good, authorized)).body).toContain('"ok":true');
    expect(await standIn.waitForAccepted(1)).toHaveLength(1);
  });

  it.each([
    ['no channel', { attachments: good.attachments }],
    ['an unknown argument', { ...good, chanel: '#b' }],
    ['a colour that is none', { ...good, attachments: [{ fallback: 'x', color: 'reddish' }] }],
    ['a value that is no text', { ...good, attachments: [{ fallback: 'x', fields: [{ title: 'a', value: 5 }] }] }],
    ['half a character', `{"channel":"#a","attachments":[{"fallback":"\\ud83d"}]}`],
    ['no JSON', '{'],
  ])('refuses %s', async (_what, body) => {
    standIn = await startSlackStandIn();
    expect((await post('/api/chat.postMessage', body, authorized)).body).toContain('invalid_arguments');
    expect(standIn.accepted).toEqual([]);
    expect(standIn.received[0]?.problems).not.toEqual([]);
  });

  it('refuses an unknown token, and another method', async () => {
    standIn = await startSlackStandIn();
    expect((await post('/api/chat.postMessage', good)).body).toContain('invalid_auth');
    expect((await post('/api/chat.update', good, authorized)).status).toBe(404);
    expect(standIn.received).toEqual([]);
  });

  it('reports that too few came', async () => {
    standIn = await startSlackStandIn();
    await expect(standIn.waitForAccepted(1, 20)).rejects.toThrow('0 of 1 notifications');
  });
});

describe('the PagerDuty stand-in', () => {
  const good = {
    routing_key: PAGERDUTY_KEY,
    event_action: 'trigger',
    dedup_key: 'x',
    payload: { summary: 's', source: 'h', severity: 'critical' },
  };

  it('accepts what PagerDuty accepts', async () => {
    standIn = await startPagerDutyStandIn();
    expect((await post('/v2/enqueue', good)).status).toBe(202);
  });

  it.each([
    ['a short key', { ...good, routing_key: 'x' }],
    ['an unknown action', { ...good, event_action: 'open' }],
    ['a long dedup_key', { ...good, dedup_key: 'x'.repeat(256) }],
    ['a long summary', { ...good, payload: { ...good.payload, summary: 'x'.repeat(1_025) } }],
    ['no source', { ...good, payload: { ...good.payload, source: '' } }],
    ['an unknown severity', { ...good, payload: { ...good.payload, severity: 'unknown' } }],
    ['an unknown attribute', { ...good, description: 'x' }],
    ['a link that is none', { ...good, links: [{ href: 'javascript:x' }] }],
    ['no payload', { ...good, payload: undefined }],
    ['no JSON', '{'],
  ])('refuses %s', async (_what, body) => {
    standIn = await startPagerDutyStandIn();
    expect((await post('/v2/enqueue', body)).status).toBe(400);
    expect(standIn.accepted).toEqual([]);
  });
});

describe('reading a mail', () => {
  it('reads headers, encoded words and parts', () => {
    const mail = parseMail(
      Buffer.from(
        [
          'Subject: =?UTF-8?Q?on_fire_=F0=9F?= =?UTF-8?Q?=94=A5?= and',
          ' more',
          'Content-Type: multipart/alternative;',
          ' boundary="b"',
          '',
          '--b',
          'Content-Type: text/plain; charset=utf-8',
          'Content-Transfer-Encoding: quoted-printable',
          '',
          'caf=C3=A9 and =',
          'more',
          '--b',
          'Content-Type: text/html; charset=utf-8',
          'Content-Transfer-Encoding: base64',
          '',
          Buffer.from('<p>é</p>').toString('base64'),
          '--b--',
          '',
        ].join('\r\n'),
      ),
    );
    expect(mail).toMatchObject({ subject: 'on fire 🔥 and more', text: 'café and more', html: '<p>é</p>' });
  });

  it.each(['Subject: x\n\r\n\r\n', 'Subject: x\r\nno header\r\n\r\n', 'Subject: x\r\n'])('refuses %j', (raw) => {
    expect(() => parseMail(Buffer.from(raw))).toThrow();
  });
});
