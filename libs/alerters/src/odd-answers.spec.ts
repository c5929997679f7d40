import { createServer, type AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import type { AlerterDefinition, DeliveryOutcome } from './define-alerter.js';
import { alerterTypes } from './registry.js';
import { renderAlert } from './render-alert.js';
import { deliveryContext } from './testing/alerter-contract.js';
import { sampleAlarm } from './testing/sample-alerts.js';

type Options = Record<string, unknown>;

/** In the order of the columns below. */
const CHANNELS: readonly [type: string, optionsAt: (url: string) => Options][] = [
  ['slack', (url) => ({ 'webhook-url': url })],
  ['slack', (url) => ({ 'api-url': url, token: 'xoxb-0', channel: '#alerts' })],
  ['pagerduty', (url) => ({ 'api-url': url, token: 'a'.repeat(32) })],
  ['telegram', (url) => ({ 'api-url': url, token: '1:abc', 'chat-id': '-100' })],
  ['discord', (url) => ({ 'webhook-url': url })],
  ['teams', (url) => ({ 'webhook-url': url })],
  ['alertmanager', (url) => ({ url })],
  ['http', (url) => ({ url })],
];

/** D: delivered; d: delivered, with a notice; R: tried again; A: kept until somebody corrects the alerter; U: sent, not confirmed; X: rejected. */
function letterOf(outcome: DeliveryOutcome): string {
  switch (outcome.outcome) {
    case 'delivered':
      return outcome.notice === undefined ? 'D' : 'd';
    case 'rejected':
      return 'X';
    case 'retryable':
      return outcome.cause === 'alerter' ? 'A' : outcome.cause === 'unclear' ? 'U' : 'R';
  }
}

/** What a channel makes of an answer, given as bytes. */
async function outcomeOf(type: string, optionsAt: (url: string) => Options, answer: Buffer): Promise<DeliveryOutcome> {
  const server = createServer((socket) => {
    let request = '';
    socket
      .on('error', () => undefined)
      .on('data', (chunk) => {
        request += chunk.toString('latin1');
        const [head = '', body] = request.split('\r\n\r\n');
        const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
        if (body !== undefined && body.length >= length) socket.end(answer);
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { send } = alerterTypes.get(type) as AlerterDefinition;
  const outcome = await send(optionsAt(`http://127.0.0.1:${port}`), renderAlert(sampleAlarm()), deliveryContext());
  await new Promise((resolve) => server.close(resolve));
  return outcome;
}

function framed(status: string, body: string | Buffer = '', headers = ''): Buffer {
  const bytes = Buffer.from(body);
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status}\r\n${headers}Content-Length: ${bytes.length}\r\n\r\n`), bytes]);
}

const LONG = 'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n';
const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';

describe('what each channel makes of an odd answer', () => {
  // Slack's webhook and API, PagerDuty, Telegram, Discord, Teams, Alertmanager, http
  it.each<[string, string | Buffer, string]>([
    ['a page', framed('200 OK', '<html>Please log in</html>'), 'AAAAAAAD'],
    ['nothing, with 200', framed('200 OK'), 'AAAAADDD'],
    ['nothing, with 202', framed('202 Accepted'), 'AADAADDD'],
    ['nothing, with 204', 'HTTP/1.1 204 No Content\r\n\r\n', 'AAAADDDD'],
    ['{}', framed('200 OK', '{}'), 'AAAAADDD'],
    ['{}, with 201', framed('201 Created', '{}'), 'AAAAADDD'],
    ['null', framed('200 OK', 'null'), 'AAAAAAAD'],
    ['[]', framed('200 OK', '[]'), 'AAAAAAAD'],
    ['"ok"', framed('200 OK', '"ok"'), 'DAAAAAAD'],
    ['ok: true', framed('200 OK', '{"ok":true}'), 'DDADADDD'],
    ['ok: true, after a byte order mark', framed('200 OK', '\ufeff{"ok":true}'), 'DDADADDD'],
    ['ok: true, with 201', framed('201 Created', '{"ok":true}'), 'ADADADDD'],
    ['ok: true, compressed', framed('200 OK', gzipSync('{"ok":true}'), 'Content-Encoding: gzip\r\n'), 'DDADADDD'],
    ['what is not compressed', framed('200 OK', '{"ok":true}', 'Content-Encoding: gzip\r\n'), 'DDADADDD'],
    ['ok: "true"', framed('200 OK', '{"ok":"true"}'), 'AAAAADDD'],
    ['ok: false', framed('200 OK', '{"ok":false,"error":"internal_error"}'), 'ARAAADDD'],
    ['an early hint', `HTTP/1.1 103 Early Hints\r\n\r\n${String(framed('200 OK', '{"ok":true}'))}`, 'DDADADDD'],
    // The status came. The rest is lost, and would be lost again each time.
    ['a body that breaks off', `${LONG}{"ok":tr`, 'dddddddD'],
    ['a head alone', LONG, 'dddddDDD'],
    ['a status line alone', 'HTTP/1.1 200 OK\r\n', 'dddddDDD'],
    ['a chunk that is none', `${CHUNKED}zz\r\n{"ok":true}\r\n0\r\n\r\n`, 'dddddDDD'],
    ['a chunk that breaks off', `${CHUNKED}b\r\n{"ok":tr`, 'dddddddD'],
    ['a page that breaks off', `${LONG}<html>Please log in`, 'AAAAAAAD'],
    ['a refusal that breaks off', 'HTTP/1.1 500 No\r\nContent-Length: 500\r\n\r\nfat', 'RRRRRRRR'],
    ['half a status line', 'HTTP/1.1 20', 'UUUUUUUU'],
    ['no answer', '', 'UUUUUUUU'],
    ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n', 'UUUUUUUU'],
    ['status 000', framed('000 No'), 'UUUUUUUU'],
    ['status 600', framed('600 No'), 'RRRRRRRR'],
    ['a redirect', framed('301 Moved', '', 'Location: https://example.com/?token=x\r\n'), 'AAAAAAAA'],
    ['a redirect to nowhere', framed('302 Found'), 'AAAAAAAA'],
    ['304', framed('304 Not Modified'), 'AAAAAAAA'],
    ['400', framed('400 Bad Request', '{"message":"x"}'), 'XXXXXXXX'],
    ['401', framed('401 Unauthorized'), 'AAAAAAAA'],
    ['403 of a firewall', framed('403 Forbidden', '<html>Blocked</html>'), 'AAAAAAAA'],
    ['404', framed('404 Not Found'), 'AAAAAAAA'],
    ['407', framed('407 Proxy Authentication Required'), 'AAAAAAAA'],
    ['408', framed('408 Request Timeout'), 'RRRRRRRR'],
    ['410', framed('410 Gone'), 'AAAAAAAA'],
    ['413', framed('413 Content Too Large'), 'XXXXXXXX'],
    ['425', framed('425 Too Early'), 'RRRRRRRR'],
    ['511 of a portal', framed('511 Network Authentication Required', '<html>'), 'RRRRRRRR'],
    ['520', framed('520 Unknown', '<html>'), 'RRRRRRRR'],
  ])('%s', async (_what, bytes, expected) => {
    const answers = CHANNELS.map(([type, optionsAt]) => outcomeOf(type, optionsAt, Buffer.from(bytes)));
    expect((await Promise.all(answers)).map(letterOf).join('')).toBe(expected);
  });

  it.each<[string, Buffer, number | undefined]>([
    ['nothing', framed('429 Too Many'), undefined],
    ['7', framed('429 Too Many', '', 'Retry-After: 7\r\n'), 7_000],
    ['0', framed('429 Too Many', '', 'Retry-After: 0\r\n'), 0],
    ['less than 0', framed('429 Too Many', '', 'Retry-After: -5\r\n'), undefined],
    ['3,000 years', framed('429 Too Many', '', 'Retry-After: 99999999999\r\n'), 3_600_000],
    ['a word', framed('429 Too Many', '', 'Retry-After: soon\r\n'), undefined],
    ['7, with 503', framed('503 Unavailable', '', 'Retry-After: 7\r\n'), 7_000],
    ['a word beside a body', framed('429 Too Many', '{"retry_after":"3"}', 'Retry-After: x\r\n'), undefined],
  ])('how long to wait: %s', async (_what, bytes, waitMs) => {
    const answers = await Promise.all(CHANNELS.map(([type, optionsAt]) => outcomeOf(type, optionsAt, bytes)));
    expect(answers.map((one) => (one.outcome === 'retryable' ? one.retryAfterMs : one))).toEqual(
      CHANNELS.map(() => waitMs),
    );
  });
});
