import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { makeAuthority, makeCertificate, someOf, unusedPort } from '@9volt/testing';
import { attemptReport } from './attempt-delivery.js';
import { renderAlert } from './render-alert.js';
import { email } from './email.alerter.js';
import { alerterContract, deliveryContext } from './testing/alerter-contract.js';
import { sampleAlarm, sampleGroup, sampleResolve } from './testing/sample-alerts.js';
import { startSmtpSink, type ReceivedMail, type SmtpSink, type SmtpSinkOptions } from './testing/smtp-sink.js';
import { validateAlerter } from './validate-alerter.js';

const PASSWORD = 'correct horse / battery staple';
const login = { username: 'ninevolt', password: PASSWORD, method: 'PLAIN' as const };

alerterContract<ReceivedMail>('email', async () => {
  const standIn = await startSmtpSink({ login });
  const { options } = standIn.alerter;
  return {
    standIn,
    options,
    unreachable: { ...options, address: `127.0.0.1:${await unusedPort()}` },
    secrets: [PASSWORD, Buffer.from(`\0ninevolt\0${PASSWORD}`).toString('base64')],
    // Subject and text; also checks that the HTML says the same.
    shown: ({ subject, text, html }) =>
      `${subject}\n${text.replaceAll('\r\n', '\n').replaceAll('\n    ', '\n')}\n${read(html)}`,
    expectInert: ({ headers, html, to, subject }) => {
      expect(to).toEqual(['on-call@example.com']);
      for (const name of ['bcc', 'cc']) expect(headers.has(name)).toBe(false);
      for (const values of someOf(headers.values())) expect(values).toHaveLength(1);
      expect(subject).not.toMatch(/[\r\n]/);
      const tags = [...html.matchAll(/<\/?([a-z0-9!]+)/gi)].map(([, tag]) => tag?.toLowerCase());
      const ours = ['!doctype', 'html', 'body', 'h2', 'p', 'table', 'tr', 'th', 'td', 'br'];
      expect(tags.filter((tag) => !ours.includes(tag ?? ''))).toEqual([]);
    },
    tellsRetryAfter: false,
    echoes: true,
  };
});

function read(html: string): string {
  return html
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

describe('email', () => {
  let certificate: { key: string; cert: string };
  let sink: SmtpSink;

  beforeAll(() => {
    certificate = makeCertificate();
  });
  afterEach(() => sink.close());

  const open = async (options: SmtpSinkOptions = {}) => {
    sink = await startSmtpSink(options);
    return sink;
  };
  const send = (more: Record<string, unknown> = {}, alert = sampleAlarm(), context = deliveryContext()) =>
    email.send({ ...sink.alerter.options, ...more }, renderAlert(alert), context);
  const mail = () => sink.accepted[0]?.message as ReceivedMail;

  it('goes to every address, marked as sent by a machine', async () => {
    await open();
    expect(await send({ to: 'on-call@example.com, team@example.com' })).toMatchObject({ outcome: 'delivered' });
    expect(mail()).toMatchObject({
      from: '9volt@example.com',
      to: ['on-call@example.com', 'team@example.com'],
      secure: false,
    });
    expect(mail().headers.get('to')).toEqual(['on-call@example.com, team@example.com']);
    expect(mail().headers.get('auto-submitted')).toEqual(['auto-generated']);
    expect(mail().html).toContain('<a href="https://9volt.example.com/ui/monitor/web">');
  });

  it('shows each line of a group in a line of its own', async () => {
    await open();
    await send({}, sampleGroup());
    expect(mail().html).toContain('T10:00:00.000Z)<br>CRITICAL db');
  });

  it('sends a report as text, table and file, with one Message-ID for all attempts', async () => {
    await open();
    const report = {
      subject: 'Shop, May: 100 % up, 0 incidents',
      text: 'plain',
      html: '<p>rich</p>',
      csv: 'a,b\r\n1,2\r\n',
    };
    const attempt = (id: string) =>
      attemptReport({
        ...{ settings: { type: 'email', options: sink.alerter.options }, report, id, timeoutMs: 10_000 },
        ...{ signal: new AbortController().signal, programs: 'any' as const, targets: deliveryContext().targets },
        readSecret: () => Promise.reject(new Error('there are no secrets')),
      });
    for (const id of ['one', 'one', 'two']) expect(await attempt(id)).toMatchObject({ outcome: 'delivered' });
    expect(mail()).toMatchObject({ subject: report.subject, text: expect.stringContaining('plain') });
    expect(mail().html).toContain('<p>rich</p>');
    expect(mail().raw).toMatch(/filename=report\.csv\s+YSxiDQoxLDINCg==/);
    expect(mail().headers.get('auto-submitted')).toEqual(['auto-generated']);
    expect(mail().headers.has('in-reply-to')).toBe(false);
    const ids = sink.accepted.map(({ message }) => message.headers.get('message-id')?.[0]);
    expect(new Set(ids).size).toBe(2);
    expect(ids[0]).toBe(ids[1]);
  });

  it('has one Message-ID for all attempts at one notification, and makes an incident one thread', async () => {
    await open();
    for (const notificationId of ['alarm', 'alarm']) await send({}, sampleAlarm(), deliveryContext({ notificationId }));
    await send({}, sampleResolve(), deliveryContext({ notificationId: 'resolve' }));
    await send({}, sampleAlarm({ key: '9volt/web/100.2' }), deliveryContext({ notificationId: 'next' }));
    const values = (name: string) => sink.accepted.map(({ message }) => message.headers.get(name)?.[0]);
    const ids = values('message-id');
    expect(ids[0]).toMatch(/^<[0-9a-f]{40}@9volt>$/);
    expect(ids[1]).toBe(ids[0]);
    expect(new Set(ids).size).toBe(3);
    const threads = values('references');
    expect(threads[2]).toBe(threads[0]);
    expect(threads[3]).not.toBe(threads[0]);
    expect(values('in-reply-to')).toEqual(threads);
  });

  it.each(['PLAIN', 'LOGIN', 'CRAM-MD5'] as const)('logs in by %s', async (method) => {
    await open({ login: { ...login, method } });
    expect(await send()).toMatchObject({ outcome: 'delivered' });
    expect(mail().login).toEqual({ username: 'ninevolt', method });
  });

  it('uses cram-md5 for md5, and plain by default', async () => {
    await open({ login: { ...login, method: 'CRAM-MD5' } });
    expect(await send({ auth: 'md5' })).toMatchObject({ outcome: 'delivered' });
    await sink.close();
    await open({ login });
    expect(await send({ auth: undefined })).toMatchObject({ outcome: 'delivered' });
  });

  it('is retried after a refused login, without showing the password', async () => {
    await open({ login });
    const outcome = await send({ password: 'something else' });
    expect(outcome).toMatchObject({ outcome: 'retryable', answer: expect.stringContaining('535') });
    expect(outcome.answer).not.toContain('something else');
    expect(sink.logins).toMatchObject([{ accepted: false }]);
  });

  it('is retried when the server requires a login that is not configured', async () => {
    await open({ login });
    expect(await send({ username: undefined, password: undefined })).toMatchObject({
      outcome: 'retryable',
      answer: expect.stringContaining('530'),
    });
  });

  it('uses STARTTLS when it is offered, with any certificate as long as there is no password', async () => {
    await open({ certificate });
    expect(await send()).toMatchObject({ outcome: 'delivered' });
    expect(mail().secure).toBe(true);
  });

  it('verifies the certificate before it sends a password', async () => {
    await open({ certificate, login });
    expect(await send()).toMatchObject({ outcome: 'retryable', answer: expect.stringMatching(/certificate/) });
    expect(sink.logins).toEqual([]);
    expect(await send({ ca: certificate.cert })).toMatchObject({ outcome: 'delivered' });
    expect(await send({ 'skip-verify': true })).toMatchObject({ outcome: 'delivered' });
    expect(sink.logins).toMatchObject([{ secure: true }, { secure: true }]);
  });

  it.each(['starttls', 'tls'])('verifies the certificate with %s', async (tls) => {
    await open({ certificate, implicitTls: tls === 'tls' });
    expect(await send({ tls })).toMatchObject({ outcome: 'retryable', answer: expect.stringMatching(/certificate/) });
    expect(await send({ tls, ca: certificate.cert, address: `localhost:${sink.port}` })).toMatchObject({
      outcome: 'delivered',
    });
    expect(mail().secure).toBe(true);
  });

  it('trusts the certificate of the server, whoever issued it', async () => {
    const issued = makeAuthority().issue();
    await open({ certificate: issued });
    expect(await send({ tls: 'starttls', ca: issued.cert })).toMatchObject({ outcome: 'delivered' });
  });

  it('sends nothing without STARTTLS if it is required', async () => {
    await open();
    expect(await send({ tls: 'starttls' })).toMatchObject({ outcome: 'retryable' });
    expect(sink.received).toEqual([]);
  });

  it('stays unencrypted if configured so', async () => {
    await open({ certificate });
    expect(await send({ tls: 'none' })).toMatchObject({ outcome: 'delivered' });
    expect(mail().secure).toBe(false);
  });

  it('is kept until somebody corrects it if there is no such recipient, and says so', async () => {
    await open();
    sink.behave({ kind: 'gone' });
    expect(await send()).toMatchObject({
      outcome: 'retryable',
      cause: 'alerter',
      answer: expect.stringContaining('no such user here'),
    });
  });

  it('sends nothing to a resolved reference that is not an address', async () => {
    await open();
    for (const more of [
      { to: 'nobody' },
      { to: 'a@b\r\nRCPT TO:<evil@example.com>' },
      { from: 'x@y>\r\nDATA' },
      { address: 'not an address' },
    ]) {
      expect(await send(more)).toMatchObject({
        outcome: 'retryable',
        cause: 'alerter',
        answer: expect.stringMatching(/is not (a mail address|host:port)$/),
      });
    }
    expect(sink.received).toEqual([]);
  });

  it('delivers over IPv6', async () => {
    await open({ host: '::1' });
    expect(await send()).toMatchObject({ outcome: 'delivered' });
  });
});

describe('options of email', () => {
  const faults = (options: Record<string, unknown>) => {
    const validated = validateAlerter('mine', { type: 'email', options });
    return validated.ok ? [] : validated.errors.map((error) => error.path);
  };
  const to = 'on-call@example.com';

  it.each([
    [{ to }, []],
    [{ to: `${to}, ${to}` }, []],
    [{ to: '"On call, at night" <on-call@example.com>, a@münchen.test', from: '9volt <9volt@example.com>' }, []],
    [{ to: 'On call <${env:ON_CALL}>' }, []],
    [{ to, from: 'a@b, c@d' }, ['/options/from']],
    [{ to, address: 'smtp.example.com:587', username: 'u', password: 'p', auth: 'md5', tls: 'starttls' }, []],
    [{ to: '${env:ON_CALL}', address: '[::1]:25' }, []],
    [{}, ['/options/to']],
    [{ to: ' , ' }, ['/options/to']],
    [{ to: 'on-call' }, ['/options/to']],
    [{ to: 'a@b\r\nBcc: c@d' }, ['/options/to']],
    [{ to, from: 'x@y z' }, ['/options/from']],
    [{ to, address: 'smtp.example.com:99999' }, ['/options/address']],
    [{ to, address: 'smtp://example.com' }, ['/options/address']],
    [{ to, username: 'u' }, ['/options/password']],
    [{ to, password: 'p' }, ['/options/username']],
    [{ to, auth: 'gssapi' }, ['/options/auth']],
    [{ to, tls: 'yes' }, ['/options/tls']],
  ])('%j', (options, expected) => {
    expect(faults(options)).toEqual(expected);
  });
});
