import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A running process may open only this many files more. Answers what gives it its limit back. */
export async function setOpenFilesLimit(pid: number, more: number): Promise<() => Promise<void>> {
  const prlimit = async (...args: string[]): Promise<string> =>
    (await run('prlimit', ['--pid', String(pid), ...args])).stdout.trim();
  const before = await prlimit('--nofile', '--noheadings', '--output', 'SOFT');
  const open = readdirSync(`/proc/${pid}/fd`).length;
  await prlimit(`--nofile=${open + more}:`);
  return async () => void (await prlimit(`--nofile=${before}:`));
}
