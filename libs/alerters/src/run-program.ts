import { spawn, type ChildProcess } from 'node:child_process';

/** How long a program that was asked to end may take, before it is killed. */
const TERM_GRACE_MS = 500;
/** How long output that is still in the pipes, or the end of what was killed, is waited for. */
const DRAIN_MS = 250;
/** More than an answer shows of it. */
const MAX_OUTPUT_BYTES = 4_096;

export interface Program {
  command: string;
  args: readonly string[];
  /** All of its environment. */
  env: Readonly<Record<string, string>>;
  input: string;
}

export interface ProgramEnd {
  /** Null when a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The first 4 KiB of both streams, as they came. */
  output: string;
}

/**
 * Runs a program without a shell in a process group of its own, of which nothing is left afterwards. When the deadline is aborted the
 * group is asked to end and then killed, or killed at once if it is `urgent`. Rejects when it cannot be started.
 */
export async function runProgram(program: Program, deadline: AbortSignal, urgent: () => boolean): Promise<ProgramEnd> {
  const { command, args, env, input } = program;
  const child = spawn(command, args, { env: { ...env }, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  const exited = new Promise<Omit<ProgramEnd, 'output'>>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const output = keepOutput(child);
  // Whoever does not read its input closes it; that is no fault.
  child.stdin?.on('error', () => undefined).end(input);

  let end = (): void => undefined;
  const killed = new Promise<Omit<ProgramEnd, 'output'>>((resolve) => {
    // Also what cannot be killed, for it waits for a disk or became another user, is not waited for.
    end = () => void endGroup(child, exited, urgent).then(() => resolve({ code: null, signal: 'SIGKILL' }));
  });
  deadline.addEventListener('abort', end, { once: true });
  if (deadline.aborted) end();
  try {
    const how = await Promise.race([exited, killed]);
    killGroup(child, 'SIGKILL');
    // A descendant that left the group may hold the pipes; it is not waited for.
    await atMost(closed, DRAIN_MS);
    return { ...how, output: output() };
  } finally {
    deadline.removeEventListener('abort', end);
    for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe?.destroy();
  }
}

function keepOutput(child: ChildProcess): () => string {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const keep = (chunk: Buffer): void => {
    // The rest is read and dropped, so that a talkative program does not wait for us.
    if (bytes >= MAX_OUTPUT_BYTES) return;
    chunks.push(chunk.subarray(0, MAX_OUTPUT_BYTES - bytes));
    bytes += chunk.length;
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return () => Buffer.concat(chunks).toString('utf8');
}

async function endGroup(child: ChildProcess, exited: Promise<unknown>, urgent: () => boolean): Promise<void> {
  if (!urgent()) {
    killGroup(child, 'SIGTERM');
    await atMost(exited, TERM_GRACE_MS);
  }
  killGroup(child, 'SIGKILL');
  await atMost(exited, DRAIN_MS);
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

async function atMost(event: Promise<unknown>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, limitMs)));
  await Promise.race([event, over]).catch(() => undefined);
  clearTimeout(timer);
}
