import { type ChildProcess, spawn } from 'node:child_process';
import { killGroup } from './kill-group.js';
import { CutShort, type Scope, scoped } from './scope.js';
import { Stop, type StopSignal } from './stop-signal.js';

/** How long a program that was asked to end may take, before it is killed. */
const TERM_GRACE_MS = 500;

/** How long output that is still in the pipes is waited for, once the program has exited or was killed. */
const DRAIN_MS = 250;

export interface Program {
  command: string;
  args: readonly string[];
  /** All of its environment. */
  env: Readonly<Record<string, string>>;
  /** What it reads from its standard input; without it that is empty. */
  input?: string;
}

export interface Limits {
  /** After so many milliseconds, or when this aborts, the program is asked to end, and killed when it does not. */
  overdue: number | AbortSignal;
  /** When this aborts, it is killed at once. */
  stop: StopSignal;
}

export interface Exit {
  code: number | null;
  /** Null when it ended by itself. */
  killedBy: NodeJS.Signals | null;
}

/**
 * Runs a program without a shell, in a process group of its own. `onOutput` is given what it writes, both streams as they come. Rejects with
 * {@link CutShort} when a limit ended it, and with the error of the system when it cannot be started. Nothing of the group outlives the run, however
 * the run ends. A descendant that left the group may: it is not waited for, even when it holds the pipes.
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
  // Without pipes when none could be made; then an error event follows.
  for (const from of ['stdout', 'stderr'] as const) child[from]?.on('data', (chunk: Buffer) => onOutput(chunk, from));
  // Whoever does not read its input closes it; that is no fault.
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
    // Also what cannot be killed, for it waits for a disk or became another user, is not waited for.
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

/** Waits for an event until the limit or an abort; what comes of it does not matter. */
async function atMost(limitMs: number, event: Promise<unknown>, stop: StopSignal = new Stop()): Promise<void> {
  await scoped(limitMs, stop, () => event).catch(() => undefined);
}
