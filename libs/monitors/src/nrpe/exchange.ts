import type { Socket } from 'node:net';
import { write } from '../net/talk.js';
import {
  decodeAnswer,
  encodePacket,
  type NrpeAnswer,
  NrpeError,
  type NrpeVersion,
  packetLength,
  QUERY,
} from './packet.js';

/** Sends a query over an open connection, and resolves with its answer. Rejects with {@link NrpeError} when what comes is none. */
export async function askNrpe(socket: Socket, version: NrpeVersion, query: string): Promise<NrpeAnswer> {
  const answered = readPacket(socket, version);
  // Who reads no more may have answered before; then the answer says why.
  write(socket, encodePacket(version, QUERY, 0, query)).catch(() => undefined);
  return decodeAnswer(await answered);
}

function readPacket(socket: Socket, version: NrpeVersion): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const closed = (): void => {
      const what = received.length === 0 ? 'without an answer' : `after ${received.length} bytes of its answer`;
      const why = `it may not permit this worker (allowed_hosts), take no arguments, or not speak version ${version}`;
      reject(new NrpeError(`the target closed the connection ${what}: ${why}`));
    };
    socket.once('error', reject).once('end', closed).once('close', closed);
    if (socket.errored) return reject(socket.errored);
    if (socket.destroyed || socket.readableEnded) return closed();
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      try {
        const length = packetLength(received);
        if (length !== undefined && received.length >= length) resolve(received.subarray(0, length));
      } catch (error) {
        reject(error as NrpeError);
      }
    });
  });
}
