import { VERSION } from '@9volt/platform/config';
import { Command } from 'commander';
import { addBackupCommands } from './commands/backup.command.js';
import { addCfgCommand } from './commands/cfg.command.js';
import { addCompletionCommand } from './commands/completion.command.js';
import { addDoctorCommand } from './commands/doctor.command.js';
import { addDrainCommands } from './commands/drain.command.js';
import { addGetCommand } from './commands/get.command.js';
import { addHealthCommand } from './commands/health.command.js';
import { addLoginCommands } from './commands/login.command.js';
import { addMonitorCommands } from './commands/monitor.command.js';
import { addNodeCommands } from './commands/node.command.js';
import { addQuietCommands } from './commands/quiet.command.js';
import { addReportCommand } from './commands/report.command.js';
import { addTestAlerterCommand } from './commands/test-alerter.command.js';
import { addTryCommand } from './commands/try.command.js';
import { addUpCommand } from './commands/up.command.js';
import { addWhyCommand } from './commands/why.command.js';

/**
 * The command line, neither parsed nor run yet. Commands load what they need when they run: help and health checks must cost next
 * to nothing.
 */
export function buildProgram(): Command {
  const program = new Command('9volt')
    .description('Distributed monitoring without a single point of failure.')
    .version(VERSION.text, '-v, --version');
  for (const add of [
    ...[addUpCommand, addNodeCommands, addCfgCommand, addBackupCommands],
    ...[addGetCommand, addWhyCommand, addMonitorCommands, addTryCommand, addDrainCommands],
    ...[addQuietCommands, addReportCommand, addTestAlerterCommand],
    ...[addLoginCommands, addHealthCommand, addDoctorCommand, addCompletionCommand],
  ]) {
    add(program);
  }
  pointToHelp(program, '9volt');
  return program;
}

/** After a wrong argument, each command names its own help. */
function pointToHelp(command: Command, path: string): void {
  command.showHelpAfterError(`(see ${path} --help)`);
  for (const child of command.commands) {
    // `9volt cfg` alone is `9volt cfg sync`, which nobody has to know.
    pointToHelp(child, child.name() === 'sync' ? path : `${path} ${child.name()}`);
  }
}
