import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { messageOf } from '@9volt/contracts';

/** Maximum number of bytes from a server on one connection, including the login. */
const MAX_RECEIVED_BYTES = 4 * 1_048_576;

/** The server sends more than a probe accepts. */
export class TooMuch extends Error {}

class NotTheProtocol extends Error {}

export function notTheProtocol(how: string): Error {
  return new NotTheProtocol(`the server does not keep to the protocol: ${how}`);
}

/**
 * A database client uses this instead of a socket. It limits the bytes of the server, and passes them to `inspect` first, which may
 * throw. It turns an exception of the client's own parser, which hostile bytes can cause, into an error of the connection:
 * otherwise nobody would catch it, and it would end the process.
 */
export class Transport extends Duplex {
  /** What broke the connection: clients only report the consequence, such as that they are closed. */
  failure: Error | undefined;
  private received = 0;
  /** By the server, in good order. */
  private isClosed = false;

  constructor(
    private socket: Socket,
    private readonly inspect: (chunk: Buffer) => void,
  ) {
    super({ allowHalfOpen: false });
    // The error of a destroyed transport may come when the client no longer listens.
    this.on('error', () => undefined);
    this.listen();
  }

  /** The message for a client's error: what broke the connection, or that the server closed it, in the same words for all. */
  reasonOf(error: unknown): unknown {
    const reason = this.failure ?? error;
    // An earlier message of the server has a code of its own.
    const { code } = reason as NodeJS.ErrnoException;
    const isLoss = code === undefined || code === 'PROTOCOL_CONNECTION_LOST';
    const isOurs = reason instanceof TooMuch || reason instanceof NotTheProtocol;
    return this.isClosed && isLoss && !isOurs
      ? new Error('the target closed the connection', { cause: reason })
      : reason;
  }

  /** For clients that would open the connection themselves. */
  connect(): this {
    process.nextTick(() => this.emit('connect'));
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  /** Continues on the socket that `start` makes of this one. */
  async secure(start: (socket: Socket) => Promise<Socket>): Promise<void> {
    for (const event of ['data', 'end', 'close', 'error'] as const) this.socket.off(event, this.hears[event]);
    this.socket = await start(this.socket);
    this.listen();
  }

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (event !== 'data') return super.emit(event, ...args);
    try {
      return super.emit(event, ...args);
    } catch (error) {
      this.destroy(error instanceof TooMuch ? error : notTheProtocol(messageOf(error)));
      return true;
    }
  }

  override _read(): void {
    this.socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.socket.write(chunk, done);
  }

  override _final(done: () => void): void {
    this.socket.end(() => done());
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (error) this.failure ??= error;
    this.socket.destroy();
    done(error);
  }

  private readonly hears = {
    data: (chunk: Buffer): void => this.receive(chunk),
    end: (): void => {
      this.isClosed = true;
      this.push(null);
    },
    close: (): void => void this.destroy(),
    error: (error: Error): void => void this.destroy(error),
  };

  private listen(): void {
    for (const event of ['data', 'end', 'close', 'error'] as const) this.socket.on(event, this.hears[event]);
  }

  private receive(chunk: Buffer): void {
    if (this.destroyed) return;
    this.received += chunk.length;
    if (this.received > MAX_RECEIVED_BYTES) {
      this.destroy(new TooMuch(`the server sent more than ${MAX_RECEIVED_BYTES / 1_048_576} MiB`));
      return;
    }
    try {
      this.inspect(chunk);
    } catch (error) {
      this.destroy(error as Error);
      return;
    }
    if (!this.push(chunk)) this.socket.pause();
  }
}
