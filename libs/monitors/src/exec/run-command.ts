import { type ChildProcess, spawn } from 'node:child_process';
import { CutShort, scoped } from '../probe/scope.js';

/** How long a command that was asked to end may take, before it is killed. */
const TERM_GRACE_MS = 500;

/** How long output that is still in the pipes is waited for, once the command has exited. */
const DRAIN_MS = 200;

/** How long a killed process is waited for, so that none is left behind when the run is over. */
const REAP_MS = 250;

export interface Command {
  command: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
}

export interface Exit {
  code: number | null;
  killedBy: NodeJS.Signals | null;
}

/**
 * Runs a command without a shell, in a process group of its own, with no input. `onOutput` is given what it writes, both
 * streams as they come. After `limitMs` the group is asked to end, then killed, and the promise rejects with {@link CutShort};
 * on an abort it is killed at once. Nothing of the group outlives the run, however the run ends. A descendant that left the
 * group may: it is not waited for, even when it holds the pipes.
 */
export async function runCommand(
  { command, args, env }: Command,
  limitMs: number,
  signal: AbortSignal,
  onOutput: (chunk: Buffer, from: 'stdout' | 'stderr') => void,
): Promise<Exit> {
  const child = spawn(command, args, { env: { ...env }, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = exitOf(child);
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  // Without pipes when none could be made; then an error event follows.
  const pipes = [child.stdout, child.stderr].filter((pipe) => pipe !== undefined);
  for (const from of ['stdout', 'stderr'] as const) child[from]?.on('data', (chunk: Buffer) => onOutput(chunk, from));
  try {
    const exit = await scoped(limitMs, signal, () => exited);
    killGroup(child, 'SIGKILL');
    await patiently(closed, DRAIN_MS, signal);
    return exit;
  } catch (error) {
    if (error instanceof CutShort && error.reason === 'timeout') {
      killGroup(child, 'SIGTERM');
      await patiently(exited, TERM_GRACE_MS, signal);
    }
    killGroup(child, 'SIGKILL');
    await patiently(exited, REAP_MS);
    throw error;
  } finally {
    for (const pipe of pipes) pipe.destroy();
  }
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise<Exit>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, killedBy) => resolve({ code, killedBy }));
  });
}

/** Waits for an event until the limit or an abort; what comes of it does not matter. */
async function patiently(
  event: Promise<unknown>,
  limitMs: number,
  signal = new AbortController().signal,
): Promise<void> {
  await scoped(limitMs, signal, () => event).catch(() => undefined);
}

/** A group exists as long as one process of it does, whether its first has exited or not. */
function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // ESRCH: all of it is gone. EPERM: what is left runs as another user, and is out of our reach.
  }
}
