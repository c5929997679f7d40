import { guarded } from '@9volt/contracts';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from '../logging/app-logger.js';

export interface ConnectionLimits {
  /** At once, in all. */
  connections: number;
  /** At once, from one address. */
  connectionsPerAddress: number;
}

/** Logged at most this often. */
const TOLD_EVERY_MS = 60_000;

/** Closes connections above the limits as soon as they open. */
export function limitConnections(server: Server, limits: ConnectionLimits, log: Logger): void {
  const open = new Map<string, number>();
  let refused = 0;
  let toldAt = -Infinity;
  const refuse = (): void => {
    refused += 1;
    if (performance.now() - toldAt < TOLD_EVERY_MS) return;
    toldAt = performance.now();
    log.warn('closed new connections: too many are open', { refused, ...limits });
    refused = 0;
  };
  server.maxConnections = limits.connections;
  server.on('drop', guarded('connections', refuse));
  const accepted = guarded('connections', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const count = (open.get(address) ?? 0) + 1;
    open.set(address, count);
    const closed = guarded('connections', () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left > 0) open.set(address, left);
      else open.delete(address);
    });
    socket.once('close', closed);
    if (count <= limits.connectionsPerAddress) return;
    refuse();
    socket.destroy();
  });
  server.on('connection', accepted);
}
