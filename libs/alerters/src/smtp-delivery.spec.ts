import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { email } from './email.alerter.js';
import { renderAlert } from './render-alert.js';
import { deliveryContext } from './testing/alerter-contract.js';
import { NotedTargets } from './testing/noted-targets.js';
import { sampleAlarm } from './testing/sample-alerts.js';
import { until } from './testing/until.js';
import { parseMailServer } from './smtp-delivery.js';

jest.setTimeout(30_000);

const PASSWORD = 'correct horse / battery staple';

describe('a mail server of its own mind', () => {
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

  const send = (address: string, more: Record<string, unknown> = {}, timeoutMs = 10_000) =>
    email.send(
      { to: 'a@example.com', from: 'b@example.com', address, ...more },
      renderAlert(sampleAlarm()),
      deliveryContext({ timeoutMs, targets: new NotedTargets({}, { 'mail.test': '127.0.0.1' }) }),
    );

  it('gives up when no greeting comes, and closes', async () => {
    const port = await listen(() => undefined, undefined);
    expect(await send(`127.0.0.1:${port}`, {}, 300)).toMatchObject({
      outcome: 'retryable',
      answer: expect.stringContaining('did not answer in time'),
    });
    await until(() => sockets.size === 0);
  });

  it.each(['554 5.7.1 no service for you', '421 4.3.2 shutting down', 'HTTP/1.1 400 Bad Request'])(
    'may try again after the greeting %s',
    async (greeting) => {
      const port = await listen(() => undefined, greeting);
      expect(await send(`127.0.0.1:${port}`)).toMatchObject({ outcome: 'retryable' });
    },
  );

  it('may try again when the connection breaks mid-dialogue', async () => {
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
    // Another name of this host, as another host would have.
    const address = `mail.test:${port}`;
    const refused = await send(address, { username: 'ninevolt', password: PASSWORD });
    expect(refused).toMatchObject({ outcome: 'retryable', answer: expect.stringContaining('not encrypted') });
    expect(lines.filter((line) => line.startsWith('AUTH'))).toEqual([]);
    expect(await send(address, { username: 'ninevolt', password: PASSWORD, 'insecure-auth': true })).toMatchObject({
      outcome: 'delivered',
    });
    expect(lines.filter((line) => line.startsWith('AUTH'))).toHaveLength(1);
    await until(() => lines.includes('QUIT'));
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
