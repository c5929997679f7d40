import type { Command } from 'commander';
import { CliError } from '../output/say.js';
import { KINDS } from '../cfg/entry.js';
import { IGNORE_FILE } from '../cfg/find-files.js';
import { addCfgClusterCommand } from './cfg-cluster.command.js';
import type { CfgOptions } from './cfg.run.js';
import { withSettings } from './node-options.js';

export function addCfgCommand(program: Command): void {
  const cfg = program.command('cfg').description('Push a directory of YAML files to etcd.');

  const sync = withSettings(
    withSet(
      withFiles(
        cfg
          .command('sync <dir>', { isDefault: true })
          .description(
            'Push changed entries. Delete entries that this set of files pushed before and no file contains any more.',
          ),
      ),
    ),
    'etcd',
  );
  sync
    .allowExcessArguments()
    .option('-r, --replace', 'push every entry, even unchanged ones')
    .option('-n, --nosync', 'keep entries that no file contains any more')
    .option('--take-over', 'change entries of other sets of files, too; they then belong to this set')
    .option('--verbose', 'list unchanged entries, too')
    .option('--dryrun', 'write nothing; show the changes only')
    .option('--force', 'allow deleting more than half of the monitors (if more than 10)')
    .addHelpText(
      'after',
      '\nExamples:\n  9volt cfg ./monitoring\n  9volt cfg ./monitoring --dryrun\n  9volt cfg ./team-a\n  9volt cfg /tmp/checkout --set team-a',
    )
    .action(async (directory: string, options: CfgOptions, { args }: Command) => {
      if (args.length > 1) throw await tooMuch(cfg, directory, args);
      await (await import('./cfg.run.js')).sync(directory, options);
    });

  withFiles(cfg.command('validate <dir>').description('Check the files without etcd.'))
    .option('-n, --nosync', 'allow alerters that only etcd contains')
    .addHelpText('after', '\nExample:\n  9volt cfg validate ./monitoring')
    .action(async (directory: string, options: CfgOptions) => {
      await (await import('./cfg.run.js')).validate(directory, options);
    });

  withSettings(withSet(withFiles(cfg.command('diff <dir>').description('Show what a push would change.'))), 'etcd')
    .option('-n, --nosync', 'ignore entries that no file contains any more')
    .addHelpText(
      'after',
      '\nExit code: 0 no difference, 1 differences, 2 error.\n\nExample:\n  9volt cfg diff ./monitoring',
    )
    .action(async (directory: string, options: CfgOptions) => {
      await (await import('./cfg.run.js')).diff(directory, options);
    });

  addCfgClusterCommand(cfg);

  withSettings(
    cfg
      .command('export')
      .description(
        'Print all stored monitors and alerters as YAML, ready for `9volt cfg`. The output contains secrets.',
      ),
    'etcd',
  )
    .addHelpText('after', '\nExample:\n  9volt cfg export > monitoring/all.yaml')
    .action(async (options: CfgOptions) => {
      await (await import('./cfg.run.js')).exportAll(options);
    });
  showAs(cfg, sync);
}

/** The help of a group whose name alone does something is the help of that, with its commands below. */
function showAs(group: Command, standard: Command): void {
  const help = group.createHelp();
  standard.configureHelp({
    commandUsage: () => help.commandUsage(standard).replace(` ${standard.name()} `, ' '),
    visibleCommands: () => help.visibleCommands(group).filter((command) => command !== standard),
  });
  group.outputHelp = standard.outputHelp.bind(standard);
}

/** A wrong name of a command is taken for the directory. */
async function tooMuch(cfg: Command, first: string, args: readonly string[]): Promise<CliError> {
  const { nearest } = await import('@9volt/contracts');
  const meant = nearest(
    first,
    cfg.commands.map((command) => command.name()),
  );
  return new CliError(
    meant === undefined
      ? `expected one directory, got ${args.length}: ${args.join(', ')}`
      : `"9volt cfg ${first}" is not a command; did you mean "9volt cfg ${meant}"?`,
  );
}

/** The options about who owns the entries. */
function withSet(command: Command): Command {
  return command
    .option('--set <name>', 'name of the set of files; by default the name of the directory')
    .option('--prune-all', 'also delete entries that other sets, the dashboard or other people made');
}

/** The options that choose files below the directory. */
function withFiles(command: Command): Command {
  return command
    .option(
      '--strict',
      `reject files without ${KINDS.join(' or ')} at the top, instead of skipping them with a message`,
    )
    .option(
      '--exclude <glob>',
      `skip files and folders that match a .gitignore pattern; repeat it for more, or list the patterns in ${IGNORE_FILE} in the directory`,
      (glob: string, globs: string[] = []) => [...globs, glob],
    );
}
