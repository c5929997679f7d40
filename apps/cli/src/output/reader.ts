import { reasonOf } from './reason-of.js';

const gone = new AbortController();

/** Aborted once nobody reads the output any more: `| head` has seen enough. A command with endless output stops then. */
export const readerGone: AbortSignal = gone.signal;

/** From now on a closed output is no error: the command completes its work silently. One that takes nothing, such as a full disk, ends it. */
export function letReadersGo(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') return stopAt(error);
      if (stream === process.stdout) gone.abort();
    });
  }
}

function stopAt(error: NodeJS.ErrnoException): never {
  try {
    process.stderr.write(`9volt: cannot write the output: ${reasonOf(error)}\n`);
  } finally {
    process.exit(1);
  }
}
