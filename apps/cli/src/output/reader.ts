const gone = new AbortController();

/** Aborted once nobody reads what the command prints any more: `| head` has seen enough. A command that prints without end stops then. */
export const readerGone: AbortSignal = gone.signal;

/** From now on a reader that goes away is no error. What a command still has to do it does, silently. */
export function letReadersGo(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      if (stream === process.stdout) gone.abort();
    });
  }
}
