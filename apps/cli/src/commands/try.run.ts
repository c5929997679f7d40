import { readFile } from 'node:fs/promises';
import type { components } from '@9volt/contracts/api-types';
import { ApiClient, type ApiOptions } from '../api/api-client.js';
import { type ConfigFault } from '../cfg/entry.js';
import { parseFile } from '../cfg/parse-file.js';
import { validateEntries } from '../cfg/validate-entries.js';
import { reasonOf } from '../output/reason-of.js';
import { CliError, say, warn } from '../output/say.js';
import { refuse } from './cfg.run.js';
import { resultLine } from './monitor.command.js';

export interface TryOptions extends ApiOptions {
  monitor?: string;
}

export async function tryFile(file: string, options: TryOptions): Promise<void> {
  const faults: ConfigFault[] = [];
  const { entries } = parseFile(file, await read(file), faults, true);
  // A test notifies no alerters, so they may be missing.
  faults.push(...validateEntries(entries, undefined).faults);
  refuse(faults, 'nothing was run');
  const monitors = entries.filter(({ kind, name }) => kind === 'monitor' && (options.monitor ?? name) === name);
  if (monitors.length === 0) {
    throw new CliError(`${file}: it has no monitor${options.monitor === undefined ? '' : ` "${options.monitor}"`}`);
  }
  const api = new ApiClient(options);
  for (const { name, raw } of monitors) {
    try {
      const result = await api.post<components['schemas']['CheckResult']>('/api/v1/monitor/test', { config: raw });
      say(resultLine(name, result));
      if (result.status !== 'ok') process.exitCode = 1;
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      warn(`${name}: ${error.message}`);
      process.exitCode = 1;
    }
  }
}

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file === '-' ? '/dev/stdin' : file);
  } catch (error) {
    throw new CliError(`${file}: cannot read it: ${reasonOf(error)}`);
  }
}
