import { createSocket } from 'node:dgram';
import { randomInt } from 'node:crypto';
import { connect } from 'node:net';
import type { Scope } from '@9volt/process';
import { hostAndPort } from '../net/host.js';
import type { Address } from '@9volt/contracts';
import { type AskedFor, type DnsAnswer, encodeQuery, readAnswer } from './message.js';
import { Malformed } from './wire-reader.js';

export interface DnsQuestion extends AskedFor {
  server: Address;
  port: number;
}

/** The target sent something that is no answer. */
class BadAnswer extends Error {}

/**
 * Asks one server over UDP, once more after `retransmitMs`, and over TCP when its answer says that it was truncated. It waits
 * until an answer came, or an error; the scope sets the limit.
 */
export async function queryDns(question: DnsQuestion, retransmitMs: number, scope: Scope): Promise<DnsAnswer> {
  const answer = await overUdp(question, retransmitMs, scope);
  return answer.truncated ? overTcp(question, scope) : answer;
}

function overUdp(question: DnsQuestion, retransmitMs: number, scope: Scope): Promise<DnsAnswer> {
  const id = randomInt(65_536);
  const message = encodeQuery(id, question);
  const socket = createSocket(question.server.family === 4 ? 'udp4' : 'udp6');
  let retransmission: NodeJS.Timeout | undefined;
  scope.onEnd(() => {
    clearTimeout(retransmission);
    socket.close();
  });
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('message', (datagram) => {
      try {
        // What does not answer this question may be forged or late: the answer is still to come.
        const answer = answerIn(datagram, id, question);
        if (answer) resolve(answer);
      } catch (error) {
        reject(error);
      }
    });
    // Connected, so that the system drops what others send, and reports a port on which nobody listens.
    socket.connect(question.port, question.server.address, (error?: Error) => {
      if (error) return reject(error);
      socket.send(message);
      retransmission = setTimeout(() => socket.send(message), retransmitMs);
    });
  });
}

function overTcp(question: DnsQuestion, scope: Scope): Promise<DnsAnswer> {
  const id = randomInt(65_536);
  const message = encodeQuery(id, question);
  const socket = connect({ host: question.server.address, port: question.port, noDelay: true });
  scope.onEnd(() => void socket.destroy());
  return new Promise((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0);
    socket.on('error', reject);
    socket.once('end', () => reject(new BadAnswer(`the server closed the TCP connection ${howFar(received)}`)));
    socket.once('connect', () => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(message.length);
      socket.write(Buffer.concat([length, message]));
    });
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE()) return;
      socket.pause().removeAllListeners('data');
      try {
        const answer = answerIn(received.subarray(2, 2 + received.readUInt16BE()), id, question);
        if (answer) resolve(answer);
        else reject(new BadAnswer('the answer over TCP is to another question'));
      } catch (error) {
        reject(error);
      }
    });
  });
}

function howFar(received: Buffer): string {
  if (received.length < 2) return 'before an answer';
  return `after ${received.length - 2} of the ${received.readUInt16BE()} bytes of its answer`;
}

function answerIn(message: Buffer, id: number, question: DnsQuestion): DnsAnswer | undefined {
  try {
    return readAnswer(message, id, question);
  } catch (cause) {
    if (!(cause instanceof Malformed)) throw cause;
    throw new BadAnswer(
      `malformed answer from ${hostAndPort(question.server.address, question.port)}: ${cause.message}`,
      { cause },
    );
  }
}
