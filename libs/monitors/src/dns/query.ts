import { createSocket } from 'node:dgram';
import { randomInt } from 'node:crypto';
import { connect } from 'node:net';
import { decode, type DecodedPacket, encode, type RecordType, RECURSION_DESIRED } from 'dns-packet';
import { hostAndPort } from '../net/host.js';
import type { Address } from '@9volt/contracts';
import type { Scope } from '../probe/scope.js';
import type { QueryType } from './record-types.js';

export interface DnsQuestion {
  server: Address;
  port: number;
  name: string;
  type: QueryType;
}

export type DnsAnswer = DecodedPacket & { rcode: string };

/**
 * The longest answer that is read. Names in an answer may point at each other, so that a hostile one takes time that grows with
 * the square of its length: half a second at the 64 KiB that TCP allows.
 */
const MAX_ANSWER_BYTES = 16_384;

/** The target sent something that is no answer. */
export class BadAnswer extends Error {}

/**
 * Asks one server over UDP, once more after `retransmitMs`, and over TCP when its answer says that it was truncated. It waits
 * until an answer came, or an error; the scope sets the limit.
 */
export async function queryDns(question: DnsQuestion, retransmitMs: number, scope: Scope): Promise<DnsAnswer> {
  const answer = await overUdp(question, retransmitMs, scope);
  return answer.flag_tc ? overTcp(question, scope) : answer;
}

function overUdp(question: DnsQuestion, retransmitMs: number, scope: Scope): Promise<DnsAnswer> {
  const { id, message } = encodeQuestion(question);
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
        const answer = readAnswer(datagram, id, question);
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
  const { id, message } = encodeQuestion(question);
  const socket = connect({ host: question.server.address, port: question.port, noDelay: true });
  scope.onEnd(() => void socket.destroy());
  return new Promise((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0);
    socket.on('error', reject);
    socket.once('end', () => reject(new BadAnswer('the TCP connection was closed before an answer')));
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
        const answer = readAnswer(received.subarray(2, 2 + received.readUInt16BE()), id, question);
        if (answer) resolve(answer);
        else reject(new BadAnswer('the answer over TCP is to another question'));
      } catch (error) {
        reject(error);
      }
    });
  });
}

function encodeQuestion({ name, type }: DnsQuestion): { id: number; message: Buffer } {
  const id = randomInt(65_536);
  const questions = [{ name, type: type as RecordType }];
  return { id, message: encode({ type: 'query', id, flags: RECURSION_DESIRED, questions }) };
}

/** The answer to the question with this id; undefined when it is none. Throws when it is one that cannot be read. */
export function readAnswer(message: Buffer, id: number, question: DnsQuestion): DnsAnswer | undefined {
  if (message.length < 2 || message.readUInt16BE() !== id) return undefined;
  if (message.length > MAX_ANSWER_BYTES) throw new BadAnswer(`the answer is longer than ${MAX_ANSWER_BYTES} bytes`);
  let answer: DnsAnswer;
  try {
    answer = decode(message) as DnsAnswer;
  } catch (cause) {
    throw new BadAnswer(`malformed answer from ${hostAndPort(question.server.address, question.port)}`, { cause });
  }
  if (!answer.flag_qr) return undefined;
  const asked = answer.questions?.[0];
  // Some servers leave the question out of an error.
  if (!asked) return answer.rcode === 'NOERROR' ? undefined : answer;
  return asked.type === question.type && plain(asked.name) === plain(question.name) ? answer : undefined;
}

function plain(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
