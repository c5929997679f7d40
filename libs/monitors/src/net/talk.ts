import type { Socket } from 'node:net';
import type { SubstringSearch } from '../probe/substring-search.js';

/** Resolves when the system has taken all of it; a peer that does not read can delay that. */
export function write(socket: Socket, text: string | Buffer): Promise<void> {
  return new Promise((resolve, reject) => socket.write(text, (error) => (error ? reject(error) : resolve())));
}

/** Reads until the text is found, `limit` bytes have come, or the peer has closed. */
export function readUntilFound(socket: Socket, search: SubstringSearch, limit: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('end', resolve);
    socket.once('close', () => resolve());
    if (socket.errored) return reject(socket.errored);
    if (socket.destroyed || socket.readableEnded) return resolve();
    socket.on('data', (chunk: Buffer) => {
      const found = search.push(chunk.subarray(0, limit - search.bytes));
      if (!found && search.bytes < limit) return;
      socket.removeAllListeners('data').pause();
      resolve();
    });
  });
}
