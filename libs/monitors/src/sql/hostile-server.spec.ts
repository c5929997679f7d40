import type { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import type { CheckResult } from '@9volt/contracts';
import { runProbe, startTcpTarget, type Written } from '../testing/index.js';

const PASSWORD = 'hush-9d1f';
const SHORT: Written = { timeout: '300ms', 'query-timeout': '300ms' };

/** One check of a server that treats each connection as given. */
async function against(driver: string, serve: (socket: Socket) => void, more: Written = {}): Promise<CheckResult> {
  const { host, port, close } = await startTcpTarget({ serve });
  try {
    const login = { driver, host, port, username: 'monitoring', password: PASSWORD };
    return await runProbe({
      type: 'sql',
      ...login,
      query: 'SELECT 1',
      timeout: '10s',
      'query-timeout': '10s',
      ...more,
    });
  } finally {
    await close();
  }
}

/** Repeats without end, as fast as the peer reads. */
function endlessly(socket: Socket, bytes: Buffer): void {
  const more = (error?: Error | null) => void (error || socket.write(bytes, more));
  more();
}

describe('a server that speaks PostgreSQL, badly', () => {
  const message = (type: string, body: Buffer | string): Buffer => {
    const bytes = Buffer.concat([Buffer.from(type, 'latin1'), Buffer.alloc(4), Buffer.from(body as string, 'latin1')]);
    bytes.writeUInt32BE(bytes.length - 1, 1);
    return bytes;
  };
  const LOGGED_IN = Buffer.concat([message('R', '\0\0\0\0'), message('K', '\0\0\0\x01\0\0\0\x02'), message('Z', 'I')]);
  const DONE = Buffer.concat([message('C', 'BEGIN\0'), message('Z', 'T')]);
  const EMPTY_ROW = message('D', '\0\0');
  const says = (bytes: Buffer) => (socket: Socket) => void socket.once('data', () => socket.write(bytes));
  /** Logs in, begins a transaction, and answers the query as given. */
  const answers = (answer: (socket: Socket) => void) => (socket: Socket) =>
    void socket.once('data', () => {
      socket.write(LOGGED_IN);
      socket.once('data', () => {
        socket.write(DONE);
        socket.once('data', () => answer(socket));
      });
    });

  it.each([
    ['an error without an end', says(message('E', 'SFATAL\0Mfor ever')), /an error without an end/],
    ['an error whose last field has none', says(message('E', 'SFATAL\0')), /an error without an end/],
    ['a message shorter than its length', says(Buffer.from('R\0\0\0\0')), /shorter than its own length/],
    ['a way to log in that there is not', says(message('R', '\0\0\0\x63')), /does not keep to the protocol/],
    ['half a message', says(Buffer.from('R\0\0\0')), /timed out after 300ms while logging in/],
    [
      'an announcement of 4 GiB',
      (socket: Socket) => {
        socket.write(Buffer.from([0x44, 0xff, 0xff, 0xff, 0xff]));
        endlessly(socket, Buffer.alloc(65_536, 1));
      },
      /sent more than 4 MiB/,
    ],
    [
      'no end to logging in',
      (socket: Socket) => endlessly(socket, Buffer.concat(Array<Buffer>(4_000).fill(message('S', 'name\0value\0')))),
      /sent more than 4 MiB/,
    ],
    [
      'the password, in its refusal',
      says(message('E', `SFATAL\0C28P01\0Mno ${PASSWORD} here\0\0`)),
      /no \*{8} here \(28P01\)/,
    ],
    ['that it does not speak TLS', (socket: Socket) => void socket.write('N'), /refuses TLS/],
    [
      'more than a byte before TLS',
      (socket: Socket) => void socket.write(Buffer.concat([Buffer.from('S'), LOGGED_IN])),
      /sent more than it should before TLS/,
    ],
    [
      'nothing, and goes away when asked for TLS',
      (socket: Socket) => void socket.once('data', () => socket.end()),
      /: the target closed the connection$/,
    ],
  ])('says %s', async (what, serve, reason) => {
    const result = await against('postgres', serve, {
      ssl: /TLS/.test(what),
      ...(reason.source.startsWith('timed') ? SHORT : {}),
    });
    expect(result).toMatchObject({ status: 'critical', message: expect.stringMatching(reason) });
    expect(JSON.stringify(result)).not.toContain(PASSWORD);
  });

  it.each([
    [
      'a row that is none',
      answers((socket) => void socket.write(message('D', '\x7f\xff'))),
      /does not keep to the protocol/,
    ],
    [
      'rows without an end',
      answers((socket) => endlessly(socket, Buffer.concat(Array<Buffer>(1_000).fill(EMPTY_ROW)))),
      /more than 10000 rows/,
    ],
    [
      'a value without an end',
      answers((socket) => {
        socket.write(Buffer.from([0x44, 0x7f, 0xff, 0xff, 0xff]));
        endlessly(socket, Buffer.alloc(65_536, 120));
      }),
      /sent more than 4 MiB/,
    ],
    [
      'one byte a while',
      answers((socket) => {
        const timer = setInterval(() => socket.write('N'), 50);
        socket.once('close', () => clearInterval(timer));
      }),
      /timed out after 300ms while waiting for the result/,
    ],
    ['nothing', answers(() => undefined), /timed out after 300ms while waiting for the result/],
    ['goodbye', answers((socket) => socket.destroy()), /Query failed: /],
  ])('answers a query with %s', async (_, serve, reason) => {
    const result = await against('postgres', serve, reason.source.startsWith('timed') ? SHORT : {});
    expect(result).toMatchObject({ status: 'critical', message: expect.stringMatching(reason) });
    if (reason.source.startsWith('timed')) expect(result.latencyMs).toBeGreaterThanOrEqual(295);
  });

  it('reports what broke the connection, not its consequence', async () => {
    const early = (socket: Socket) =>
      void socket.once('data', () => {
        socket.write(LOGGED_IN);
        socket.once('data', () => socket.write(Buffer.concat([DONE, message('\xfe', 'x')])));
      });
    const { message: told } = await against('postgres', early);
    expect(told).toBe('Query failed: received invalid response: fe');
  });

  it('uses nothing from the environment of the worker', async () => {
    const before = { ...process.env };
    Object.assign(process.env, {
      PGOPTIONS: '-c leaked',
      PGAPPNAME: 'leaked',
      PGPASSWORD: 'leaked',
      PGDATABASE: 'leaked',
    });
    try {
      const received: Buffer[] = [];
      const asksForPassword = (socket: Socket) => {
        socket.on('data', (chunk: Buffer) => received.push(chunk));
        socket.once('data', () => socket.write(message('R', '\0\0\0\x03')));
      };
      await against('postgres', asksForPassword, { ...SHORT, password: undefined });
      expect(Buffer.concat(received).toString()).toContain('monitoring');
      expect(Buffer.concat(received).toString()).not.toContain('leaked');
    } finally {
      for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
      Object.assign(process.env, before);
    }
  });
});

describe('a server that speaks MySQL, badly', () => {
  const packet = (sequence: number, body: Buffer | string): Buffer => {
    const bytes = Buffer.concat([Buffer.alloc(4), Buffer.from(body as string, 'latin1')]);
    bytes.writeUIntLE(bytes.length - 4, 0, 3);
    bytes[3] = sequence;
    return bytes;
  };
  /** Protocol 10, with TLS and native passwords among its capabilities. */
  const GREETING = packet(
    0,
    Buffer.concat([
      Buffer.from('\x0a10.11.0-MariaDB\0\x01\0\0\0saltsalt\0'),
      Buffer.from([0xff, 0xff, 0x21, 2, 0, 0xff, 0x81, 21, ...Array<number>(10).fill(0)]),
      Buffer.from('saltsaltsalt\0mysql_native_password\0'),
    ]),
  );
  const WITHOUT_TLS = Buffer.from(GREETING);
  WITHOUT_TLS[4 + 31] = 0xf7;
  const OK = Buffer.from([0, 0, 0, 2, 0, 0, 0]);
  const greets = (then: (socket: Socket) => void) => (socket: Socket) => {
    socket.write(GREETING);
    socket.once('data', () => then(socket));
  };
  /** Logs in, accepts the settings of the session, and answers the query as given. */
  const answers = (answer: (socket: Socket) => void) =>
    greets((socket) => {
      let settings = 0;
      socket.on('data', () => {
        settings += 1;
        if (settings <= 2) socket.write(packet(1, OK));
        else if (settings === 3) answer(socket);
      });
      socket.write(packet(2, OK));
    });

  it.each([
    ['what is no greeting', (socket: Socket) => void socket.write(packet(0, '\x0a')), /Unable to log in/],
    ['noise', (socket: Socket) => void socket.write(Buffer.alloc(5_000, 7)), /timed out after 300ms while logging in/],
    [
      'no end to its greeting',
      (socket: Socket) => endlessly(socket, Buffer.alloc(65_536, 0xff)),
      /sent more than 4 MiB/,
    ],
    [
      'packets out of order',
      greets((socket) => void socket.write(Buffer.concat(Array<Buffer>(100).fill(packet(77, OK))))),
      /does not keep to the protocol/,
    ],
    [
      'the password, in its refusal',
      greets((socket) => void socket.write(packet(2, `\xff\x15\x04#28000no ${PASSWORD} here`))),
      /\*{8} here/,
    ],
    ['that it does not speak TLS', (socket: Socket) => void socket.write(WITHOUT_TLS), /not support secure connection/],
    [
      'more than a greeting before TLS',
      (socket: Socket) => void socket.write(Buffer.concat([GREETING, packet(2, OK)])),
      /more than a greeting before TLS/,
    ],
    ['nothing', () => undefined, /timed out after 300ms while logging in/],
  ])('says %s', async (what, serve, reason) => {
    const result = await against('mysql', serve, {
      ssl: /TLS/.test(what),
      ...(reason.source.startsWith('timed') ? SHORT : {}),
    });
    expect(result).toMatchObject({ status: 'critical', message: expect.stringMatching(reason) });
    expect(JSON.stringify(result)).not.toContain(PASSWORD);
  });

  it.each([
    ['what is no result', answers((socket) => void socket.write(packet(1, '\xfe\xff\xff'))), /Query failed: /],
    [
      'a request for a file',
      answers((socket) => {
        socket.write(packet(1, '\xfb/etc/hostname'));
        // An empty packet declines.
        socket
          .removeAllListeners('data')
          .once('data', (bytes) => socket.write(packet(3, `\xff\x15\x04#28000${bytes.length} bytes of it`)));
      }),
      /Query failed: .*(4 bytes of it|requires? .*file)/,
    ],
    [
      'columns without an end',
      answers((socket) => {
        socket.write(packet(1, Buffer.from([0xfd, 0xff, 0xff, 0xff])));
        endlessly(socket, Buffer.alloc(65_536, 0));
      }),
      /Query failed: /,
    ],
    ['nothing', answers(() => undefined), /timed out after 300ms while waiting for the result/],
    ['goodbye', answers((socket) => socket.destroy()), /Query failed: /],
  ])('answers a query with %s', async (_, serve, reason) => {
    const result = await against('mysql', serve, reason.source.startsWith('timed') ? SHORT : {});
    expect(result).toMatchObject({ status: 'critical', message: expect.stringMatching(reason) });
    if (reason.source.startsWith('timed')) expect(result.latencyMs).toBeGreaterThanOrEqual(295);
  });

  it('reports at once what broke the connection before the query', async () => {
    const leaves = packet(0, '\xff\x15\x04#28000going away');
    const gone = greets((socket) => void socket.write(Buffer.concat([packet(2, OK), leaves])));
    expect(await against('mysql', gone)).toMatchObject({
      status: 'critical',
      message: expect.stringContaining('going away'),
    });
  });
});

describe.each(['postgres', 'mysql'])('sql: a %s that goes away', (driver) => {
  const message = async (serve: (socket: Socket) => void): Promise<string> => {
    const target = await startTcpTarget({ serve });
    const { host, port } = target;
    const result = await runProbe({ type: 'sql', driver, host, port, username: 'u', database: 'd', query: 'SELECT 1' });
    await target.close();
    return result.message;
  };

  it('says that the target closed the connection, or reset it', async () => {
    expect(await message((socket) => void socket.end())).toMatch(/: the target closed the connection$/);
    expect(await message((socket) => void socket.resetAndDestroy())).toMatch(/: connection reset by peer \(ECONNRESET/);
  });
});
