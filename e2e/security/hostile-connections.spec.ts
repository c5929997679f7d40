import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { Cluster, type NodeProcess, waitFor } from '../harness/index.js';
import { residentBytes } from './resident-bytes.js';
import { tcpSockets } from './tcp-sockets.js';
import { Watch } from './watch.js';

interface Pair {
  inAll: number;
  perAddress: number;
}

/** As the chart deploys the API. */
const { api } = parse(
  readFileSync(fileURLToPath(new URL('../../helm/ninevolt/values.yaml', import.meta.url)), 'utf8'),
) as {
  api: { resources: { limits: { memory: string } }; connections: Pair; streams: Pair };
};
const LIMIT_BYTES = Number(/^(\d+)Mi$/.exec(api.resources.limits.memory)?.[1]) * 1_048_576;
const AS_DEPLOYED = {
  NODE_OPTIONS: '--max-semi-space-size=4',
  NINEV_MAX_CONNECTIONS: String(api.connections.inAll),
  NINEV_MAX_CONNECTIONS_PER_ADDRESS: String(api.connections.perAddress),
  NINEV_MAX_STREAMS: String(api.streams.inAll),
  NINEV_MAX_STREAMS_PER_ADDRESS: String(api.streams.perAddress),
};
const MONITORS = 2_000;
const HOSTILE = 1_000;
const ATTACKER = '127.0.0.2';
const ATTACK_MS = 8_000;

const head = (line: string, ...headers: string[]): string =>
  `${[`${line} HTTP/1.1`, 'Host: 127.0.0.1', ...headers].join('\r\n')}\r\n\r\n`;
const JSON_TYPE = 'Content-Type: application/json';

/** The bytes of a connection; none of them reads anything. */
const ATTACKS: readonly string[] = [
  '',
  'GET /api/v1/state HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ',
  `${head('POST /api/v1/monitor', JSON_TYPE, 'Content-Length: 4194304')}{"a":"${'x'.repeat(4_000_000)}`,
  `${head('PUT /api/v1/monitor/x', JSON_TYPE, 'Transfer-Encoding: chunked')}${'1\r\n[\r\n'.repeat(50_000)}`,
  head('GET /api/v1/stream', 'Last-Event-ID: 1.1'),
  head('GET /api/v1/state'),
  head('GET /openapi.json').repeat(10),
  head('POST /api/v1/push/no-token-of-any-job', JSON_TYPE, 'Content-Length: 4194304') + 'x'.repeat(1_000_000),
];

describe('an API as the chart deploys it, under 1,000 hostile connections', () => {
  let cluster: Cluster;
  let node: NodeProcess;
  const sockets: Socket[] = [];

  beforeAll(async () => {
    cluster = await Cluster.start();
    node = await cluster.node('api', { env: AS_DEPLOYED });
    const value = JSON.stringify({ type: 'tcp', host: '127.0.0.1', port: 1, interval: '1h' });
    for (let from = 0; from < MONITORS; from += 100) {
      const puts = Array.from({ length: 100 }, (_, n) => ({ put: cluster.keys.monitor(`m${from + n}`), value }));
      await cluster.client.txn({ compare: [], then: puts });
    }
    const total = async (): Promise<string | null> =>
      (await fetch(`${node.url}/api/v1/monitor?limit=1`)).headers.get('x-total-count');
    await waitFor(async () => (await total()) === String(MONITORS), { timeoutMs: 30_000 });
  });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    await cluster.stop();
  });

  it('stays within its memory limit, answers others, and releases everything', async () => {
    const { hostname, port } = new URL(node.url);
    for (let n = 0; n < HOSTILE; n++) {
      const socket = connect({ host: hostname, port: Number(port), localAddress: ATTACKER });
      socket.pause();
      socket.on('error', () => undefined);
      socket.write(ATTACKS[n % ATTACKS.length] as string);
      sockets.push(socket);
    }
    let mostBytes = 0;
    const watch = new Watch(node.url);
    const until = performance.now() + ATTACK_MS;
    while (performance.now() < until) {
      mostBytes = Math.max(mostBytes, residentBytes(node.pid));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await waitFor(() => watch.longestMs > 0, { timeoutMs: 60_000 });
    const { longestMs, refused } = watch;
    await watch.stop();
    console.log(
      `${HOSTILE} hostile connections: ${Math.round(mostBytes / 1_048_576)} MiB of ${LIMIT_BYTES / 1_048_576}, an answer took at most ${Math.round(longestMs)} ms`,
    );
    expect([node.hasEnded, refused]).toEqual([false, 0]);
    expect(mostBytes).toBeLessThan(LIMIT_BYTES);
    // As the kernel counts them: a socket that nobody reads does not notice that it was closed.
    await waitFor(() => tcpSockets('server', ATTACKER, Number(port)).established <= api.connections.perAddress, {
      timeoutMs: 60_000,
      what: 'no more connections than one address may have',
    });
    for (const socket of sockets) socket.destroy();
    const fresh = await fetch(`${node.url}/api/v1/state?limit=1`);
    expect(fresh.status).toBe(200);
  });

  it('leaves nobody outside while it is busy: the kernel keeps as many connections as there may be', async () => {
    const { hostname, port } = new URL(node.url);
    const waiting: Socket[] = [];
    await node.signal('SIGSTOP');
    try {
      for (let n = 0; n < api.connections.inAll; n++) {
        const socket = connect({ host: hostname, port: Number(port), localAddress: ATTACKER });
        socket.on('error', () => undefined);
        waiting.push(socket);
      }
      // A client that is not accepted asks again after 1 s, 3 s, 7 s.
      await waitFor(() => {
        const { established, connecting } = tcpSockets('client', ATTACKER, Number(port));
        return established + connecting === waiting.length;
      });
      expect(tcpSockets('client', ATTACKER, Number(port))).toEqual({ established: waiting.length, connecting: 0 });
    } finally {
      for (const socket of waiting) socket.destroy();
      await node.signal('SIGCONT');
    }
  });
});
