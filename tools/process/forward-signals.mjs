const repeatedWithinMs = 500;

/**
 * Passes the signals that end this process to `send` instead. One Ctrl-C can arrive twice, from the terminal and from npm: it drops
 * the echo, but not a deliberate second one.
 */
export function forwardSignals(send) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    let lastAt = -Infinity;
    process.on(signal, () => {
      const now = performance.now();
      if (now - lastAt > repeatedWithinMs) send(signal);
      lastAt = now;
    });
  }
}
