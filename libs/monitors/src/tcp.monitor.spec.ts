import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Socket } from 'node:net';
import { makeCertificate, unusedPort } from '@9volt/testing';
import { tcpMonitor } from './tcp.monitor.js';
import {
  describeProbeContract,
  faultsOf,
  monitorOf,
  runProbe,
  startTcpTarget,
  type TcpTarget,
  type Written,
} from './testing/index.js';

describeProbeContract(tcpMonitor, async () => {
  const healthy = await startTcpTarget();
  const failing = await startTcpTarget();
  failing.mode = 'fail';
  const hanging = await startTcpTarget();
  hanging.mode = 'hang';
  const at = ({ host, port }: TcpTarget): Written => ({ host, port, expect: '220' });
  return {
    healthy: at(healthy),
    failing: at(failing),
    refused: { host: '127.0.0.1', port: await unusedPort() },
    hanging: at(hanging),
    close: async () => void (await Promise.all([healthy, failing, hanging].map((target) => target.close()))),
  };
});

/** One check of a server that treats each connection as given. */
async function against(serve: (socket: Socket) => void, more: Written) {
  const target = await startTcpTarget({ serve });
  try {
    return await runProbe({ type: 'tcp', host: target.host, port: target.port, ...more });
  } finally {
    await target.close();
  }
}

describe('tcp: what is read', () => {
  it('needs no data if nothing is expected', async () => {
    expect(await against(() => undefined, {})).toMatchObject({ status: 'ok' });
  });

  it('sends the text as written, and reads its answer', async () => {
    const echo = (socket: Socket) =>
      void socket.on('data', (chunk) => socket.write(`got ${JSON.stringify(chunk.toString())}`));
    expect(await against(echo, { send: 'PING\r\n', expect: 'got "PING\\r\\n"' })).toMatchObject({ status: 'ok' });
  });

  it('finds a text that comes in pieces', async () => {
    const slowly = (socket: Socket) => {
      socket.setNoDelay(true).write('220 re');
      setTimeout(() => socket.write('ady'), 50);
    };
    expect(await against(slowly, { expect: '220 ready' })).toMatchObject({ status: 'ok' });
  });

  it.each([
    [
      'the peer closes',
      (socket: Socket) => void socket.end('5\u001b[3'),
      'Received data does not contain expected substring (Recv: [5\\u001b[3] Expected: [220])',
    ],
    [
      'read-size is reached',
      (socket: Socket) => void socket.write('0123456789'),
      'Received data does not contain expected substring (Recv: [01234] Expected: [220])',
    ],
    [
      'nothing more comes',
      (socket: Socket) => void socket.write('500'),
      'Read timeout (after 200ms): expected substring not found in 3 bytes received',
    ],
    ['the peer resets', (socket: Socket) => void socket.resetAndDestroy(), expect.stringMatching(/^Unable to .*reset/)],
  ])('reports when %s', async (_, serve, message) => {
    const result = await against(serve, { expect: '220', 'read-size': 5, 'read-timeout': '200ms' });
    expect(result).toMatchObject({ status: 'critical', message });
  });

  it.each([
    ['the limit', '0123456789', { expected: '220 in the first 5 bytes (read-size)', found: '01234' }],
    ['the end of the connection', '500', { expected: '220', found: '500, then the target closed the connection' }],
    [
      'a connection that is closed at once',
      '',
      { expected: '220', found: 'no data, then the target closed the connection' },
    ],
  ])('reports the cause: %s', async (_, data, told) => {
    const result = await against((socket) => void socket.end(data), { expect: '220', 'read-size': 5 });
    expect(result).toMatchObject({ status: 'critical', ...told });
  });

  it('reads no more than read-size from an endless peer', async () => {
    const endless = (socket: Socket) => {
      const more = (error?: Error | null) => void (error || socket.write('x'.repeat(65_536), more));
      more();
    };
    const result = await against(endless, { expect: '220', 'read-size': 100_000, 'read-timeout': '5s' });
    expect(result.message).toMatch(/^Received data does not contain/);
    expect(result.message.length).toBeLessThanOrEqual(1_024);
  });

  it('reports a peer that takes no data', async () => {
    const result = await against((socket) => void socket.pause().removeAllListeners('data'), {
      send: 'x'.repeat(65_536 - 1),
      'write-timeout': '200ms',
    });
    // The system may buffer all of it, which counts as taken.
    if (result.status !== 'ok') expect(result.message).toMatch(/^Write timeout \(after 200ms\): /);
  });
});

describe('tcp: connecting', () => {
  it('reports why it failed', async () => {
    const port = await unusedPort();
    expect(await runProbe({ type: 'tcp', host: '127.0.0.1', port })).toMatchObject({
      status: 'critical',
      message: `Unable to open connection to 127.0.0.1:${port}: connection refused (ECONNREFUSED 127.0.0.1:${port})`,
      expected: 'an open connection',
    });
  });

  it('speaks IPv6, with or without brackets', async () => {
    const target = await startTcpTarget({ host: '::1' });
    try {
      for (const host of ['::1', '[::1]']) {
        expect(await runProbe({ type: 'tcp', host, port: target.port, expect: '220' })).toMatchObject({ status: 'ok' });
      }
      const { settings } = monitorOf({ type: 'tcp', host: '::1', port: 25 });
      expect(tcpMonitor.target(settings)).toBe('tcp://[::1]:25');
    } finally {
      await target.close();
    }
  });

  it('closes its connection (the original never did)', async () => {
    const target = await startTcpTarget();
    try {
      for (let run = 0; run < 5; run += 1) {
        await runProbe({ type: 'tcp', host: target.host, port: target.port, expect: '220' });
      }
      const open = async (): Promise<number> => (
        await new Promise((resolve) => setTimeout(resolve, 20)),
        target.sockets.size
      );
      let left = target.sockets.size;
      for (let tries = 0; left > 0 && tries < 100; tries += 1) left = await open();
      expect(left).toBe(0);
    } finally {
      await target.close();
    }
  });
});

describe('tcp: TLS', () => {
  let target: TcpTarget;
  beforeAll(async () => {
    target = await startTcpTarget({ tls: makeCertificate() });
  });
  afterAll(() => target.close());

  it('refuses a certificate that cannot be verified', async () => {
    const result = await runProbe({ type: 'tcp', host: target.host, port: target.port, ssl: true });
    expect(result).toMatchObject({ status: 'critical', message: expect.stringMatching(/self-signed certificate/) });
  });

  it('accepts it if told to, and reports its facts and the phases', async () => {
    const monitor = {
      type: 'tcp',
      host: target.host,
      port: target.port,
      ssl: true,
      'tls-skip-verify': true,
      expect: '220',
    };
    const result = await runProbe(monitor);
    expect(result).toMatchObject({
      status: 'ok',
      certificate: { subject: 'O=9volt test, CN=localhost', daysLeft: 29 },
      phases: { connect: expect.any(Number), tls: expect.any(Number), transfer: expect.any(Number) },
    });
  });

  it('reports a peer that does not speak TLS', async () => {
    const plain = await startTcpTarget();
    try {
      const result = await runProbe({ type: 'tcp', host: plain.host, port: plain.port, ssl: true, timeout: '1s' });
      expect(result).toMatchObject({
        status: 'critical',
        message: expect.stringMatching(/^Unable to open connection/),
      });
    } finally {
      await plain.close();
    }
  });
});

describe('tcp: settings', () => {
  const tcp = { type: 'tcp', host: 'h', port: 1, interval: '5s' };

  it.each([
    [{ timeout: '5s' }, ['timeout: "5s" is not below the interval; expected less than 5s']],
    [{ 'read-timeout': '6s' }, ['read-timeout: "6s" is not below the interval; expected less than 5s']],
    [{ 'write-timeout': '7s' }, ['write-timeout: "7s" is not below the interval; expected less than 5s']],
    [
      { timeout: '2s', 'read-timeout': '2s', 'write-timeout': '1s' },
      [
        'timeout + write-timeout + read-timeout: 5s is not below the interval; expected together less than the interval, 5s',
      ],
    ],
    [{ timeout: '2s', 'read-timeout': '2s' }, []],
    [{ port: undefined }, ['port: is required; expected a whole number from 1 to 65535']],
    [{ port: 0 }, ['port: 0 is not valid; expected a whole number from 1 to 65535']],
    [{ host: 'tcp://h' }, [expect.stringMatching(/^host: .* expected a host name or an IP address/)]],
    [{ host: 'h:25' }, [expect.stringMatching(/^host: /)]],
    [{ host: '2001:db8::1' }, []],
  ])('%j', (more, faults) => {
    const { port, ...rest } = { ...tcp, ...more };
    expect(faultsOf(port === undefined ? rest : { port, ...rest })).toEqual(faults);
  });
});
