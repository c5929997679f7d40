import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../../..');

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  timeoutMs?: number;
}

/** Runs a command to its end and answers what it wrote to stdout; throws, with all it wrote, when it fails. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, output } = await attempt(command, args, options);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output.slice(-6_000)}`);
  return stdout.trim();
}

export interface Outcome {
  /** 128 and more where a signal ended it, as shells count. */
  code: number;
  stdout: string;
  /** What it wrote to stdout and stderr. */
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

/** What jest and nx set for themselves would change what is run: a build for tests, colours in what is compared. */
function withoutTestSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const rest = Object.entries(env).filter(([name]) => !SET_BY_TESTS.includes(name));
  // Installed commands of the workspace must not stand in for those that are proved.
  const path = (env['PATH'] ?? '').split(':').filter((dir) => !dir.includes('node_modules'));
  return {
    ...Object.fromEntries(rest),
    PATH: [...path, dirname(process.execPath), '/usr/sbin', '/sbin'].join(':'),
  };
}
