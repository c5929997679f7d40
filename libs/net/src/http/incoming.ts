import type { Socket } from 'node:net';

/** The bytes of a connection, piece by piece: it takes no more from the system than the reader asks for. */
export class Incoming {
  private readonly pieces: Buffer[] = [];
  private ended = false;
  private failure: Error | undefined;
  private awake: () => void = () => undefined;

  constructor(private readonly socket: Socket) {
    socket.on('data', (piece: Buffer) => {
      this.pieces.push(piece);
      socket.pause();
      this.awake();
    });
    const end = (): void => {
      this.ended = true;
      this.awake();
    };
    socket.on('end', end).on('close', end);
    // Keep this listener: an error may come when nobody reads any more, and without a listener it would end the process.
    socket.on('error', (error) => {
      this.failure ??= error;
      this.awake();
    });
    if (socket.errored) this.failure = socket.errored;
    if (socket.destroyed) this.ended = true;
  }

  /** The next piece; undefined at the end. Bytes that came before an error are read before it is thrown. */
  async read(): Promise<Buffer | undefined> {
    for (;;) {
      const piece = this.pieces.shift();
      if (piece) return piece;
      if (this.failure) throw this.failure;
      if (this.ended) return undefined;
      const next = new Promise<void>((resolve) => (this.awake = resolve));
      this.socket.resume();
      await next;
    }
  }

  /** Gives back what was read too much. */
  unread(piece: Buffer): void {
    if (piece.length > 0) this.pieces.unshift(piece);
  }
}
