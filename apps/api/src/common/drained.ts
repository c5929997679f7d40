import { guarded } from '@9volt/contracts';
import type { IncomingMessage } from 'node:http';

/** Longer than this nobody is awaited who does not stop sending. */
const PATIENCE_MS = 2_000;

/**
 * Resolves when a request was read to its end, or for too long; what is read is forgotten. A connection that is closed on somebody who
 * still sends takes the answer with it.
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
