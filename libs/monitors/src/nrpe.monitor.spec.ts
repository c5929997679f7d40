import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Socket } from 'node:net';
import { nrpeMonitor } from './nrpe.monitor.js';
import { ANSWER, encodePacket, packetLength } from './nrpe/packet.js';
import { nrpeIsHere, type NrpeDaemon, startNrpeDaemon } from './testing/nrpe-daemon.js';
import { describeProbeContract, faultsOf, monitorOf, runProbe, startTcpTarget, unusedPort } from './testing/index.js';

/** Answers every query of version 4 with an exit code and a text, in two pieces. */
const answering = (exitCode: number, text: string) => (socket: Socket) => {
  let query = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    query = Buffer.concat([query, chunk]);
    if (query.length !== packetLength(query)) return;
    const answer = encodePacket(4, ANSWER, exitCode, text);
    socket.write(answer.subarray(0, 7));
    setTimeout(() => socket.end(answer.subarray(7)), 10);
  });
};

describeProbeContract(nrpeMonitor, async () => {
  const [good, bad, silent] = [
    await startTcpTarget({ serve: answering(0, '') }),
    await startTcpTarget({ serve: answering(2, 'DISK CRITICAL - 1 MB left|/=1MB') }),
    await startTcpTarget(),
  ];
  silent.mode = 'hang';
  const at = (port: number) => ({ host: '127.0.0.1', port, command: 'check_disk', ssl: false });
  return {
    healthy: at(good.port),
    failing: at(bad.port),
    refused: at(await unusedPort()),
    hanging: at(silent.port),
    close: async () => void (await Promise.all([good, bad, silent].map((target) => target.close()))),
  };
});

describe('nrpe: a target that misbehaves', () => {
  it.each<[string, (socket: Socket) => void, string]>([
    ['closes', (socket) => void socket.end(), 'the target closed the connection without an answer: it may not permit'],
    ['speaks something else', (socket) => void socket.write('220 ready\r\n'), 'what the target sends is not NRPE'],
    ['breaks off', (socket) => void socket.end(encodePacket(4, ANSWER, 0, 'OK').subarray(0, 17)), 'after 17 bytes'],
    [
      'damages its answer',
      (socket) => {
        const answer = encodePacket(4, ANSWER, 0, 'OK');
        answer.write('KO', 16);
        socket.write(answer);
      },
      'the answer is damaged',
    ],
  ])('and %s', async (_what, serve, reason) => {
    const target = await startTcpTarget({ serve });
    const { host, port } = target;
    const result = await runProbe({ type: 'nrpe', host, port, command: 'x', ssl: false });
    await target.close();
    expect(result).toMatchObject({
      status: 'unknown',
      message: expect.stringMatching(`^Unable to run 'x' by NRPE on 127.0.0.1:${port}: .*${reason}`),
    });
  });
});

(nrpeIsHere ? describe : describe.skip)('nrpe: a daemon of Debian', () => {
  let daemon: NrpeDaemon;
  beforeAll(async () => {
    daemon = await startNrpeDaemon({
      commands: { check_load: 'echo "LOAD WARNING - 6.5|load1=6.5;5"; exit 1' },
    });
  });
  afterAll(() => daemon.close());

  it('is asked by anonymous TLS', async () => {
    const { host, port } = daemon;
    expect(await runProbe({ type: 'nrpe', host, port, command: 'check_load' })).toMatchObject({
      status: 'warning',
      message: 'LOAD WARNING - 6.5',
      performance: [{ label: 'load1', value: 6.5, warn: '5' }],
    });
  });
});

it('nrpe: tells the arguments as the daemon takes them apart', async () => {
  let query = '';
  const target = await startTcpTarget({
    serve: (socket) =>
      void socket.on('data', (chunk: Buffer) => {
        query = chunk.subarray(16, chunk.indexOf(0, 16)).toString();
        socket.end(encodePacket(4, ANSWER, 0, 'OK'));
      }),
  });
  const { host, port } = target;
  const args = ['5,4', '', 'größer'];
  expect(await runProbe({ type: 'nrpe', host, port, command: 'check_x', args, ssl: false })).toMatchObject({
    message: 'OK',
  });
  await target.close();
  expect(query).toBe('check_x!5,4!!größer');
});

describe('nrpe: settings', () => {
  const at = { type: 'nrpe', host: 'db.example.com', command: 'check_load' };
  it.each([
    [{}, []],
    [{ command: 'a!b' }, [expect.stringMatching(/^command: "a!b" is not valid; expected a text without "!"/)]],
    [{ args: ['ok', 'a!b'] }, [expect.stringMatching(/^1: "a!b" is not valid/)]],
    [{ args: ['x'.repeat(1_020)] }, []],
    [
      { args: ['x'.repeat(1_020)], 'protocol-version': '2' },
      [expect.stringMatching(/^command: .* expected with its arguments at most 1023 bytes/)],
    ],
    [{ 'tls-client-cert': 'x' }, [expect.stringMatching(/^tls-client-key: expected/)]],
  ])('%j', (more, faults) => {
    expect(faultsOf({ ...at, ...more })).toEqual(faults);
  });

  it('tells its target by its query', () => {
    const { settings } = monitorOf({ ...at, host: '::1', args: ['5', ''] });
    expect(nrpeMonitor.target(settings)).toBe('nrpe://[::1]:5666/check_load!5!');
  });
});
