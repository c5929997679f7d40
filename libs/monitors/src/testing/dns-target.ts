import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { decode, type DecodedPacket, encode, type Packet } from 'dns-packet';
import { listen, unusedPort } from '@9volt/testing';

export interface DnsServer {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

export interface DnsTarget extends DnsServer {
  /** The queries that came, including those over TCP. */
  readonly queries: { at: number; over: 'udp' | 'tcp'; query: DecodedPacket }[];
}

/**
 * Answers a query: a packet, bytes as they are, or nothing; or closes its connection. It also gets the query as bytes, for types
 * that the library does not know.
 */
export type DnsResponder = (
  query: DecodedPacket,
  over: 'udp' | 'tcp',
  bytes: Buffer,
) => Packet | Buffer | 'close' | undefined;

/** The answer with the query's id and question; `rcode` is the number of an error. */
export function answerTo(query: DecodedPacket, answers: Packet['answers'] = [], rcode = 0): Packet {
  return { type: 'response', id: query.id, flags: rcode, questions: query.questions, answers };
}

/** A DNS server by hand, for answers that no real one gives. */
export async function startDnsTarget(respond: DnsResponder): Promise<DnsTarget> {
  const queries: DnsTarget['queries'] = [];
  const bytesOf = (message: Buffer, over: 'udp' | 'tcp'): Buffer | 'close' | undefined => {
    const query = decode(message);
    queries.push({ at: Date.now(), over, query });
    const answer = respond(query, over, message);
    return answer === undefined || answer === 'close' || Buffer.isBuffer(answer) ? answer : encode(answer);
  };
  const tcp = await listen(
    createServer((socket) => {
      socket.on('data', (chunk: Buffer) => {
        const answer = bytesOf(chunk.subarray(2), 'tcp');
        if (!answer) return;
        if (answer === 'close') return socket.end();
        const length = Buffer.alloc(2);
        length.writeUInt16BE(answer.length);
        // In two parts, as a network may deliver it.
        socket.write(Buffer.concat([length, answer.subarray(0, 1)]));
        setTimeout(() => socket.write(answer.subarray(1)), 5);
      });
    }),
  );
  const udp = createSocket('udp4');
  udp.on('message', (message, from) => {
    const answer = bytesOf(message, 'udp');
    if (answer && answer !== 'close') udp.send(answer, from.port, from.address);
  });
  udp.bind(tcp.port, tcp.host);
  await once(udp, 'listening');
  return {
    host: tcp.host,
    port: tcp.port,
    queries,
    async close() {
      udp.close();
      await tcp.close();
    },
  };
}

/** Debian's dnsmasq with the given options (such as `--address=/web.test/192.0.2.1`), answering only its own names. */
export async function startDnsmasq(
  options: readonly string[],
  host = '127.0.0.1',
  /** Port of an earlier server that must come back; default: a free one. */
  wantedPort?: number,
): Promise<DnsServer> {
  const port = wantedPort ?? (await unusedPort(host));
  const server = spawn(
    '/usr/sbin/dnsmasq',
    [
      '--no-daemon',
      '--conf-file=/dev/null',
      '--no-resolv',
      '--no-hosts',
      '--bind-interfaces',
      '--pid-file=',
      ...(process.getuid?.() === 0 ? ['--user=root'] : []),
      `--listen-address=${host}`,
      `--port=${port}`,
      ...options,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`dnsmasq exited with ${code}: ${said}`)));
    server.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      // Its last log line before it answers.
      if (/started, version/.test(said)) resolve();
    });
  });
  return {
    host,
    port,
    async close() {
      if (server.exitCode !== null) return;
      const exited = once(server, 'exit');
      server.kill('SIGKILL');
      await exited;
    },
  };
}
