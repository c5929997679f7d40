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

/** A port on which nobody listens. */
export async function unusedPort(host = '127.0.0.1'): Promise<number> {
  const server = await listen(createServer(), host);
  await server.close();
  return server.port;
}
