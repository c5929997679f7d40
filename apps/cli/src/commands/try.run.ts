import { readFile } from 'node:fs/promises';
import { capped, nearest } from '@9volt/contracts';
import type { components } from '@9volt/contracts/api-types';
import { ApiClient, ApiError, type ApiOptions } from '../api/api-client.js';
import { type ConfigFault } from '../cfg/entry.js';
import { parseFile } from '../cfg/parse-file.js';
import { validateEntries } from '../cfg/validate-entries.js';
import { counted } from '../output/counted.js';
import { reasonOf } from '../output/reason-of.js';
import { CliError, say, warn } from '../output/say.js';
import { visible } from '../output/visible.js';
import { refuse } from './cfg.run.js';
import { resultLine } from './monitor.command.js';

type CheckResult = components['schemas']['CheckResult'];

/** Lines of an answer that a person needs to recognize it. */
const SHOWN_LINES = 5;
const SHOWN_LENGTH = 160;

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
    const names = entries.filter(({ kind }) => kind === 'monitor').map(({ name }) => name);
    const meant = options.monitor === undefined ? undefined : nearest(options.monitor, names);
    const asked = options.monitor === undefined ? '' : ` "${options.monitor}"`;
    throw new CliError(`${file}: it has no monitor${asked}${meant === undefined ? '' : `; did you mean "${meant}"?`}`);
  }
  const api = new ApiClient(options);
  for (const { name, raw } of monitors) {
    try {
      const result = await api.post<CheckResult>('/api/v1/monitor/test', { config: raw });
      for (const line of [resultLine(name, result), ...factsOf(result)]) say(line);
      if (result.status !== 'ok') process.exitCode = 1;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      warn(`${name}: ${error.message}`);
      process.exitCode = 1;
    }
  }
}

/** What the target said, and for how long its certificate is good. */
function factsOf({ answer, certificate }: CheckResult): string[] {
  const lines = answer?.body.split('\n').filter((line) => line.trim() !== '') ?? [];
  return [
    ...(answer
      ? [`  The target answered with status ${answer.status}${lines.length > 0 ? ':' : ', without a body'}`]
      : []),
    ...lines.slice(0, SHOWN_LINES).map((line) => `    ${capped(line, SHOWN_LENGTH)}`),
    ...(lines.length > SHOWN_LINES ? ['    …'] : []),
    ...(certificate
      ? [
          `  Certificate of ${certificate.subject}, valid until ${certificate.notAfter}, ${counted(certificate.daysLeft, 'day')} left`,
        ]
      : []),
  ].map(visible);
}

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file === '-' ? '/dev/stdin' : file);
  } catch (error) {
    throw new CliError(`${file}: cannot read it: ${reasonOf(error)}`);
  }
}
