import { basename, resolve } from 'node:path';
import {
  alerterReferencesOf,
  type AlerterSettings,
  isName,
  type MonitorSettings,
  NAME_EXPECTED,
  type ReportSettings,
} from '@9volt/contracts';
import { describeAlike, describeChange, describePlan } from '../cfg/describe-plan.js';
import { ConfigRepository } from '../cfg/config-repository.js';
import { type ConfigFault, describeFault, describeFaults } from '../cfg/entry.js';
import { exportYaml } from '../cfg/export-yaml.js';
import { loadDirectory, type Loaded } from '../cfg/load-directory.js';
import {
  type Catalogue,
  isLeftOver,
  planSync,
  type Stored,
  type SyncOptions,
  type SyncPlan,
} from '../cfg/plan-sync.js';
import { newNameFaults, validateEntries, type Validated } from '../cfg/validate-entries.js';
import { counted, listed } from '../output/counted.js';
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
  set?: string;
  pruneAll?: boolean;
  takeOver?: boolean;
  verbose?: boolean;
}

/** Exit code of `cfg diff` when there are differences; 2 is an error. */
const DIFFERENT = 1;
const DIFF_FAILED = 2;

export async function sync(directory: string, options: CfgOptions): Promise<void> {
  await withRepository(ConfigRepository, options, async (repository) => {
    const { plan, loaded, validated, set } = await prepare(directory, options, repository);
    refuseForeign(plan);
    if (plan.alarming !== undefined && !options.force && !options.dryrun) {
      throw new CliError(`${plan.alarming}; nothing was written. Use --force to delete them, or --nosync to keep them`);
    }
    const dryrun = options.dryrun ?? false;
    const changes = plan.added.length + plan.changed.length + plan.removed.length;
    const bar = progress('pushing', changes + plan.claimed.length);
    if (!dryrun) await repository.apply(plan, set, bar.at).finally(bar.done);
    for (const line of describePlan(plan, { dryrun, verbose: options.verbose ?? false })) say(line);
    if (plan.claimed.length > 0) {
      const belong = plan.claimed.length === 1 ? 'belongs' : 'belong';
      say(`${dryrun ? 'would have ' : ''}noted that ${entries(plan.claimed.length)} ${belong} to the set ${set}`);
    }
    const unowned = plan.kept.filter(({ origin }) => origin === undefined).length;
    if (unowned > 0 && !options.nosync) {
      say(`kept ${entries(unowned)} without a set: --verbose names what was kept, --prune-all removes it`);
    }
    for (const line of describeAlike(plan, set)) say(line);
    if (changes + plan.claimed.length === 0) say('No changes.');
    if (dryrun && plan.alarming !== undefined) say(`${plan.alarming}: it would need --force`);
    say(summary(plan, found(loaded, validated), dryrun));
  });
}

export async function validate(directory: string, options: CfgOptions): Promise<void> {
  const loaded = await load(directory, options);
  const validated = validateEntries(loaded.entries, options.nosync ? undefined : []);
  const missing = validated.faults.length - validateEntries(loaded.entries, undefined).faults.length;
  const hint = missing > 0 ? ['If another set of files has the missing alerters, use --nosync.'] : [];
  refuse([...loaded.faults, ...validated.faults], undefined, hint);
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
    for (const { kind, name, set } of plan.foreign) say(`! ${kind} ${name} belongs to the set ${set}`);
    const differing = plan.added.length + plan.changed.length + plan.removed.length + plan.foreign.length;
    if (differing > 0) process.exitCode = DIFFERENT;
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
): Promise<{ plan: SyncPlan; loaded: Loaded; validated: Validated; set: string }> {
  const syncOptions = syncOptionsOf(directory, options);
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
  const staying = [...stored.alerter].filter(([, known]) => !isLeftOver(known, syncOptions)).map(([name]) => name);
  const storedParents = (name: string): readonly string[] | undefined => {
    const known = stored.monitor.get(name);
    return known && !isLeftOver(known, syncOptions) ? parentsOf(known) : undefined;
  };
  const storedType = (name: string): string | undefined =>
    (stored.alerter.get(name)?.value as AlerterSettings | undefined)?.type;
  const validated = validateEntries(loaded.entries, staying, storedParents, storedType);
  const added = loaded.entries.filter(({ kind, name }) => !stored[kind].has(name));
  refuse([...loaded.faults, ...validated.faults, ...newNameFaults(added, loaded.entries)]);
  const plan = planSync(
    {
      monitor: validated.monitors,
      alerter: validated.alerters,
      maintenance: validated.windows,
      'status-page': validated.pages,
      report: validated.reports,
    },
    stored,
    syncOptions,
  );
  refuseLoss(plan, stored);
  return { plan, loaded, validated, set: syncOptions.set };
}

function syncOptionsOf(directory: string, options: CfgOptions): SyncOptions {
  // The root of a file system has no name.
  const set = options.set ?? (basename(resolve(directory)) || 'files');
  if (!isName(set)) throw new CliError(`--set: expected ${NAME_EXPECTED}, got ${JSON.stringify(set)}`);
  const { replace = false, nosync = false, pruneAll = false, takeOver = false } = options;
  return { set, replace, nosync, pruneAll, takeOver };
}

/** If two sets had different versions, each push would undo the other. */
function refuseForeign({ foreign }: SyncPlan): void {
  if (foreign.length === 0) return;
  for (const { kind, name, set } of foreign)
    warn(`${kind} ${name} belongs to the set ${set}, whose values differ from these files`);
  throw new CliError(
    `${entries(foreign.length)} of other sets would change; nothing was written. Remove them from these files, name their set with --set, or take them over with --take-over`,
  );
}

/** What stays must not lose an alerter or a monitor that it names. */
function refuseLoss(plan: SyncPlan, stored: Catalogue<Stored>): void {
  const removed = new Set(plan.removed.map(({ kind, name }) => `${kind} ${name}`));
  if (removed.size === 0) return;
  const faults = plan.kept.flatMap(({ kind, name }) => {
    if (kind === 'report') {
      const { alerters = [] } = (stored.report.get(name)?.value ?? {}) as Partial<ReportSettings>;
      const lost = alerters.filter((alerter) => removed.has(`alerter ${alerter}`));
      return lost.map((alerter) => `alerter ${alerter} is used by the report ${name}, which stays`);
    }
    const known = kind === 'monitor' ? stored.monitor.get(name) : undefined;
    const used = [
      ...alerterReferencesOf((known?.value ?? {}) as MonitorSettings).map((alerter) => `alerter ${alerter.name}`),
      ...(parentsOf(known) ?? []).map((parent) => `monitor ${parent}`),
    ];
    const lost = [...new Set(used)].filter((one) => removed.has(one));
    return lost.map((one) => `${one} is used by the monitor ${name}, which stays`);
  });
  if (faults.length === 0) return;
  for (const fault of faults) warn(fault);
  throw new CliError('other entries still use entries that this push would delete; nothing was written');
}

function entries(count: number): string {
  return `${count} ${count === 1 ? 'entry' : 'entries'}`;
}

export function refuse(
  faults: readonly ConfigFault[],
  instead = 'nothing was written',
  hints: readonly string[] = [],
): void {
  if (faults.length === 0) return;
  for (const line of [...describeFaults(faults), ...hints]) warn(line);
  throw new CliError(`${faults.length} ${faults.length === 1 ? 'error' : 'errors'} found; ${instead}`);
}

/** The parents of a stored monitor; undefined if no monitor has this name. */
function parentsOf(stored: Stored | undefined): readonly string[] | undefined {
  return stored && ((stored.value as MonitorSettings | undefined)?.['depends-on'] ?? []);
}

function found(loaded: Loaded, { monitors, alerters, windows, pages, reports }: Validated): string {
  const all = [
    counted(monitors.size, 'monitor'),
    counted(alerters.size, 'alerter'),
    ...(windows.size > 0 ? [counted(windows.size, 'maintenance window')] : []),
    ...(pages.size > 0 ? [counted(pages.size, 'status page')] : []),
    ...(reports.size > 0 ? [counted(reports.size, 'report')] : []),
  ];
  return `found ${listed(all)} in ${counted(loaded.files, 'file')}`;
}

function summary(plan: SyncPlan, what: string, dryrun: boolean): string {
  const pushed = plan.added.length + plan.changed.length;
  const would = dryrun ? 'would have ' : '';
  return `${what}; ${would}pushed ${pushed} (${plan.added.length} added, ${plan.changed.length} changed), skipped ${plan.skipped.length}, removed ${plan.removed.length}`;
}
