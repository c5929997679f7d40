import type { Socket } from 'node:net';
import { Dialogue } from '../net/dialogue.js';
import { hostAndPort } from '../net/host.js';
import { excerpt } from '../probe/excerpt.js';

export interface Proxy {
  host: string;
  port: number;
  /** Value of `Proxy-Authorization`. */
  authorization: string | undefined;
}

/** Address of a proxy; only http://, because the connection to the proxy is not encrypted. */
export const PROXY = /^http:\/\/(?<host>\[[0-9a-f:.]+\]|[^\s/:?#@[\]]+)(?::(?<port>\d{1,5}))?\/?$/i;
export const PROXY_EXPECTED = 'an address such as "http://proxy.example.com:3128", without a user name in it';

export function proxyOf(address: string, username?: string, password?: string): Proxy {
  const { host = '', port } = PROXY.exec(address)?.groups ?? {};
  return {
    host: host.replace(/^\[|\]$/g, ''),
    port: port === undefined ? 80 : Number(port),
    authorization: username === undefined ? undefined : basic(username, password ?? ''),
  };
}

/** Value of a header for basic authentication (RFC 7617, in UTF-8). */
export function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}

/** Makes a proxy connect to the target (RFC 9110, section 9.3.6). */
export async function tunnel(socket: Socket, { authorization }: Proxy, host: string, port: number): Promise<void> {
  const where = hostAndPort(host, port);
  const dialogue = new Dialogue(socket);
  try {
    await dialogue.write(
      [
        `CONNECT ${where} HTTP/1.1`,
        `Host: ${where}`,
        ...(authorization === undefined ? [] : [`Proxy-Authorization: ${authorization}`]),
        '\r\n',
      ].join('\r\n'),
    );
    const [line = ''] = (await dialogue.read(/^[^]*?\r\n\r\n/)).split('\r\n', 1);
    if (!/^HTTP\/1\.[01] 2\d\d\b/.test(line)) throw new Error(`the proxy answered '${excerpt(line, 200)}'`);
  } finally {
    dialogue.end();
  }
}
