import { createSocket } from 'node:dgram';
import { randomInt } from 'node:crypto';
import { connect, isIP } from 'node:net';
import { deadline, type Scope } from '@9volt/process';
import { hostAndPort } from '../net/host.js';
import type { Address } from '@9volt/contracts';
import { type AskedFor, type DnsAnswer, encodeQuery, readAnswer, textOf, TRUNCATED } from './message.js';
import { Malformed } from './wire-reader.js';

export interface DnsQuestion extends AskedFor {
  /** The bytes to send, without the id. */
  bytes: Buffer;
}

/** The destination of a question. */
export interface DnsServer {
  server: Address;
  port: number;
}

/** A question that can be asked any number of times. */
export function questionFor(name: string, type: number): DnsQuestion {
  const asked = { name, type };
  return { ...asked, text: textOf(asked), bytes: encodeQuery(0, asked) };
}

/** The target sent something that is not an answer. */
class BadAnswer extends Error {}

/**
 * Asks one server over UDP, again after `retransmitMs`, and over TCP if its answer is truncated. Waits for an answer or an error;
 * the scope sets the limit. Calls `onOther` for each message that is no answer to this question.
 */
export async function queryDns(
  question: DnsQuestion,
  to: DnsServer,
  retransmitMs: number,
  scope: Scope,
  onOther: () => void = () => undefined,
): Promise<DnsAnswer> {
  const answer = await overUdp(question, to, retransmitMs, scope, onOther);
  return answer.truncated ? overTcp(question, to, scope) : answer;
}

function overUdp(
  question: DnsQuestion,
  to: DnsServer,
  retransmitMs: number,
  scope: Scope,
  onOther: () => void,
): Promise<DnsAnswer> {
  const { id, message } = withId(question);
  const { address, family } = to.server;
  const socket = createSocket({ type: family === 4 ? 'udp4' : 'udp6', lookup: asItIs });
  let cancel = (): void => undefined;
  scope.onEnd(() => {
    cancel();
    socket.close();
  });
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('message', (datagram) => {
      try {
        // A message that does not answer this question may be forged or late: keep waiting for the answer.
        const answer = answerIn(datagram, id, question, to);
        if (answer) resolve(answer);
        else onOther();
      } catch (error) {
        reject(error);
      }
    });
    // Connected, so the system drops datagrams from others, and reports a port on which nobody listens.
    socket.connect(to.port, address, (error?: Error) => {
      if (error) return reject(error);
      socket.send(message);
      cancel = deadline(retransmitMs, () => socket.send(message));
    });
  });
}

/** Node looks up the addresses of a socket, its own too; but they are addresses. */
function asItIs(
  address: string,
  _options: unknown,
  done: (error: NodeJS.ErrnoException | null, address: string, family: number) => void,
): void {
  done(null, address, isIP(address));
}

function withId({ bytes }: DnsQuestion): { id: number; message: Buffer } {
  const id = randomInt(65_536);
  const message = Buffer.from(bytes);
  message.writeUInt16BE(id);
  return { id, message };
}

function overTcp(question: DnsQuestion, to: DnsServer, scope: Scope): Promise<DnsAnswer> {
  const { id, message } = withId(question);
  const socket = connect({ host: to.server.address, port: to.port, noDelay: true });
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
        const whole = readsAsWhole(received.subarray(2, 2 + received.readUInt16BE()));
        const answer = answerIn(whole, id, question, to);
        if (answer) resolve(answer);
        else reject(new BadAnswer('the answer over TCP is to another question'));
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** Over TCP nothing more can be had: as for dig, what came counts. */
function readsAsWhole(message: Buffer): Buffer {
  const whole = Buffer.from(message);
  if (whole.length > 2) whole[2] = (whole[2] as number) & ~(TRUNCATED >> 8);
  return whole;
}

function howFar(received: Buffer): string {
  if (received.length < 2) return 'before an answer';
  return `after ${received.length - 2} of the ${received.readUInt16BE()} bytes of its answer`;
}

function answerIn(message: Buffer, id: number, question: DnsQuestion, to: DnsServer): DnsAnswer | undefined {
  try {
    return readAnswer(message, id, question);
  } catch (cause) {
    if (!(cause instanceof Malformed)) throw cause;
    throw new BadAnswer(`malformed answer from ${hostAndPort(to.server.address, to.port)}: ${cause.message}`, {
      cause,
    });
  }
}
