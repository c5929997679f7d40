import type { Socket } from 'node:net';
import { write } from './talk.js';

/** More than any expected answer. */
const MAX_CHARACTERS = 16_384;

/** Reads, piece by piece, from a connection that is used for something else afterwards. */
export class Dialogue {
  /** Received and not read yet. */
  rest = '';
  private failure: Error | undefined;
  private awake: () => void = () => undefined;
  private readonly onData = (chunk: Buffer): void => {
    this.rest += chunk.toString('latin1');
    this.awake();
  };
  private readonly onEnd = (): void => this.fail(new Error('the target closed the connection'));
  private readonly onError = (error: Error): void => this.fail(error);

  constructor(private readonly socket: Socket) {
    socket.on('data', this.onData).on('end', this.onEnd).on('close', this.onEnd).on('error', this.onError);
  }

  async write(data: string | Buffer): Promise<void> {
    await write(this.socket, data);
  }

  /** Waits until the received bytes begin as the pattern says, and takes these. */
  async read(pattern: RegExp): Promise<string> {
    for (;;) {
      const [found] = pattern.exec(this.rest) ?? [];
      if (found !== undefined) {
        this.rest = this.rest.slice(found.length);
        return found;
      }
      if (this.failure) throw this.failure;
      if (this.rest.length > MAX_CHARACTERS)
        throw new Error(`in ${MAX_CHARACTERS / 1_024} KiB there was no answer: the target sends too much`);
      await new Promise<void>((resolve) => (this.awake = resolve));
    }
  }

  /** Passes the connection on. */
  end(): void {
    const { socket } = this;
    socket.off('data', this.onData).off('end', this.onEnd).off('close', this.onEnd).off('error', this.onError).pause();
  }

  private fail(error: Error): void {
    this.failure ??= error;
    this.awake();
  }
}
