import { readFile } from 'node:fs/promises';
import { VERSION } from '@9volt/platform/config';
import { decodeBackup, encodeBackup, type Backup } from '../backup/backup-file.js';
import { OperatorRepository } from '../backup/operator-repository.js';
import { planRestore } from '../backup/plan-restore.js';
import { reasonOf } from '../output/reason-of.js';
import { writePrivately } from '../output/write-privately.js';
import { listed } from '../output/counted.js';
import { CliError, say } from '../output/say.js';
import { withRepository } from './with-repository.js';

export interface RestoreOptions extends Record<string, unknown> {
  replace?: boolean;
  dryrun?: boolean;
}

export async function backup(file: string, options: Record<string, unknown>): Promise<void> {
  const [data, origins] = await withRepository(OperatorRepository, options, async (repository) => {
    const [stored, noted] = [await repository.read(), await repository.readOrigins()];
    // A note without its entry means nothing.
    return [valuesOf(stored), valuesOf([...noted].filter(([key]) => stored.has(key)))];
  });
  const text = encodeBackup({ madeAt: new Date().toISOString(), data, origins }, `9volt ${VERSION.text}`);
  if (file === '-') {
    process.stdout.write(text);
    return;
  }
  // Never half a backup under its name, and readable by nobody else.
  await writePrivately(file, text).catch((error: unknown) => {
    throw new CliError(`${file}: cannot write it: ${reasonOf(error)}`);
  });
  say(`saved ${summary(data.keys())} to ${file}`);
}

export async function restore(file: string, options: RestoreOptions): Promise<void> {
  const { data, origins, madeAt } = await readBackup(file);
  await withRepository(OperatorRepository, options, async (repository) => {
    const foreign = [...data.keys()].find((key) => !repository.isOperators(key));
    if (foreign !== undefined)
      throw new CliError(`${file}: the key "${foreign}" does not belong in a backup; nothing was written`);
    const plan = planRestore(data, await repository.read());
    const changes = options.replace ? [...plan.added, ...plan.differing] : plan.added;
    if (plan.differing.length > 0 && !options.replace) {
      const names = plan.differing.map(({ key }) => key).join(', ');
      const problem = `these entries differ from the file: ${names}. Use --replace to restore the saved ones`;
      if (!options.dryrun) throw new CliError(`${problem}; nothing was written`);
      say(problem);
    }
    if (!options.dryrun) await repository.write(changes, origins);
    const would = options.dryrun ? 'would have ' : '';
    const keys = changes.map(({ key }) => key);
    say(`${would}restored ${summary(keys)} of ${madeAt}; ${plan.same.length} already equal the file`);
  });
}

function valuesOf(stored: Iterable<readonly [string, { value: Buffer }]>): Map<string, Buffer> {
  return new Map([...stored].map(([key, { value }]) => [key, value]));
}

async function readBackup(file: string): Promise<Backup> {
  try {
    return decodeBackup(await readFile(file === '-' ? '/dev/stdin' : file, 'utf8'));
  } catch (error) {
    throw new CliError(`${file}: ${reasonOf(error)}; nothing was written`);
  }
}

function summary(keys: Iterable<string>): string {
  const all = [...keys];
  const count = (prefix: string, noun: string, nouns = `${noun}s`): string => {
    const n = all.filter((key) => key.startsWith(prefix)).length;
    return `${n} ${n === 1 ? noun : nouns}`;
  };
  const always = [count('monitor/', 'monitor'), count('alerter/', 'alerter'), count('cluster/drain/', 'drain')];
  const others = [
    count('maintenance/', 'maintenance window'),
    count('status-page/', 'status page'),
    count('report/', 'report'),
    count('silence/', 'silence'),
    count('pause/', 'monitor disabled for a time', 'monitors disabled for a time'),
  ].filter((counted) => !counted.startsWith('0 '));
  return listed([...always, ...others, ...(all.includes('config') ? ['the cluster settings'] : [])]);
}
