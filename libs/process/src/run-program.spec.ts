import { describe, expect, it } from '@jest/globals';
import { waitFor } from '@9volt/testing';
import { PROGRAM_ENVIRONMENT } from './environment.js';
import { Head } from './head.js';
import { type Limits, runProgram } from './run-program.js';

const never = new AbortController().signal;

/** Runs a script, and keeps the first 4 KiB of what it writes. */
async function shell(script: string, limits: Partial<Limits> = {}, input?: string) {
  const output = new Head(4_096);
  const program = { command: 'sh', args: ['-c', script], env: PROGRAM_ENVIRONMENT, input };
  const ran = runProgram(program, { overdue: 60_000, stop: never, ...limits }, (chunk) => output.push(chunk));
  const end = await ran.catch((error: Error) => error);
  return { end, output };
}

function isAlive(pid: string): boolean {
  try {
    return process.kill(Number(pid), 0);
  } catch {
    return false;
  }
}

describe('runProgram', () => {
  it('reports how it ended and what it wrote to both streams', async () => {
    const { end, output } = await shell('echo out; echo err >&2; exit 3');
    expect(end).toEqual({ code: 3, killedBy: null });
    expect(output.text().split('\n').sort()).toEqual(['', 'err', 'out']);
    expect((await shell('kill -9 $$')).end).toEqual({ code: null, killedBy: 'SIGKILL' });
  });

  it('gives it its input, or an empty one', async () => {
    expect((await shell('cat', {}, 'hello')).output.text()).toBe('hello');
    expect((await shell('cat')).end).toEqual({ code: 0, killedBy: null });
    expect((await shell('true', {}, 'x'.repeat(1_000_000))).end).toEqual({ code: 0, killedBy: null });
  });

  it('reads everything that a talkative program writes, and keeps the beginning', async () => {
    const { end, output } = await shell('head -c 5000000 /dev/zero');
    expect(end).toEqual({ code: 0, killedBy: null });
    expect(output.bytes).toBe(5_000_000);
    expect(output.buffer()).toHaveLength(4_096);
  });

  it.each([
    ['milliseconds', () => 500],
    ['a signal', () => AbortSignal.timeout(500)],
  ])('asks a program that is overdue by %s to end, then kills it with its children', async (_, overdue) => {
    const script = `trap 'echo asked' TERM; sleep 60 & echo $!; while :; do sleep 0.05; done`;
    const { end, output } = await shell(script, { overdue: overdue() });
    expect(end).toMatchObject({ name: 'CutShort', reason: 'timeout' });
    const [child = '', ...rest] = output.text().trim().split('\n');
    expect(child).toMatch(/^\d+$/);
    expect(rest).toContain('asked');
    // A zombie until init, or its replacement, collects it.
    await waitFor(() => !isAlive(child));
  });

  it('ends one that is overdue when it begins', async () => {
    expect((await shell('sleep 60', { overdue: AbortSignal.abort() })).end).toMatchObject({ reason: 'timeout' });
  });

  it('kills it at once on abort', async () => {
    const stop = new AbortController();
    const running = shell(`trap 'echo asked; exit 0' TERM; echo ready; while :; do sleep 0.05; done`, {
      stop: stop.signal,
      overdue: stop.signal,
    });
    setTimeout(() => stop.abort(), 300);
    const { end, output } = await running;
    expect(end).toMatchObject({ name: 'CutShort' });
    expect(output.text()).toBe('ready\n');
  });

  it('leaves no process of its group when it ends by itself', async () => {
    const { end, output } = await shell('sleep 60 & echo $!');
    expect(end).toEqual({ code: 0, killedBy: null });
    const child = output.text().trim();
    expect(child).toMatch(/^\d+$/);
    // A zombie until init, or its replacement, collects it.
    await waitFor(() => !isAlive(child));
  });

  it("rejects with the system's error when it cannot start", async () => {
    const program = { command: '/does/not/exist', args: [], env: {} };
    const ran = runProgram(program, { overdue: 1_000, stop: never }, () => undefined);
    await expect(ran).rejects.toMatchObject({ code: 'ENOENT', syscall: expect.stringMatching(/^spawn/) });
  });
});
