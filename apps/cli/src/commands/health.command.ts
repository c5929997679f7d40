import type { Command } from 'commander';
import { loadListenAddress, readEnvironment } from '@9volt/platform/config';
import { readinessOf } from '../api/readiness.js';
import { CliError, say } from '../output/say.js';

const NOT_LIVE = 1;
const NOT_READY = 2;
const TIMEOUT_MS = 5_000;

/** For health checks of containers, and for a person at the machine. */
export function addHealthCommand(program: Command): void {
  program
    .command('health')
    .description('Check whether a 9volt process on this machine answers and is ready.')
    .argument('[url]', 'address of the process; default: NINEV_LISTEN_ADDRESS, or http://127.0.0.1:8080')
    .option('--live', 'check only that it answers, not that it is ready')
    .addHelpText(
      'after',
      '\nExit code: 0 healthy, 1 no answer, 2 answers but not ready.\n\nExamples:\n  9volt health\n  9volt health http://127.0.0.1:8082 --live',
    )
    .action(async (written: string | undefined, options: { live?: boolean }) => {
      const url = (written ?? loadListenAddress(readEnvironment())).replace(/\/+$/, '');
      const { live, missing } = await readinessOf(url, AbortSignal.timeout(TIMEOUT_MS));
      const lacking = Object.entries(missing).map(([component, reason]) => `${component}: ${reason}`);
      if (!live) throw new CliError(`${url} does not answer: ${Object.values(missing).join('; ')}`, NOT_LIVE);
      if (lacking.length > 0 && !options.live)
        throw new CliError(`${url} is not ready: ${lacking.join('; ')}`, NOT_READY);
      say(lacking.length > 0 ? `live; not ready: ${lacking.join('; ')}` : 'ready');
    });
}
