import type { MonitorSettings } from '@9volt/contracts';
import { describeChange, describePlan } from '../cfg/describe-plan.js';
import { ConfigRepository } from '../cfg/config-repository.js';
import { type ConfigFault, describeFault, quoteOf } from '../cfg/entry.js';
import { exportYaml } from '../cfg/export-yaml.js';
import { loadDirectory, type Loaded } from '../cfg/load-directory.js';
import { planSync, type Stored, type SyncPlan } from '../cfg/plan-sync.js';
import { newNameFaults, validateEntries, type Validated } from '../cfg/validate-entries.js';
import { progress } from '../output/progress.js';
import { CliError, say, sayDocument, warn } from '../output/say.js';
import { withRepository } from './with-repository.js';

export interface CfgOptions extends Record<string, unknown> {
  replace?: boolean;
  nosync?: boolean;
  dryrun?: boolean;
  force?: boolean;
  strict?: boolean;
  exclude?: string[];
}

/** Exit code of `cfg diff` when there are differences; 2 is an error. */
const DIFFERENT = 1;
const DIFF_FAILED = 2;

export async function sync(directory: string, options: CfgOptions): Promise<void> {
  await withRepository(ConfigRepository, options, async (repository) => {
    const { plan, loaded, validated } = await prepare(directory, options, repository);
    if (plan.alarming !== undefined && !options.force && !options.dryrun) {
      throw new CliError(`${plan.alarming}; nothing was written. Use --force to delete them, or --nosync to keep them`);
    }
    const bar = progress('pushing', plan.added.length + plan.changed.length + plan.removed.length);
    if (!options.dryrun) await repository.apply(plan, bar.at).finally(bar.done);
    for (const line of describePlan(plan, options.dryrun ?? false)) say(line);
    if (options.dryrun && plan.alarming !== undefined) say(`${plan.alarming}: it would need --force`);
    say(summary(plan, found(loaded, validated), options.dryrun ?? false));
  });
}

export async function validate(directory: string, options: CfgOptions): Promise<void> {
  const loaded = await load(directory, options);
  const validated = validateEntries(loaded.entries, options.nosync ? undefined : []);
  refuse([...loaded.faults, ...validated.faults]);
  // Only etcd knows which of them are new: stored entries with such a name may stay.
  for (const fault of newNameFaults(loaded.entries, loaded.entries)) warn(describeFault(fault));
  say(`${found(loaded, validated)}: all valid`);
}

export async function diff(directory: string, options: CfgOptions): Promise<void> {
  try {
    const { plan } = await withRepository(ConfigRepository, options, (repository) =>
      prepare(directory, options, repository),
    );
    for (const change of [...plan.added, ...plan.changed, ...plan.removed])
      for (const line of describeChange(change)) say(line);
    if (plan.added.length + plan.changed.length + plan.removed.length > 0) process.exitCode = DIFFERENT;
  } catch (error) {
    process.exitCode = DIFF_FAILED;
    throw error;
  }
}

export async function exportAll(options: CfgOptions): Promise<void> {
  const stored = await withRepository(ConfigRepository, options, (repository) => repository.read());
  const { text, invalid } = exportYaml(stored);
  for (const name of invalid) warn(`skipped ${name}: it is invalid`);
  sayDocument(text);
}

async function load(directory: string, { strict = false, exclude = [] }: CfgOptions): Promise<Loaded> {
  const loaded = await loadDirectory(directory, { strict, exclude });
  for (const skipped of loaded.skipped) warn(`skipped ${skipped}`);
  return loaded;
}

/** Reads and validates everything before it writes anything, and reports all faults of the files at once. */
async function prepare(
  directory: string,
  options: CfgOptions,
  repository: ConfigRepository,
): Promise<{ plan: SyncPlan; loaded: Loaded; validated: Validated }> {
  const [loaded, read] = await Promise.all([
    load(directory, options),
    repository.read().then(
      (stored) => ({ stored }),
      (error: unknown) => ({ error }),
    ),
  ]);
  if ('error' in read) {
    // Faults of the files do not need etcd.
    refuse(loaded.faults.concat(validateEntries(loaded.entries, undefined).faults));
    throw read.error;
  }
  const { stored } = read;
  const validated = validateEntries(
    loaded.entries,
    options.nosync ? stored.alerter.keys() : [],
    options.nosync ? (name) => parentsOf(stored.monitor.get(name)) : undefined,
  );
  const added = loaded.entries.filter(({ kind, name }) => !stored[kind].has(name));
  refuse([...loaded.faults, ...validated.faults, ...newNameFaults(added, loaded.entries)]);
  const plan = planSync(
    { monitor: validated.monitors, alerter: validated.alerters, maintenance: validated.windows },
    stored,
    {
      replace: options.replace ?? false,
      nosync: options.nosync ?? false,
    },
  );
  return { plan, loaded, validated };
}

export function refuse(faults: readonly ConfigFault[], instead = 'nothing was written'): void {
  if (faults.length === 0) return;
  for (const fault of faults) for (const line of [describeFault(fault), ...quoteOf(fault)]) warn(line);
  throw new CliError(`${faults.length} ${faults.length === 1 ? 'error' : 'errors'} found; ${instead}`);
}

/** On which others a stored monitor depends; undefined when there is none of this name. */
function parentsOf(stored: Stored | undefined): readonly string[] | undefined {
  return stored && ((stored.value as MonitorSettings | undefined)?.['depends-on'] ?? []);
}

function found(loaded: Loaded, { monitors, alerters, windows }: Validated): string {
  const more = windows.size > 0 ? `, ${windows.size} maintenance windows` : '';
  return `found ${monitors.size} monitors and ${alerters.size} alerters${more} in ${loaded.files} files`;
}

function summary(plan: SyncPlan, what: string, dryrun: boolean): string {
  const pushed = plan.added.length + plan.changed.length;
  const would = dryrun ? 'would have ' : '';
  return `${what}; ${would}pushed ${pushed} (${plan.added.length} added, ${plan.changed.length} changed), skipped ${plan.skipped.length}, removed ${plan.removed.length}`;
}
