import { createServer, type Socket } from 'node:net';
import { createServer as createSecureServer } from 'node:tls';
import { listen, type ListeningServer } from '@9volt/testing';
import { type Target, type TargetMode } from './target.js';

interface RecordedConnection {
  /** Milliseconds since the epoch. */
  at: number;
  /** Bytes that the client has sent. */
  received: string;
}

export interface TcpTarget extends Target, Pick<ListeningServer, 'sockets'> {
  /** The connections, in the order of arrival. */
  readonly connections: RecordedConnection[];
}

export interface TcpTargetOptions {
  host?: string;
  port?: number;
  /** Serves TLS with this key and certificate (PEM). */
  tls?: { key: string; cert: string };
  /** Sent to each client while the mode is `ok`. */
  banner?: string;
  /** Handles a connection instead of the banner while the mode is `ok`. */
  serve?: (socket: Socket) => void;
}

/** A banner server: `220 ready`, `500 broken`, or silence, by its mode. */
export async function startTcpTarget(options: TcpTargetOptions = {}): Promise<TcpTarget> {
  const connections: RecordedConnection[] = [];
  const state: { mode: TargetMode } = { mode: 'ok' };
  const serve = options.serve ?? ((socket: Socket) => void socket.write(options.banner ?? '220 ready\r\n'));
  const accept = (socket: Socket): void => {
    const connection = { at: Date.now(), received: '' };
    connections.push(connection);
    socket.on('error', () => undefined).on('data', (chunk) => (connection.received += chunk.toString()));
    if (state.mode === 'ok') serve(socket);
    if (state.mode === 'fail') socket.end('500 broken\r\n');
  };
  const server = options.tls ? createSecureServer(options.tls, accept) : createServer(accept);
  const { host, port, sockets, close } = await listen(server, options.host, options.port);
  return {
    host,
    port,
    sockets,
    connections,
    close,
    get mode() {
      return state.mode;
    },
    set mode(mode) {
      state.mode = mode;
    },
  };
}
