import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { waitFor } from '@9volt/testing';
import type { DeliveryContext } from './define-alerter.js';
import { email } from './email.alerter.js';
import { renderAlert } from './render-alert.js';
import { deliveryContext } from './testing/alerter-contract.js';
import { NotedTargets } from './testing/noted-targets.js';
import { sampleAlarm } from './testing/sample-alerts.js';
import { parseMailServer } from './smtp-delivery.js';

const PASSWORD = 'correct horse / battery staple';

describe('an unusual mail server', () => {
  let server: Server;
  const sockets = new Set<Socket>();
  let lines: string[];

  const listen = async (react: (socket: Socket, line: string) => void, greeting: string | undefined) => {
    lines = [];
    server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
      if (greeting !== undefined) socket.write(`${greeting}\r\n`);
      socket.on('data', (chunk) => {
        for (const line of chunk.toString().trimEnd().split('\r\n')) {
          lines.push(line);
          react(socket, line);
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  const send = (
    address: string,
    more: Record<string, unknown> = {},
    timeoutMs = 10_000,
    context: Partial<DeliveryContext> = {},
  ) =>
    email.send(
      { to: 'a@example.com', from: 'b@example.com', address, ...more },
      renderAlert(sampleAlarm()),
      deliveryContext({ timeoutMs, targets: new NotedTargets({}, { 'mail.test': '127.0.0.1' }), ...context }),
    );

  it('gives up when no greeting comes, and closes', async () => {
    const port = await listen(() => undefined, undefined);
    expect(await send(`127.0.0.1:${port}`, {}, 300)).toMatchObject({
      outcome: 'retryable',
      answer: expect.stringContaining('did not answer in time'),
    });
    await waitFor(() => sockets.size === 0);
  });

  it.each(['554 5.7.1 no service for you', '421 4.3.2 shutting down', 'HTTP/1.1 400 Bad Request'])(
    'may try again after the greeting %s',
    async (greeting) => {
      const port = await listen(() => undefined, greeting);
      expect(await send(`127.0.0.1:${port}`)).toMatchObject({ outcome: 'retryable' });
    },
  );

  it('is retried when the connection breaks during the dialogue', async () => {
    const port = await listen(
      (socket, line) => (line.startsWith('EHLO') ? socket.write('250 here\r\n') : socket.destroy()),
      '220 here',
    );
    expect(await send(`127.0.0.1:${port}`)).toMatchObject({ outcome: 'retryable' });
  });

  it.each([
    ['MAIL FROM', '550 5.1.8 no such sender', { outcome: 'retryable', cause: 'alerter' }],
    ['MAIL FROM', '552 5.3.4 too large', { outcome: 'rejected' }],
    ['MAIL FROM', '451 4.3.0 later', { outcome: 'retryable' }],
    ['RCPT TO', '550 5.1.1 no such user', { outcome: 'retryable', cause: 'alerter' }],
    ['RCPT TO', '554 5.7.1 relay access denied', { outcome: 'retryable', cause: 'alerter' }],
    ['RCPT TO', '530 5.7.0 log in first', { outcome: 'retryable', cause: 'alerter' }],
    ['DATA', '550 5.7.1 no', { outcome: 'rejected' }],
    ['DATA', '421 4.3.2 shutting down', { outcome: 'retryable' }],
  ])('%s is answered with %s', async (command, reply, expected) => {
    const port = await listen((socket, line) => {
      socket.write(line.startsWith(command) ? `${reply}\r\n` : '250 fine\r\n');
    }, '220 here');
    const outcome = await send(`127.0.0.1:${port}`);
    expect(outcome).toMatchObject(expected);
    if (!('cause' in expected)) expect(outcome).not.toHaveProperty('cause');
  });

  /** Accepts everything except the recipients in `refusals`. */
  const recipients = (refusals: Record<string, string>, ehlo = '250 here') => {
    let inData = false;
    return (socket: Socket, line: string) => {
      if (inData && line !== '.' && !line.startsWith('EHLO')) return;
      const [, recipient = ''] = /^RCPT TO:<([^>]*)>/.exec(line) ?? [];
      inData = line === 'DATA';
      if (line.startsWith('EHLO')) socket.write(`${ehlo}\r\n`);
      else socket.write(inData ? '354 go on\r\n' : `${refusals[recipient] ?? '250 ok'}\r\n`);
    };
  };
  const envelope = () => lines.filter((line) => /^(?:MAIL|RCPT)/.test(line));

  it.each(['450 4.2.0 greylisted, try again', '451 4.3.0 later', '452 4.2.2 mailbox full'])(
    'tries a recipient again, and it alone, after %s',
    async (reply) => {
      const refusals: Record<string, string> = { 'grey@example.com': reply };
      const port = await listen(recipients(refusals), '220 here');
      const to = 'a@example.com, Grey <grey@example.com>, b@example.com';
      const first = await send(`127.0.0.1:${port}`, { to });
      expect(first).toMatchObject({
        outcome: 'retryable',
        reached: ['a@example.com', 'b@example.com'],
        answer: expect.stringContaining(`grey@example.com: ${reply}`),
      });
      expect(lines.join('\n')).toContain('To: a@example.com, Grey <grey@example.com>, b@example.com');
      delete refusals['grey@example.com'];
      lines.length = 0;
      const reached = 'reached' in first ? first.reached : undefined;
      const second = await send(`127.0.0.1:${port}`, { to }, 10_000, reached === undefined ? {} : { reached });
      expect(second).toMatchObject({ outcome: 'delivered' });
      expect(envelope()).toEqual(['MAIL FROM:<b@example.com>', 'RCPT TO:<grey@example.com>']);
      expect(lines.join('\n')).toContain('To: a@example.com, Grey <grey@example.com>, b@example.com');
    },
  );

  it('remembers who has it even if the rest fails, and sends nothing once all have it', async () => {
    const port = await listen(recipients({ 'grey@example.com': '450 4.2.0 greylisted' }), '220 here');
    const to = 'a@example.com, grey@example.com';
    const reached = ['a@example.com'];
    expect(await send(`127.0.0.1:${port}`, { to }, 10_000, { reached })).toMatchObject({
      outcome: 'retryable',
      reached,
    });
    lines.length = 0;
    expect(await send(`127.0.0.1:${port}`, { to: 'a@example.com' }, 10_000, { reached })).toMatchObject({
      outcome: 'delivered',
    });
    expect(lines).toEqual([]);
  });

  it('is delivered when one of several recipients is refused for good, and says so', async () => {
    const port = await listen(recipients({ 'gone@example.com': '550 5.1.1 no such user' }), '220 here');
    expect(await send(`127.0.0.1:${port}`, { to: 'a@example.com, gone@example.com' })).toMatchObject({
      outcome: 'delivered',
      notice: expect.stringContaining('gone@example.com: 550 5.1.1 no such user'),
    });
  });

  it.each<[string, Record<string, unknown>, string, string[]]>([
    [
      'a domain beyond ASCII goes as IDNA',
      { to: 'a@münchen.test', from: '9volt@münchen.test' },
      '250 here',
      ['MAIL FROM:<9volt@xn--mnchen-3ya.test>', 'RCPT TO:<a@xn--mnchen-3ya.test>'],
    ],
    [
      'so it does where SMTPUTF8 is offered',
      { to: 'a@münchen.test' },
      '250-here\r\n250 SMTPUTF8',
      ['MAIL FROM:<b@example.com>', 'RCPT TO:<a@xn--mnchen-3ya.test>'],
    ],
    [
      'what only SMTPUTF8 can take goes with it',
      { to: 'jürgen@münchen.test, a@example.com' },
      '250-here\r\n250 SMTPUTF8',
      ['MAIL FROM:<b@example.com> SMTPUTF8', 'RCPT TO:<jürgen@xn--mnchen-3ya.test>', 'RCPT TO:<a@example.com>'],
    ],
    [
      'names are left out',
      { to: '"On call, at night" <a@example.com>', from: '9volt, the watch <b@example.com>' },
      '250 here',
      [],
    ],
    [
      'names are for the header',
      { to: '"On call, at night" <a@example.com>', from: '9volt <b@example.com>' },
      '250 here',
      ['MAIL FROM:<b@example.com>', 'RCPT TO:<a@example.com>'],
    ],
  ])('%s', async (_what, options, ehlo, expected) => {
    const port = await listen(recipients({}, ehlo), '220 here');
    const outcome = await send(`127.0.0.1:${port}`, options);
    expect(outcome.outcome).toBe(expected.length > 0 ? 'delivered' : 'retryable');
    expect(envelope()).toEqual(expected);
  });

  it('says why it cannot send if SMTPUTF8 is needed and not offered', async () => {
    const port = await listen(recipients({}), '220 here');
    for (const more of [{ to: 'jürgen@example.com' }, { from: 'jürgen@example.com' }]) {
      lines.length = 0;
      expect(await send(`127.0.0.1:${port}`, more)).toMatchObject({
        outcome: 'retryable',
        cause: 'alerter',
        answer: expect.stringMatching(/jürgen@example\.com.*SMTPUTF8/),
      });
      expect(envelope()).toEqual([]);
    }
  });

  it('sends to the others meanwhile, and says who is left out', async () => {
    const port = await listen(recipients({}), '220 here');
    const outcome = await send(`127.0.0.1:${port}`, { to: 'jürgen@example.com, a@example.com' });
    expect(outcome).toMatchObject({
      outcome: 'delivered',
      notice: expect.stringMatching(/jürgen@example\.com.*SMTPUTF8/),
    });
    expect(envelope()).toEqual(['MAIL FROM:<b@example.com>', 'RCPT TO:<a@example.com>']);
    expect(lines.join('\n')).not.toContain('jürgen');
  });

  it('waits longer for the reply to a completely sent mail, and does not call it failed', async () => {
    const unclear: string[] = [];
    const taken = recipients({});
    const port = await listen((socket, line) => {
      if (line === '.') setTimeout(() => socket.write('250 at last\r\n'), 700);
      else taken(socket, line);
    }, '220 here');
    const patient = { patienceMs: 3_000, onUnclear: (why: string) => void unclear.push(why) };
    expect(await send(`127.0.0.1:${port}`, {}, 300, patient)).toMatchObject({ outcome: 'delivered' });
    expect(unclear).toEqual(['no answer within 0.3 s']);
    expect(await send(`127.0.0.1:${port}`, {}, 300, { patienceMs: 600 })).toEqual({
      outcome: 'retryable',
      cause: 'unclear',
      answer: 'no answer within 0.6 s',
    });
  });

  it('never sends a password over an unencrypted connection to another host', async () => {
    const port = await listen((socket, line) => {
      const replies: Record<string, string> = {
        EHLO: '250-here\r\n250 AUTH PLAIN',
        AUTH: '235 2.7.0 welcome',
        DATA: '354 go on',
        '.': '250 kept',
        QUIT: '221 bye',
      };
      const known = Object.keys(replies).find((command) => line.startsWith(command));
      if (known !== undefined) socket.write(`${replies[known]}\r\n`);
      else if (/^(MAIL|RCPT)/.test(line)) socket.write('250 fine\r\n');
    }, '220 here');
    // Another name of this host, as a stand-in for another host.
    const address = `mail.test:${port}`;
    const refused = await send(address, { username: 'ninevolt', password: PASSWORD });
    expect(refused).toMatchObject({ outcome: 'retryable', answer: expect.stringContaining('not encrypted') });
    expect(lines.filter((line) => line.startsWith('AUTH'))).toEqual([]);
    expect(await send(address, { username: 'ninevolt', password: PASSWORD, 'insecure-auth': true })).toMatchObject({
      outcome: 'delivered',
    });
    expect(lines.filter((line) => line.startsWith('AUTH'))).toHaveLength(1);
    await waitFor(() => lines.includes('QUIT'));
  });
});

describe('parseMailServer', () => {
  it.each([
    ['smtp.example.com', { host: 'smtp.example.com', port: 25 }],
    ['smtp.example.com:587', { host: 'smtp.example.com', port: 587 }],
    ['10.0.0.1:2525', { host: '10.0.0.1', port: 2525 }],
    ['[::1]:2525', { host: '::1', port: 2525 }],
    ['[2001:db8::1]', { host: '2001:db8::1', port: 25 }],
    ['2001:db8::1', { host: '2001:db8::1', port: 25 }],
    ['smtp.example.com:0', undefined],
    ['smtp.example.com:', undefined],
    ['user@smtp.example.com', undefined],
    ['', undefined],
  ])('%j', (address, expected) => {
    expect(parseMailServer(address, 25)).toEqual(expected);
  });
});
