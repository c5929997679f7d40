import type { Command } from 'commander';
import type { UpOptions } from '../up/up.js';
import { flagsOf, withSettings } from './node-options.js';

export function addUpCommand(program: Command): void {
  withSettings(
    program.command('up').description('Run 9volt on this machine: a server, and an etcd unless you name one.'),
    'node',
    ['dataDir'],
  )
    .option('--data-dir <dir>', 'data directory of etcd and of the workers', '.9volt')
    .option('--workers <n>', 'number of worker processes besides the one in the server', parseWorkers, 0)
    .option('--no-demo', 'do not load the demo into an empty cluster')
    .addHelpText(
      'after',
      '\nExamples:\n  9volt up\n  9volt up --workers 2 --no-demo\n  9volt up -e http://10.0.0.1:2379 --listen 127.0.0.1:9000',
    )
    .action(async (options: UpOptions) => {
      const { up } = await import('../up/up.js');
      await up(options, flagsOf(options));
    });
}

function parseWorkers(text: string): number {
  const workers = Number(text);
  if (!Number.isInteger(workers) || workers < 0 || workers > 64)
    throw new Error(`--workers: expected a number from 0 to 64, got "${text}"`);
  return workers;
}
