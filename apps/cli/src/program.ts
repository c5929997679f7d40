import { VERSION } from '@9volt/platform';
import { Command } from 'commander';
import { addBackupCommands } from './commands/backup.command.js';
import { addCfgCommand } from './commands/cfg.command.js';
import { addCompletionCommand } from './commands/completion.command.js';
import { addDoctorCommand } from './commands/doctor.command.js';
import { addDrainCommands } from './commands/drain.command.js';
import { addGetCommand } from './commands/get.command.js';
import { addHealthCommand } from './commands/health.command.js';
import { addNodeCommands } from './commands/node.command.js';
import { addTestAlerterCommand } from './commands/test-alerter.command.js';
import { addUpCommand } from './commands/up.command.js';
import { addWhyCommand } from './commands/why.command.js';

/** The whole command line; nothing is parsed or run yet. */
export function buildProgram(): Command {
  const program = new Command('9volt')
    .description('Distributed monitoring without a single point of failure.')
    .version(VERSION.text, '-v, --version')
    .showHelpAfterError('(9volt --help tells more)');
  addUpCommand(program);
  addNodeCommands(program);
  addCfgCommand(program);
  addBackupCommands(program);
  addGetCommand(program);
  addWhyCommand(program);
  addDrainCommands(program);
  addTestAlerterCommand(program);
  addHealthCommand(program);
  addDoctorCommand(program);
  addCompletionCommand(program);
  return program;
}
