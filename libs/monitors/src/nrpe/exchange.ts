import type { Socket } from 'node:net';
import { write } from '../net/talk.js';
import {
  decodeAnswer,
  encodePacket,
  isWholeV2,
  MAX_PAYLOAD_BYTES,
  type NrpeAnswer,
  NrpeError,
  type NrpeVersion,
  packetLength,
  payloadHint,
  QUERY,
} from './packet.js';

/** How much longer to wait for bytes once there are enough of them and their checksum is wrong. */
const REST_MS = 1_000;

export interface NrpeQuery {
  version: NrpeVersion;
  text: string;
  /** The length of the text in a packet of version 2. */
  payload: number;
}

/** Sends a query over an open connection, and resolves with its answer. Rejects with {@link NrpeError} for an invalid answer. */
export async function askNrpe(socket: Socket, query: NrpeQuery): Promise<NrpeAnswer> {
  const answered = readPacket(socket, query);
  // A daemon that reads no more may have answered before; then the answer says why.
  write(socket, encodePacket(query.version, QUERY, 0, query.text, query.payload)).catch(() => undefined);
  return decodeAnswer(await answered);
}

function readPacket(socket: Socket, { version, payload }: NrpeQuery): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    let rest: NodeJS.Timeout | undefined;
    const damaged = (): void => {
      const hint = payloadHint(received, payload);
      reject(new NrpeError(`the answer is damaged: its checksum is wrong${hint}`));
    };
    const closed = (): void => {
      clearTimeout(rest);
      if (rest !== undefined) return damaged();
      const what = received.length === 0 ? 'without an answer' : `after ${received.length} bytes of its answer`;
      const lengths = version === 2 ? `, or expect another payload-length than ${payload}` : '';
      const why = `it may not permit this worker (allowed_hosts), take no arguments, or not speak version ${version}${lengths}`;
      reject(new NrpeError(`the target closed the connection ${what}: ${why}`));
    };
    const take = (chunk: Buffer): void => {
      received = Buffer.concat([received, chunk]);
      const length = packetLength(received, payload);
      if (length === undefined) return;
      const isV2 = received.readUInt16BE(0) === 2;
      const packet = received.subarray(0, length);
      // Understands a daemon with another configured length.
      if (isV2 && isWholeV2(received)) return resolve(received);
      if (received.length < length) return;
      if (!isV2 || isWholeV2(packet)) return resolve(packet);
      if (received.length > MAX_PAYLOAD_BYTES + length) return damaged();
      clearTimeout(rest);
      rest = setTimeout(damaged, REST_MS).unref();
    };
    socket.once('error', reject).once('end', closed).once('close', closed);
    if (socket.errored) return reject(socket.errored);
    if (socket.destroyed || socket.readableEnded) return closed();
    socket.on('data', (chunk: Buffer) => {
      try {
        take(chunk);
      } catch (error) {
        reject(error as NrpeError);
      }
    });
  });
}
