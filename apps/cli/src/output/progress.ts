/** A line on stderr that counts up, on a terminal and for long work only. */
export function progress(what: string, total: number): { at: (done: number) => void; done: () => void } {
  const shown = process.stderr.isTTY && total > 500;
  return {
    at: (done) => {
      if (shown) process.stderr.write(`\r${what} ${done} of ${total}`);
    },
    done: () => {
      if (shown) process.stderr.write('\r\u001b[K');
    },
  };
}
