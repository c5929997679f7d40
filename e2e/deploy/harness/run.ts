import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../../..');

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  timeoutMs?: number;
}

/** Runs a command to its end and answers its stdout; throws on failure, with all of its output. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, output } = await attempt(command, args, options);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output.slice(-6_000)}`);
  return stdout.trim();
}

export interface Outcome {
  /** 128 and more if a signal ended it, as in shells. */
  code: number;
  stdout: string;
  /** Its stdout and stderr. */
  output: string;
}

/** Like {@link run}; a failure is an answer. */
export async function attempt(command: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const child = spawn(command, args, {
    cwd: options.cwd ?? ROOT,
    env: { ...withoutTestSettings(process.env), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: options.timeoutMs ?? 120_000,
  });
  let stdout = '';
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  await once(child, 'close');
  return { code: child.exitCode ?? 137, stdout, output };
}

const SET_BY_TESTS = ['NODE_ENV', 'NODE_OPTIONS', 'JEST_WORKER_ID', 'FORCE_COLOR'];

/** jest and nx set variables that would change what is run: a build for tests, colours in compared output. */
function withoutTestSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const rest = Object.entries(env).filter(([name]) => !SET_BY_TESTS.includes(name));
  // Installed commands of the workspace must not replace the tested ones.
  const path = (env['PATH'] ?? '').split(':').filter((dir) => !dir.includes('node_modules'));
  return {
    ...Object.fromEntries(rest),
    PATH: [...path, dirname(process.execPath), '/usr/sbin', '/sbin'].join(':'),
  };
}
