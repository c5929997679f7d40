import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import { judge, sendRequest } from './send-request.js';

const NOW = Date.parse('2026-06-01T12:00:00Z');
const WRITTEN = { 'X-Prometheus-Remote-Write-Samples-Written': '1' };

it.each<[number, Record<string, string>, 1 | 2, object]>([
  [204, {}, 1, { outcome: 'stored' }],
  [200, WRITTEN, 2, { outcome: 'stored' }],
  // A receiver of version 1 that did not look at the content type.
  [204, {}, 2, { outcome: 'unsupported' }],
  [415, {}, 2, { outcome: 'unsupported' }],
  [415, {}, 1, { outcome: 'rejected', reason: '415 why' }],
  [400, {}, 1, { outcome: 'rejected', reason: '400 why' }],
  [301, {}, 1, { outcome: 'rejected', reason: '301 why' }],
  [401, {}, 1, { outcome: 'rejected', reason: '401 why' }],
  [429, {}, 1, { outcome: 'retry', reason: '429 why' }],
  [429, { 'Retry-After': '7' }, 1, { outcome: 'retry', reason: '429 why', afterMs: 7_000 }],
  [503, { 'Retry-After': 'Mon, 01 Jun 2026 12:00:09 GMT' }, 2, { outcome: 'retry', reason: '503 why', afterMs: 9_000 }],
  [503, { 'Retry-After': 'Mon, 01 Jun 2026 11:00:00 GMT' }, 2, { outcome: 'retry', reason: '503 why', afterMs: 0 }],
  [500, { 'Retry-After': 'soon' }, 2, { outcome: 'retry', reason: '500 why' }],
])('an answer %i %j to version %i means %j', (status, headers, version, expected) => {
  expect(judge(status, new Headers(headers), version, 'why', NOW)).toEqual(expected);
});

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/write`;
}

it('sends the headers of the protocol and those of the operator, and nobody replaces the former', async () => {
  let seen: object = {};
  const server = createServer((request, response) => {
    seen = { method: request.method, ...request.headers };
    request.resume();
    response.writeHead(204).end();
  });
  try {
    const url = await listening(server);
    const headers = { Authorization: 'Bearer t', 'X-Scope-OrgID': 'shop', 'Content-Encoding': 'gzip' };
    const told = await sendRequest({ url, headers }, 1, Buffer.from('x'), 1_000, new AbortController().signal);
    expect(told).toEqual({ outcome: 'stored' });
    expect(seen).toMatchObject({
      method: 'POST',
      authorization: 'Bearer t',
      'x-scope-orgid': 'shop',
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
      'x-prometheus-remote-write-version': '0.1.0',
    });
  } finally {
    server.close();
  }
});

it('gives up a receiver that never answers when the process leaves, and says why a refused one fails', async () => {
  const server = createServer(() => undefined);
  const url = await listening(server);
  try {
    const leaving = new AbortController();
    leaving.abort();
    expect(await sendRequest({ url, headers: {} }, 1, Buffer.from('x'), 50, leaving.signal)).toEqual({
      outcome: 'retry',
      reason: 'the receiver does not answer in time',
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
  expect(
    await sendRequest({ url, headers: {} }, 1, Buffer.from('x'), 1_000, new AbortController().signal),
  ).toMatchObject({
    outcome: 'retry',
    reason: expect.stringContaining('ECONNREFUSED'),
  });
});
