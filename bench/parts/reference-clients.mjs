// The reference: clients of bare sockets that do what a check of a type does on the wire, and nothing else.
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { PROGRAM } from './monitors.mjs';

const HOST = '127.0.0.1';
const QUERY = Buffer.from('\0\0\x01\0\0\x01\0\0\0\0\0\0\x03www\x07example\x03com\0\0\x01\0\x01', 'latin1');

/** A function that does one check; its promise resolves when it is done. */
export function bareClient(type, port) {
  const request = Buffer.from(
    `GET / HTTP/1.1\r\nHost: ${HOST}:${port}\r\nUser-Agent: bench\r\nAccept: */*\r\nConnection: close\r\n\r\n`,
  );
  const acts = {
    http(resolve, reject) {
      const socket = open(port, reject);
      socket.once('connect', () => socket.write(request));
      let head = '';
      socket.on('data', (piece) => {
        head += piece.toString('latin1');
        if (!head.includes('\r\n\r\n')) return;
        socket.destroy();
        resolve();
      });
    },
    tcp(resolve, reject) {
      const socket = open(port, reject);
      socket.once('connect', () => {
        socket.destroy();
        resolve();
      });
    },
    tls(resolve, reject) {
      const socket = connectTls({ host: HOST, port, rejectUnauthorized: false }).on('error', reject);
      socket.once('secureConnect', () => {
        socket.getPeerCertificate();
        socket.destroy();
        resolve();
      });
    },
    exec(resolve, reject) {
      spawn(PROGRAM, { stdio: ['ignore', 'pipe', 'pipe'] })
        .on('error', reject)
        .once('close', resolve);
    },
    dns(resolve, reject) {
      const socket = createSocket('udp4').on('error', reject);
      socket.connect(port, HOST, () => socket.send(QUERY));
      socket.once('message', () => {
        socket.close();
        resolve();
      });
    },
  };
  return () => new Promise(acts[type]);
}

function open(port, reject) {
  return connect({ host: HOST, port, noDelay: true, autoSelectFamily: false }).on('error', reject);
}
