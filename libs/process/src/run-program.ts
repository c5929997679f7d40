import { type ChildProcess, spawn } from 'node:child_process';
import { killGroup } from './kill-group.js';
import { CutShort, type Scope, scoped } from './scope.js';
import { Stop, type StopSignal } from './stop-signal.js';

/** How long a program may take to end when asked, before it is killed. */
const TERM_GRACE_MS = 500;

/** How long to wait for output in the pipes, once the program has exited or was killed. */
const DRAIN_MS = 250;

export interface Program {
  command: string;
  args: readonly string[];
  /** All of its environment. */
  env: Readonly<Record<string, string>>;
  /** Its standard input; empty by default. */
  input?: string;
}

export interface Limits {
  /** After this many milliseconds, or when this aborts, asks the program to end, and kills it if it does not. */
  overdue: number | AbortSignal;
  /** When this aborts, it is killed at once. */
  stop: StopSignal;
}

export interface Exit {
  code: number | null;
  /** Null if it ended by itself. */
  killedBy: NodeJS.Signals | null;
}

/**
 * Runs a program without a shell, in a process group of its own. `onOutput` gets what it writes, both streams as they come. Rejects
 * with {@link CutShort} if a limit ended it, and with the system's error if it cannot start. No process of the group outlives the
 * run, however the run ends. A descendant that left the group may: it is not waited for, even if it keeps the pipes open.
 */
export async function runProgram(
  { command, args, env, input }: Program,
  { overdue, stop }: Limits,
  onOutput: (chunk: Buffer, from: 'stdout' | 'stderr') => void,
): Promise<Exit> {
  const stdin = input === undefined ? 'ignore' : 'pipe';
  const child = spawn(command, args, { env: { ...env }, detached: true, stdio: [stdin, 'pipe', 'pipe'] });
  const exited = exitOf(child);
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  // Without pipes if none could be made; then an error event follows.
  for (const from of ['stdout', 'stderr'] as const) child[from]?.on('data', (chunk: Buffer) => onOutput(chunk, from));
  // A program that does not read its input closes it; that is no error.
  child.stdin?.on('error', () => undefined).end(input);
  try {
    const exit = await untilOverdue(overdue, stop, exited);
    killGroup(child.pid);
    await atMost(DRAIN_MS, closed, stop);
    return exit;
  } catch (error) {
    if (error instanceof CutShort && error.reason === 'timeout' && !stop.aborted) {
      killGroup(child.pid, 'SIGTERM');
      await atMost(TERM_GRACE_MS, exited, stop);
    }
    killGroup(child.pid);
    // Does not wait for a process that cannot be killed because it waits for a disk or became another user.
    if (child.pid !== undefined) await atMost(DRAIN_MS, closed);
    throw error;
  } finally {
    for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe?.destroy();
  }
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise<Exit>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, killedBy) => resolve({ code, killedBy }));
  });
}

function untilOverdue(overdue: number | AbortSignal, stop: StopSignal, exited: Promise<Exit>): Promise<Exit> {
  if (typeof overdue === 'number') return scoped(overdue, stop, () => exited);
  return scoped(Infinity, stop, (scope) => Promise.race([exited, timeoutAt(overdue, scope)]));
}

function timeoutAt(overdue: AbortSignal, scope: Scope): Promise<never> {
  return new Promise((_, reject) => {
    const end = (): void => reject(new CutShort('timeout', 'timed out'));
    if (overdue.aborted) return end();
    overdue.addEventListener('abort', end, { once: true });
    scope.onEnd(() => overdue.removeEventListener('abort', end));
  });
}

/** Waits for an event until the limit or an abort; the outcome does not matter. */
async function atMost(limitMs: number, event: Promise<unknown>, stop: StopSignal = new Stop()): Promise<void> {
  await scoped(limitMs, stop, () => event).catch(() => undefined);
}
