import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { NodeConfig } from '@9volt/platform/config';

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));

/**
 * Starts worker processes beside the server. Each in a process group of its own, so that Ctrl-C reaches only `up`, which then stops
 * them in order.
 */
export function startWorkers(
  count: number,
  config: NodeConfig,
  environment: NodeJS.ProcessEnv,
): { stop(): Promise<void> } {
  const children = Array.from({ length: count }, (_, index) =>
    spawn(
      process.execPath,
      [MAIN, 'worker', '--listen', '127.0.0.1:0', '--member-id', `${config.memberName}-worker-${index + 1}`],
      { detached: true, stdio: ['ignore', 'inherit', 'inherit'], env: environment },
    ),
  );
  return {
    stop: async () => {
      await Promise.all(children.map(stopChild));
    },
  };
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
