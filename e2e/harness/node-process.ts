import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Role } from '@9volt/contracts';
import { waitFor } from '@9volt/etcd-dal/testing';

/** The built command, as a user runs it. */
export const MAIN = fileURLToPath(new URL('../../apps/cli/dist/bundle/main.js', import.meta.url));

/** The same before it is bundled: code that is loaded before it can change its modules. */
export const MAIN_IN_MODULES = fileURLToPath(new URL('../../apps/cli/dist/main.js', import.meta.url));

export interface NodeOptions {
  /** Addresses of etcd, or of a proxy before it. */
  etcd: string;
  prefix?: string;
  name?: string;
  tags?: string;
  /** More arguments. */
  args?: readonly string[];
  env?: Record<string, string>;
  /** A prefix that runs the process elsewhere: `ip netns exec …`. */
  within?: readonly string[];
  /** The command of another build. */
  main?: string;
}

/** One real process of 9volt: `9volt <role>`. */
export class NodeProcess {
  private log = '';
  private address: string | undefined;

  private constructor(
    readonly role: Role,
    /** Its `--member-id`. */
    readonly name: string,
    private readonly child: ChildProcess,
  ) {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.log += text;
      this.address ??= /listens on (http:\/\/[^"\s]+)/.exec(this.log)?.[1];
    });
  }

  /** Starts it on a free port; resolves once it listens. */
  static async start(role: Role, options: NodeOptions): Promise<NodeProcess> {
    const [command = '', ...before] = [...(options.within ?? []), process.execPath];
    const child = spawn(
      command,
      [
        ...before,
        options.main ?? MAIN,
        role,
        ...['--etcd-members', options.etcd, '--listen', '127.0.0.1:0'],
        ...(options.prefix === undefined ? [] : ['--etcd-prefix', options.prefix]),
        ...(options.name === undefined ? [] : ['--member-id', options.name]),
        ...(options.tags === undefined ? [] : ['--tags', options.tags]),
        ...(options.args ?? []),
      ],
      { stdio: ['ignore', 'inherit', 'pipe'], env: { ...process.env, ...options.env } },
    );
    const node = new NodeProcess(role, options.name ?? '', child);
    running.add(child);
    child.once('exit', () => running.delete(child));
    await waitFor(() => node.address !== undefined || node.hasEnded, { timeoutMs: 90_000 });
    if (node.hasEnded) throw new Error(`9volt ${role} ended at its start: ${node.log}`);
    return node;
  }

  get url(): string {
    return this.address as string;
  }

  get pid(): number {
    return this.child.pid as number;
  }

  get exitCode(): number | null {
    return this.child.exitCode;
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Its log so far, JSON lines. */
  get output(): string {
    return this.log;
  }

  async isReady(): Promise<boolean> {
    const response = await fetch(`${this.url}/readyz`).catch(() => undefined);
    return response?.status === 200;
  }

  async ready(timeoutMs = 60_000): Promise<this> {
    await waitFor(() => this.isReady(), { timeoutMs });
    return this;
  }

  /** Its member id, once it is ready. */
  async memberId(): Promise<string> {
    const answer = (await (await fetch(`${this.url}/status/check`)).json()) as { message: string };
    return answer.message.replace('MemberID ', '');
  }

  /** Sends a signal; for signals that end a process, resolves when it is gone. */
  async signal(signal: NodeJS.Signals): Promise<void> {
    if (this.hasEnded) return;
    const ends = signal !== 'SIGSTOP' && signal !== 'SIGCONT';
    const ended = ends ? once(this.child, 'exit') : undefined;
    this.child.kill(signal);
    await ended;
  }

  /** Stops it in order, or kills it after 30 seconds. */
  async stop(): Promise<void> {
    if (this.hasEnded) return;
    const hard = setTimeout(() => this.child.kill('SIGKILL'), 30_000);
    this.child.kill('SIGCONT');
    await this.signal('SIGTERM');
    clearTimeout(hard);
  }
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
