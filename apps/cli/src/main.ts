import 'reflect-metadata';
import { messageOf } from '@9volt/contracts/errors';
import { ConfigError } from '@9volt/platform/config';
import { letReadersGo } from './output/reader.js';
import { CliError, warn } from './output/say.js';
import { buildProgram } from './program.js';

letReadersGo();
try {
  await buildProgram().parseAsync();
} catch (error) {
  if (error instanceof ConfigError) for (const fault of error.faults) warn(`9volt: ${fault}`);
  else warn(`9volt: ${messageOf(error)}`);
  const code = error instanceof CliError ? error.exitCode : 1;
  // Work that a command began must not keep it alive. An empty write completes once everything before it is written.
  process.stdout.write('', () => process.stderr.write('', () => process.exit(Number(process.exitCode ?? 0) || code)));
}
