import { spawn } from 'node:child_process';

/**
 * Kills what a test started and removes its directory even when the test's process is killed itself: a shell that outlives us,
 * and acts once its standard input ends. An exit hook would not do: jest's copy of `process` never calls it.
 */
export class Reaper {
  private readonly shell;

  constructor(dir: string) {
    const script =
      'trap "" INT TERM HUP; last=; while read -r pid; do last=$pid; done; [ -n "$last" ] && kill -9 "$last"; rm -rf "$0"';
    this.shell = spawn('sh', ['-c', script, dir], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    this.shell.unref();
    (this.shell.stdin as unknown as { unref?: () => void }).unref?.();
    this.shell.stdin.on('error', () => undefined);
  }

  /** Names the one process to kill in the end; undefined for none. */
  watch(pid: number | undefined): void {
    this.shell.stdin.write(`${pid ?? ''}\n`);
  }

  /** Acts now. */
  async release(): Promise<void> {
    this.shell.ref();
    const ended = this.shell.exitCode === null ? new Promise((resolve) => this.shell.once('exit', resolve)) : undefined;
    this.shell.stdin.end();
    await ended;
  }
}
