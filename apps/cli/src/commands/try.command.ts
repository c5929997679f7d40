import { type Command } from 'commander';
import { withApi } from './api-options.js';
import type { TryOptions } from './try.run.js';

export function addTryCommand(program: Command): void {
  withApi(program.command('try'))
    .description('Run each monitor of a file once on a worker, without storing it.')
    .argument('<file>', 'a YAML file as for `9volt cfg`; "-" for stdin')
    .option('--monitor <name>', 'only this monitor of the file')
    .addHelpText(
      'after',
      '\nExit code: 0 if all are ok, 1 if not.\n\nExamples:\n  9volt try monitoring/shop.yaml\n  9volt try monitoring/shop.yaml --monitor shop-home',
    )
    .action(async (file: string, options: TryOptions) => {
      await (await import('./try.run.js')).tryFile(file, options);
    });
}
