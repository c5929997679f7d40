import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Socket } from 'node:net';
import { unusedPort } from '@9volt/testing';
import { nrpeMonitor } from './nrpe.monitor.js';
import { ANSWER, encodePacket, packetLength } from './nrpe/packet.js';
import { nrpeIsHere, type NrpeDaemon, startNrpeDaemon } from './testing/nrpe-daemon.js';
import { describeProbeContract, faultsOf, monitorOf, runProbe, startTcpTarget, type Written } from './testing/index.js';

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
    ['speaks something else', (socket) => void socket.write('220 ready\r\n'), 'the answer of the target is not NRPE'],
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

  it('works with anonymous TLS', async () => {
    const { host, port } = daemon;
    expect(await runProbe({ type: 'nrpe', host, port, command: 'check_load' })).toMatchObject({
      status: 'warning',
      message: 'LOAD WARNING - 6.5',
      performance: [{ label: 'load1', value: 6.5, warn: '5' }],
    });
  });
});

describe('nrpe: packets of version 2 with another payload', () => {
  /** Answers with a payload of this many bytes, in pieces, and reports the length of the query. */
  const check = async (
    sent: number,
    more: Written,
    change: (answer: Buffer) => Buffer = (answer) => answer,
    end = true,
  ) => {
    let asked = 0;
    const target = await startTcpTarget({
      serve: (socket) =>
        void socket.on('data', (chunk: Buffer) => {
          asked += chunk.length;
          if (asked > chunk.length) return;
          const answer = change(encodePacket(2, ANSWER, 1, `WARNING - ${'x'.repeat(Math.min(sent, 3_000) / 2)}`, sent));
          socket.write(answer.subarray(0, 500));
          setTimeout(() => {
            socket.write(answer.subarray(500, 1_036));
            setTimeout(() => (end ? socket.end(answer.subarray(1_036)) : socket.write(answer.subarray(1_036))), 10);
          }, 10);
        }),
    });
    const { host, port } = target;
    const monitor = {
      type: 'nrpe',
      host,
      port,
      command: 'x',
      ssl: false,
      'protocol-version': '2',
      timeout: '5s',
      ...more,
    };
    const result = await runProbe(monitor);
    await target.close();
    return { result, asked };
  };

  it.each([
    [512, {}, 1_036],
    [1_023, {}, 1_036],
    [1_024, {}, 1_036],
    [2_048, {}, 1_036],
    [4_096, {}, 1_036],
    [65_536, {}, 1_036],
    [4_096, { 'payload-length': 4_096 }, 4_108],
    [1_024, { 'payload-length': 4_096 }, 4_108],
    [8_192, { 'payload-length': 4_096 }, 4_108],
    [512, { 'payload-length': 512 }, 524],
  ])('a payload of %d bytes is read with %j', async (sent, more, length) => {
    for (const end of [true, false]) {
      const { result, asked } = await check(sent, more, undefined, end);
      expect(result).toMatchObject({ status: 'warning', message: expect.stringMatching(/^WARNING - x/) });
      expect(asked).toBe(length);
    }
  });

  it.each([true, false])(
    'a damaged answer of another length is reported with both lengths (closed: %s)',
    async (end) => {
      const damage = (answer: Buffer): Buffer => (answer.write('KO', 12), answer);
      const { result } = await check(4_096, {}, damage, end);
      expect(result).toMatchObject({
        status: 'unknown',
        message: expect.stringMatching(
          /the answer is damaged: its checksum is wrong: it has a payload of 4096 bytes, and this monitor a payload-length of 1024$/,
        ),
      });
      const plain = await check(1_024, {}, damage, end);
      expect(plain.result.message).toMatch(/the answer is damaged: its checksum is wrong$/);
    },
  );

  it('is mentioned if the target closes the connection without an answer', async () => {
    const target = await startTcpTarget({ serve: (socket) => void socket.on('data', () => socket.end()) });
    const { host, port } = target;
    const monitor = { type: 'nrpe', host, port, command: 'x', ssl: false, 'protocol-version': '2' };
    expect((await runProbe(monitor)).message).toMatch(
      /or not speak version 2, or expect another payload-length than 1024$/,
    );
    await target.close();
  });
});

it('nrpe: writes the arguments as the daemon splits them', async () => {
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
    [{ args: ['x'.repeat(1_020)], 'protocol-version': '2', 'payload-length': 2_048 }, []],
    [
      { 'payload-length': 2_048 },
      [expect.stringMatching(/^payload-length: .* expected none without protocol-version 2/)],
    ],
    [
      { 'payload-length': 70_000, 'protocol-version': '2' },
      [expect.stringMatching(/^payload-length: .* from 64 to 65536/)],
    ],
    [{ 'tls-client-cert': 'x' }, [expect.stringMatching(/^tls-client-key: expected/)]],
  ])('%j', (more, faults) => {
    expect(faultsOf({ ...at, ...more })).toEqual(faults);
  });

  it('writes its target as its query', () => {
    const { settings } = monitorOf({ ...at, host: '::1', args: ['5', ''] });
    expect(nrpeMonitor.target(settings)).toBe('nrpe://[::1]:5666/check_load!5!');
  });
});
