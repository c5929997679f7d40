import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The user that a server runs as; nothing if it may run as the user of the tests. */
export interface User {
  uid?: number;
  gid?: number;
}

/** A system account, needed only by root: some servers refuse to run as root. */
export function userNamed(name: string): User {
  if (process.getuid?.() !== 0) return {};
  const idOf = (flag: string): number => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

/** A directory of its own below the system's temporary one, short enough for the path of a socket. */
export function makeDirectory(prefix: string, user: User): string {
  const directory = mkdtempSync(join(tmpdir(), prefix));
  giveTo(user, directory);
  return directory;
}

/** A file that only the user may read. */
export function writeSecret(path: string, content: string, user: User): void {
  writeFileSync(path, content, { mode: 0o600 });
  giveTo(user, path);
}

function giveTo({ uid, gid }: User, path: string): void {
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
}

/** Runs a program to its end; the error of a failure contains its output. */
export async function runToEnd(command: string, args: readonly string[], directory: string, user: User): Promise<void> {
  try {
    await run(command, args, { ...user, cwd: directory, env: environment(directory) });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} failed: ${stdout}${stderr}`, { cause: error });
  }
}

/** Starts a server, waits for its ready message, and removes all traces when stopped. */
export class DatabaseProcess {
  private child: ChildProcess | undefined;
  private said = '';

  constructor(
    readonly directory: string,
    private readonly command: string,
    private readonly args: readonly string[],
    private readonly ready: RegExp,
    private readonly user: User,
  ) {}

  async start(): Promise<void> {
    this.said = '';
    const child = spawn(this.command, this.args, {
      ...this.user,
      cwd: this.directory,
      env: environment(this.directory),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.child = child;
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`${this.command} exited with ${code}: ${this.said}`)));
      child.stderr?.on('data', (chunk: Buffer) => {
        this.said = `${this.said}${chunk.toString()}`.slice(-100_000);
        if (this.ready.test(this.said)) resolve();
      });
    });
  }

  /** The server's output since its start. */
  get log(): string {
    return this.said;
  }

  signal(name: NodeJS.Signals): void {
    this.child?.kill(name);
  }

  async stop(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Nothing of the machine's own settings. */
function environment(directory: string): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C', HOME: directory, TMPDIR: directory };
}
