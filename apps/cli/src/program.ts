import { VERSION } from '@9volt/platform/config';
import { Command } from 'commander';

interface Part {
  /** The commands that it adds; none for one that tells of all the others. */
  names: readonly string[];
  load: () => Promise<(program: Command) => void>;
}

/** Each is loaded when it is asked for: some need all of 9volt, and a health check is to cost nothing. */
const PARTS: readonly Part[] = [
  { names: ['up'], load: async () => (await import('./commands/up.command.js')).addUpCommand },
  {
    names: ['server', 'scheduler', 'worker', 'api'],
    load: async () => (await import('./commands/node.command.js')).addNodeCommands,
  },
  { names: ['cfg'], load: async () => (await import('./commands/cfg.command.js')).addCfgCommand },
  { names: ['backup', 'restore'], load: async () => (await import('./commands/backup.command.js')).addBackupCommands },
  { names: ['get'], load: async () => (await import('./commands/get.command.js')).addGetCommand },
  { names: ['why'], load: async () => (await import('./commands/why.command.js')).addWhyCommand },
  { names: ['drain', 'undrain'], load: async () => (await import('./commands/drain.command.js')).addDrainCommands },
  {
    names: ['test-alerter'],
    load: async () => (await import('./commands/test-alerter.command.js')).addTestAlerterCommand,
  },
  { names: ['health'], load: async () => (await import('./commands/health.command.js')).addHealthCommand },
  { names: ['doctor'], load: async () => (await import('./commands/doctor.command.js')).addDoctorCommand },
  { names: [], load: async () => (await import('./commands/completion.command.js')).addCompletionCommand },
];

/** The command line, nothing of it parsed or run yet: with the command that is asked for, or with all of them. */
export async function buildProgram(asked = ''): Promise<Command> {
  const program = new Command('9volt')
    .description('Distributed monitoring without a single point of failure.')
    .version(VERSION.text, '-v, --version')
    .showHelpAfterError('(see 9volt --help)');
  const part = PARTS.find(({ names }) => names.includes(asked));
  for (const { load } of part ? [part] : PARTS) (await load())(program);
  return program;
}
