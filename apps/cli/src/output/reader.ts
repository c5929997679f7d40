const gone = new AbortController();

/** Aborted once nobody reads the output any more: `| head` has seen enough. A command with endless output stops then. */
export const readerGone: AbortSignal = gone.signal;

/** From now on a closed output is no error. The command completes its work silently. */
export function letReadersGo(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      if (stream === process.stdout) gone.abort();
    });
  }
}
