import 'reflect-metadata';
import { messageOf } from '@9volt/contracts';
import { ConfigError, VERSION } from '@9volt/platform';
import { Command } from 'commander';
import { addCfgCommand } from './commands/cfg.command.js';
import { addGetCommand } from './commands/get.command.js';
import { addNodeCommands } from './commands/node.command.js';
import { addTestAlerterCommand } from './commands/test-alerter.command.js';
import { addUpCommand } from './commands/up.command.js';
import { CliError, warn } from './output/say.js';

const program = new Command('9volt')
  .description('Distributed monitoring without a single point of failure.')
  .version(VERSION.text, '-v, --version')
  .showHelpAfterError('(9volt --help tells more)');
addUpCommand(program);
addNodeCommands(program);
addCfgCommand(program);
addGetCommand(program);
addTestAlerterCommand(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof ConfigError) for (const fault of error.faults) warn(`9volt: ${fault}`);
  else warn(`9volt: ${messageOf(error)}`);
  const code = error instanceof CliError ? error.exitCode : 1;
  process.exitCode = Number(process.exitCode ?? 0) || code;
}
