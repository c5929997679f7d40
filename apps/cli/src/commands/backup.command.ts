import type { Command } from 'commander';
import type { RestoreOptions } from './backup.run.js';
import { withSettings } from './node-options.js';

export function addBackupCommands(program: Command): void {
  withSettings(
    program
      .command('backup')
      .description(
        'Save the configuration to a file: cluster settings, monitors, alerters, maintenance windows, status pages, silences and drains. The file contains secrets.',
      ),
    'etcd',
  )
    .argument('<file>', 'file to write; "-" for stdout')
    .addHelpText(
      'after',
      '\nExamples:\n  9volt backup monitoring.json\n  9volt backup - | gpg -e > monitoring.json.gpg',
    )
    .action(async (file: string, options: Record<string, unknown>) => {
      await (await import('./backup.run.js')).backup(file, options);
    });

  withSettings(
    program
      .command('restore')
      .description('Restore a file made by `backup`. Entries that the file does not contain stay as they are.'),
    'etcd',
  )
    .argument('<file>', 'file made by `backup`; "-" for stdin')
    .option('-r, --replace', 'also replace entries that differ from the file')
    .option('--dryrun', 'write nothing; show the changes only')
    .addHelpText(
      'after',
      '\nExamples:\n  9volt restore monitoring.json --dryrun\n  9volt restore monitoring.json --replace',
    )
    .action(async (file: string, options: RestoreOptions) => {
      await (await import('./backup.run.js')).restore(file, options);
    });
}
