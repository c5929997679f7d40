import { createServer, type AddressInfo, type Socket } from 'node:net';

/** What it writes: lines, or a part of one; `close` and `reset` end the connection after that. */
interface Answer {
  say?: string;
  part?: string;
  then?: 'close' | 'reset';
}

/** Answers to commands by their first words, in lower case; `dot` is the end of the mail. */
export type SmtpScript = Readonly<Record<string, string | Answer | ((line: string) => string | Answer)>>;

export interface ScriptedSmtp {
  port: number;
  /** The commands, and `.` at the end of a mail. */
  readonly commands: readonly string[];
  /** Each mail as it came over the wire, without the dot at its end. */
  readonly mails: readonly Buffer[];
  close(): Promise<void>;
}

const USUAL: SmtpScript = {
  greeting: '220 here',
  ehlo: '250 here',
  helo: '250 here',
  data: '354 go on',
  quit: '221 bye',
  dot: '250 2.0.0 kept',
};

/** A mail server that says what a test wants, and reads what it gets without any rule of its own. */
export async function startScriptedSmtp(script: SmtpScript): Promise<ScriptedSmtp> {
  const commands: string[] = [];
  const mails: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    let [buffered, inData] = [Buffer.alloc(0), false];
    const answer = (to: string, line: string): void => {
      const known = script[to] ?? USUAL[to] ?? '250 ok';
      const found = typeof known === 'function' ? known(line) : known;
      const { say = '', part = '', then } = typeof found === 'string' ? { say: found } : found;
      inData = to === 'data' && /^[23]/.test(say);
      if (say !== '') socket.write(say.endsWith('\n') ? say : `${say}\r\n`);
      if (part !== '') socket.write(part);
      if (then === 'close') socket.end();
      if (then === 'reset') socket.resetAndDestroy();
    };
    answer('greeting', '');
    socket.on('data', (chunk) => {
      buffered = Buffer.concat([buffered, chunk]);
      for (;;) {
        const end = buffered.indexOf(inData ? '\r\n.\r\n' : '\r\n');
        if (end < 0) return;
        const [taken, rest] = inData ? [buffered.subarray(0, end + 2), end + 5] : [buffered.subarray(0, end), end + 2];
        buffered = buffered.subarray(rest);
        if (inData) mails.push(taken);
        const line = inData ? '.' : taken.toString();
        const [, word = ''] = /^(\w*)/.exec(line) ?? [];
        commands.push(line);
        answer(inData ? 'dot' : word.toLowerCase(), line);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    commands,
    mails,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
