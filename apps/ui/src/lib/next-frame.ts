/** A hidden tab gets no frames. */
const LONGEST_MS = 250;

/** Runs something once with the next frame, or after a moment without one. */
export function onNextFrame(run: () => void): void {
  let done = false;
  const once = (): void => {
    if (done) return;
    done = true;
    clearTimeout(timer);
    run();
  };
  const timer = setTimeout(once, LONGEST_MS);
  if (typeof requestAnimationFrame === 'function') requestAnimationFrame(once);
  else queueMicrotask(once);
}
