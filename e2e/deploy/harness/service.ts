import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A process that keeps running, with an environment of its own, and a host name of its own if given. */
export class Service {
  private log = '';

  private constructor(private readonly child: ChildProcess) {
    running.add(child);
    child.once('exit', () => running.delete(child));
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (this.log += text));
  }

  static start(command: readonly string[], env: Record<string, string>, hostname?: string): Service {
    const named = ['unshare', '--uts', 'sh', '-c', `hostname ${hostname} && exec "$@"`, 'sh'];
    const [program = '', ...args] = [...(hostname === undefined ? [] : named), ...command];
    const base = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent' };
    return new Service(spawn(program, args, { env: { ...base, ...env }, stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  get output(): string {
    return this.log;
  }

  /** Sends SIGTERM; answers the exit code, or undefined if 30 s were not enough. */
  async stop(): Promise<number | undefined> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const hard = setTimeout(() => this.child.kill('SIGKILL'), 30_000);
      const ended = once(this.child, 'exit');
      this.child.kill('SIGTERM');
      await ended;
      clearTimeout(hard);
    }
    return this.child.exitCode ?? undefined;
  }
}
