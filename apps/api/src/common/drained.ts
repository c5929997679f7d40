import { guarded } from '@9volt/contracts';
import type { IncomingMessage } from 'node:http';

/** Nobody who continues to send is waited for longer than this. */
const PATIENCE_MS = 2_000;

/**
 * Resolves when a request was read to its end, or for too long; forgets what it reads. Closing a connection on a client that still
 * sends would lose the answer.
 */
export function drained(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PATIENCE_MS);
    const done = guarded('what is left of a request', () => {
      clearTimeout(timer);
      resolve();
    });
    request.once('end', done).once('close', done);
    request.resume();
  });
}
