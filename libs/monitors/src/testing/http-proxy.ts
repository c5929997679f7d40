import { createServer, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { listen } from '@9volt/testing';

export interface HttpProxy {
  url: string;
  /** The requests that it got: `CONNECT host:port`, or `GET http://…`. */
  readonly asked: string[];
  close(): Promise<void>;
}

/** A proxy that forwards plain requests and opens tunnels; requires `authorization` if given. */
export async function startHttpProxy(authorization?: string): Promise<HttpProxy> {
  const asked: string[] = [];
  const lets = (given: string | undefined): boolean => authorization === undefined || given === authorization;
  const server = createServer((incoming, response) => {
    const { method = '', url = '', headers } = incoming;
    asked.push(`${method} ${url}`);
    if (!lets(headers['proxy-authorization'])) return void response.writeHead(407).end();
    delete headers['proxy-authorization'];
    const onwards = httpRequest(url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(onwards.on('error', () => void response.writeHead(502).end()));
  });
  server.on('connect', ({ url = '', headers }, socket) => {
    asked.push(`CONNECT ${url}`);
    if (!lets(headers['proxy-authorization'])) {
      return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    }
    const { hostname, port } = new URL(`http://${url}`);
    const onwards = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onwards.pipe(socket).pipe(onwards);
    });
    onwards.on('error', () => void socket.destroy());
    socket.on('error', () => undefined).on('close', () => void onwards.destroy());
  });
  const { host, port, close } = await listen(server);
  return { url: `http://${host}:${port}`, asked, close };
}
