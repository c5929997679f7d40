import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { MAIN } from './node-process.js';

export interface CommandResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `9volt …` to its end, as a person would. */
export async function run9volt(
  args: readonly string[],
  options: { env?: Record<string, string>; cwd?: string; main?: string } = {},
): Promise<CommandResult> {
  const child = spawn(process.execPath, [options.main ?? MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    timeout: 60_000,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  await once(child, 'close');
  return { code: child.exitCode, stdout, stderr };
}
