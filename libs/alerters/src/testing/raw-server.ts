import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RawServer {
  url: string;
  /** Paths of the requests that came. */
  paths: string[];
  close(): Promise<void>;
}

/** An HTTP server that gives all clients the same answer. */
export async function startRawServer(
  reply: { status: number; headers?: Record<string, string>; body?: string } | RequestListener,
  host = '127.0.0.1',
): Promise<RawServer> {
  const paths: string[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url ?? '');
    request.resume();
    if (typeof reply === 'function') reply(request, response);
    else response.writeHead(reply.status, reply.headers).end(reply.body ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    paths,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
