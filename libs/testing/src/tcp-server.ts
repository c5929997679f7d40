import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

export interface ListeningServer {
  host: string;
  port: number;
  /** Connections that are open now. */
  sockets: ReadonlySet<Socket>;
  close(): Promise<void>;
}

/** Makes a server listen on a free port, and tracks its connections. */
export async function listen(server: Server, host = '127.0.0.1', port = 0): Promise<ListeningServer> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    host,
    port: (server.address() as AddressInfo).port,
    sockets,
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Below the ports that systems choose for connections (Linux: from 32768 on; RFC 6335: from 49152 on). */
const PORTS = { from: 20_000, to: 32_000 };

/** A port on which nobody listens. It stays so while its server is down: no connection of another program gets it. */
export async function unusedPort(host = '127.0.0.1'): Promise<number> {
  for (;;) {
    const port = PORTS.from + Math.floor(Math.random() * (PORTS.to - PORTS.from));
    const server = createServer();
    try {
      await (await listen(server, host, port)).close();
      return port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
}
