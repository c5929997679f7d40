/** Sends a signal to the process group that `pid` leads. A group exists as long as one process of it does, whether its first has exited or not. */
export function killGroup(pid: number | undefined, signal: NodeJS.Signals = 'SIGKILL'): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // ESRCH: all processes are gone. EPERM: the remaining ones run as another user, and we cannot reach them.
  }
}
