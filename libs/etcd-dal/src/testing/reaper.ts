import { spawn } from 'node:child_process';

/**
 * Kills what a test started and removes its directory even if the test's process is killed itself: a shell that outlives the test
 * and acts once its standard input ends. An exit hook would not work: jest's copy of `process` never calls it.
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

  /** Sets the process to kill at the end; undefined for none. */
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
