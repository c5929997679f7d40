import { afterEach, describe, expect, it } from '@jest/globals';
import type { DeliveryContext } from './define-alerter.js';
import { email } from './email.alerter.js';
import { renderAlert } from './render-alert.js';
import { deliveryContext } from './testing/alerter-contract.js';
import { sampleAlarm } from './testing/sample-alerts.js';
import { type ScriptedSmtp, type SmtpScript, startScriptedSmtp } from './testing/scripted-smtp.js';

let server: ScriptedSmtp;
afterEach(() => server.close());

async function send(
  script: SmtpScript,
  more: Record<string, unknown> = {},
  context: Partial<DeliveryContext> = {},
  alert = sampleAlarm(),
) {
  server = await startScriptedSmtp(script);
  const options = { to: 'a@example.com', from: 'b@example.com', address: `127.0.0.1:${server.port}`, ...more };
  return email.send(options, renderAlert(alert), deliveryContext({ timeoutMs: 2_000, ...context }));
}
const perRecipient = (answers: Readonly<Record<string, string>>): SmtpScript => ({
  rcpt: (line) => answers[/<(.*)>/.exec(line)?.[1] ?? ''] ?? '250 ok',
});

// RFC 5321, 4.2: 2yz is done, 4yz may pass, 5yz does not; 3.8: a lost connection is as a 451.
describe('an answer of a mail server', () => {
  const delivered = { outcome: 'delivered' };
  const again = { outcome: 'retryable' };
  const alerter = { outcome: 'retryable', cause: 'alerter' };
  const unclear = { outcome: 'retryable', cause: 'unclear' };
  const rejected = { outcome: 'rejected' };

  it.each<[string, SmtpScript, object]>([
    ['a greeting of several lines', { greeting: '220-here\r\n220-is\r\n220 mail' }, delivered],
    ['a greeting without words', { greeting: '220' }, delivered],
    ['lines that end with LF alone', { greeting: '220 here\n', ehlo: '250-here\n250 8BITMIME\n' }, delivered],
    ['EHLO is not known', { ehlo: '502 5.5.1 not implemented' }, delivered],
    ['EHLO is a syntax error', { ehlo: '500 what' }, delivered],
    ['EHLO and HELO are refused', { ehlo: '502 no', helo: '502 no' }, again],
    ['EHLO of many lines', { ehlo: `${'250-X-EXTENSION\r\n'.repeat(50)}250 SIZE 10485760` }, delivered],
    ['421 to EHLO', { ehlo: { say: '421 4.3.2 shutting down', then: 'close' } }, again],
    ['421 to MAIL', { mail: { say: '421 4.7.0 too many connections', then: 'close' } }, again],
    ['421 to RCPT', { rcpt: { say: '421 4.7.0 too many errors', then: 'close' } }, again],
    ['421 to DATA', { data: { say: '421 4.3.2 shutting down', then: 'close' } }, again],
    ['421 to the mail', { dot: { say: '421 4.3.2 shutting down', then: 'close' } }, again],
    ['the connection ends after MAIL', { mail: { then: 'close' } }, again],
    ['the connection is reset after RCPT', { rcpt: { then: 'reset' } }, again],
    ['the connection ends after the mail', { dot: { then: 'close' } }, unclear],
    ['the connection is reset after the mail', { dot: { then: 'reset' } }, unclear],
    ['half an answer that took the mail', { dot: { part: '25', then: 'close' } }, unclear],
    ['half an answer that refused it', { dot: { part: '45', then: 'close' } }, unclear],
    ['251 will forward', { rcpt: '251 2.1.5 will forward' }, delivered],
    ['252 cannot verify', { rcpt: '252 2.1.5 will try' }, delivered],
    // Some servers do: https://github.com/eleith/emailjs/issues/24
    ['250 to DATA instead of 354', { data: '250 ok' }, delivered],
    ['554 to DATA', { data: '554 5.5.1 no valid recipients' }, rejected],
    ['250 of several lines', { dot: '250-2.0.0 kept\r\n250 2.0.0 as 4A1' }, delivered],
    ['250 without words', { dot: '250' }, delivered],
    ['250 and the end without an answer to QUIT', { dot: { say: '250 kept', then: 'close' } }, delivered],
    ['250 in UTF-8', { dot: '250 2.0.0 Danke schön 🔥' }, delivered],
    ['250 of 4,000 characters', { dot: `250 ${'x'.repeat(4_000)}` }, delivered],
    ['a bounce in the answer', { dot: '550 5.1.1 <a@example.com>: mailbox unavailable' }, rejected],
    ['spam', { dot: '554 5.7.1 message looks like spam' }, rejected],
    ['a quota', { dot: '452 4.2.2 mailbox full' }, again],
    ['greylisted after the mail', { dot: '451 4.7.1 greylisted, try again in 300 seconds' }, again],
    ['greylisted at MAIL', { mail: '450 4.7.1 try again later' }, again],
    ['the only recipient is greylisted', { rcpt: '450 4.2.0 greylisted' }, again],
    ['the only recipient is unknown', { rcpt: '550 5.1.1 no such user' }, alerter],
    ['the recipient has moved', { rcpt: '551 5.1.6 try <c@example.com>' }, alerter],
    ['the sender may not send', { mail: '553 5.7.1 sender rejected' }, alerter],
    ['authentication is required', { mail: '530 5.7.0 authentication required' }, alerter],
    ['TLS is required', { mail: '530 5.7.0 must issue a STARTTLS command first' }, alerter],
    ['another protocol', { greeting: '* OK IMAP4rev1 ready' }, again],
    ['SSH', { greeting: 'SSH-2.0-OpenSSH_9.2' }, again],
    ['nothing but the end', { greeting: { then: 'close' } }, again],
  ])('%s', async (_what, script, expected) => {
    const outcome = await send(script);
    expect(outcome).toMatchObject(expected);
    if (!('cause' in expected)) expect(outcome).not.toHaveProperty('cause');
  });

  it('that takes one recipient, and ends the connection at the next, is no delivery', async () => {
    const outcome = await send(
      { rcpt: (line) => (line.includes('c@') ? { say: '421 4.7.0 too many recipients', then: 'close' } : '250 ok') },
      { to: 'a@example.com, c@example.com, d@example.com' },
    );
    expect(outcome).toMatchObject(again);
    expect(outcome).not.toHaveProperty('reached');
    expect(server.mails).toEqual([]);
  });

  it('that takes some recipients: 452 for the rest is tried again, 550 is not', async () => {
    const to = Array.from({ length: 5 }, (_, n) => `r${n}@example.com`).join(', ');
    const many = perRecipient({ 'r3@example.com': '452 4.5.3 too many', 'r4@example.com': '550 5.1.1 unknown' });
    expect(await send(many, { to })).toMatchObject({
      outcome: 'retryable',
      reached: ['r0@example.com', 'r1@example.com', 'r2@example.com'],
      answer: expect.stringMatching(/r3@example\.com: 452.*r4@example\.com: 550/),
    });
  });

  it('that refuses all recipients, one for now and one for good, is tried again', async () => {
    const all = perRecipient({ 'a@example.com': '450 4.2.0 greylisted', 'c@example.com': '550 5.1.1 unknown' });
    const outcome = await send(all, { to: 'a@example.com, c@example.com' });
    expect(outcome).toMatchObject({ outcome: 'retryable' });
    expect(outcome).not.toHaveProperty('cause');
  });
});

describe('STARTTLS', () => {
  const offered = '250-here\r\n250-AUTH PLAIN\r\n250 STARTTLS';
  // Nobody answers the begin of TLS.
  const SOON = { timeoutMs: 300 };
  const login = { username: 'u', password: 'hunter2hunter2', 'insecure-auth': false };

  it.each<[string, SmtpScript]>([
    ['is refused for now', { ehlo: offered, starttls: '454 4.7.0 TLS not available' }],
    ['is refused', { ehlo: offered, starttls: '502 5.5.1 not implemented' }],
    ['is answered by nonsense', { ehlo: offered, starttls: '220 go\r\n250 but not TLS' }],
    ['is not offered', { ehlo: '250-here\r\n250 AUTH PLAIN' }],
  ])('that %s sends neither mail nor password if it is required', async (_what, script) => {
    expect(await send(script, { ...login, tls: 'starttls' }, SOON)).toMatchObject({ outcome: 'retryable' });
    expect(server.commands.filter((line) => /^(?:AUTH|MAIL|RCPT|DATA)/.test(line))).toEqual([]);
  });

  it('that is refused leaves an unencrypted delivery if nothing demands more', async () => {
    const refused = { ehlo: offered, starttls: '454 4.7.0 TLS not available' };
    expect(await send(refused)).toMatchObject({ outcome: 'delivered' });
  });

  it('leaves nothing of what the server said before it (RFC 3207, 6)', async () => {
    const injected = { ehlo: offered, starttls: '220 go\r\n250 injected' };
    expect(await send(injected, {}, SOON)).toMatchObject({ outcome: 'retryable' });
    expect(server.mails).toEqual([]);
  });
});

describe('what is on the wire', () => {
  it('no line is longer than 998 bytes, dots are doubled, and no line ends with LF alone', async () => {
    const message = ['.', '..', '.hidden', 'x'.repeat(5_000), '🔥'.repeat(500), 'From here', '.\r\n.', ''].join('\n');
    const alert = sampleAlarm({ message, description: `.${'y'.repeat(2_000)}` });
    expect(await send({}, {}, {}, alert)).toMatchObject({ outcome: 'delivered' });
    const [mail = Buffer.alloc(0)] = server.mails;
    const lines = mail.toString('latin1').split('\r\n');
    expect(lines.length).toBeGreaterThan(20);
    expect(lines.filter((line) => line.length > 998)).toEqual([]);
    expect(lines.filter((line) => /[\r\n]/.test(line))).toEqual([]);
    // A line that begins with a dot begins with two.
    expect(lines.filter((line) => /^\.(?!\.)/.test(line))).toEqual([]);
    // Without SMTPUTF8 and 8BITMIME.
    expect(mail.filter((byte) => byte > 127)).toHaveLength(0);
  });

  it('a hundred recipients are a hundred commands and one mail', async () => {
    const to = Array.from({ length: 100 }, (_, n) => `r${n}@example.com`).join('\n');
    expect(await send({}, { to })).toMatchObject({ outcome: 'delivered' });
    expect(server.commands.filter((line) => line.startsWith('RCPT'))).toHaveLength(100);
    expect(server.mails).toHaveLength(1);
    const lines = server.mails[0]?.toString().split('\r\n') ?? [];
    expect(lines.filter((line) => line.length > 998)).toEqual([]);
  });
});
