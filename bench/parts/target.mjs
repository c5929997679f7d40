// A target that costs little: it answers every check of one type with the same bytes. Says its port, and how many it has served.
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';

const [type, dir] = process.argv.slice(2);
const PAGE = Buffer.from(
  'HTTP/1.1 200 OK\r\nServer: bench\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok',
);

let served = 0;
setInterval(() => process.stdout.write(`served ${served}\n`), 200);

const targets = {
  http: () => listenTcp(createServer(options, (socket) => quiet(socket).once('data', () => socket.end(PAGE)))),
  tcp: () => listenTcp(createServer(options, (socket) => quiet(socket).resume())),
  tls: () => {
    const pem = { key: readFileSync(join(dir, 'key.pem')), cert: readFileSync(join(dir, 'cert.pem')) };
    listenTcp(createTlsServer(pem, (socket) => quiet(socket).resume()));
  },
  // Programs run on the worker.
  exec: () => say(0),
  dns: () => {
    const socket = createSocket('udp4');
    socket.on('message', (query, { port, address }) => {
      served++;
      socket.send(answerTo(query), port, address);
    });
    socket.bind(0, '127.0.0.1', () => say(socket.address().port));
  },
};
const options = { noDelay: true };

function quiet(socket) {
  served++;
  return socket.on('error', () => undefined);
}

function listenTcp(server) {
  server.on('tlsClientError', () => undefined);
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () => say(server.address().port));
}

/** The question, and one address. */
function answerTo(query) {
  const question = query.subarray(12, query.indexOf(0, 12) + 5);
  const head = Buffer.from([query[0], query[1], 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]);
  return Buffer.concat([head, question, Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 192, 0, 2, 1])]);
}

function say(port) {
  process.stdout.write(`port ${port}\n`);
}

targets[type]();
