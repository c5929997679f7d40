import { validateAlerter } from '@9volt/alerters';
import {
  alerterReferencesOf,
  clusterConfigFaults,
  type Member,
  type MonitorSettings,
  runsChecks,
  sentencesOf,
  type Validated,
} from '@9volt/contracts';
import { decode, EtcdClient, type Entry, Keyspace, Stores } from '@9volt/etcd-dal';
import { validateMonitor } from '@9volt/monitors';
import type { EtcdConfig } from '@9volt/platform/config';
import { type Finding, ok, problem, some, warning } from './finding.js';
import { type Declared, type Permissions, permissionsOfNode } from './permission-of-node.js';
import { counted } from '../output/counted.js';
import { reportFindings } from './report-findings.js';

const CLOCK_TOLERANCE_MS = 5_000;
/** A worker writes its member key with every dump of results. */
const SILENT_MS = 5 * 60_000;

/** Whether there is a leader and a worker, and whether the stored entries are valid. */
export async function clusterFindings(config: EtcdConfig, permissions?: Permissions): Promise<Finding[]> {
  const client = new EtcdClient(config.etcd);
  const keys = new Keyspace(config.prefix);
  try {
    const [director, settings, members, drains, monitors, alerters] = await Promise.all([
      client.get(keys.director),
      client.get(keys.config),
      client.list(keys.members),
      client.list(keys.drains, { keysOnly: true }),
      client.list(keys.monitors),
      client.list(keys.alerters),
    ]);
    const drained = new Set(drains.entries.map(({ key }) => key.slice(keys.drains.length)));
    const { member } = new Stores(client, keys);
    const known = members.entries.flatMap((entry) => member.parsed(entry) ?? []);
    const unknown = members.entries.filter((entry) => !member.parsed(entry)).map(({ key }) => key);
    return [
      configFinding(settings),
      leaderFinding(director !== undefined, known),
      workersFinding(known, drained),
      ...membersFindings(unknown),
      linksFinding(known),
      resourcesFinding(known),
      loadFinding(known),
      clocksFinding(known, Date.now()),
      ...settingsFindings(keys, monitors.entries, alerters.entries, known),
      ...(await reportFindings(client, keys, {
        monitors: rawIn(keys.monitors, monitors.entries),
        alerters: rawIn(keys.alerters, alerters.entries),
      })),
      ...(permissions
        ? await permissionsOfNode(declaredIn(keys, monitors.entries, alerters.entries), permissions)
        : []),
    ];
  } finally {
    client.close();
  }
}

function configFinding(entry: Entry | undefined): Finding {
  if (!entry) return ok('config', 'none yet; the first process writes it');
  const faults = clusterConfigFaults(decode(entry.value));
  if (faults.length === 0) return ok('config', 'valid');
  return problem('config', sentencesOf(faults), `correct the key ${entry.key}`);
}

function leaderFinding(led: boolean, members: readonly Member[]): Finding {
  const schedulers = members.filter(({ Role }) => Role === 'scheduler' || Role === 'server').length;
  if (led) return ok('leader', `1 of ${schedulers} schedulers is leader`);
  return problem(
    'leader',
    schedulers === 0 ? 'no scheduler is running' : `none of ${schedulers} schedulers is leader`,
    schedulers === 0 ? 'start one: 9volt scheduler, or 9volt server' : 'see the log of a scheduler',
  );
}

function workersFinding(members: readonly Member[], drained: ReadonlySet<string>): Finding {
  const workers = members.filter(({ Role }) => runsChecks(Role));
  const open = workers.filter(({ Name }) => !drained.has(Name));
  if (workers.length === 0) return problem('workers', 'there is none', 'start one: 9volt worker, or 9volt server');
  if (open.length === 0) return problem('workers', `all ${workers.length} are drained`, '9volt undrain <worker>');
  return ok('workers', `${open.length} ${open.length === 1 ? 'accepts' : 'accept'} monitors`);
}

/** Every process of 9volt ignores them. */
function membersFindings(unknown: readonly string[]): Finding[] {
  if (unknown.length === 0) return [];
  return [
    warning(
      'members',
      `9volt cannot read these keys: ${some(unknown)}`,
      'delete these keys; a running member writes its key again',
    ),
  ];
}

/** A member of an earlier version does not say, and is not judged. */
function linksFinding(members: readonly Member[]): Finding {
  const without = members.filter(({ AlertLinks }) => AlertLinks === false).map(({ Name }) => Name);
  if (without.length === 0) return ok('links', 'alerts of all workers link to the dashboard');
  return warning(
    'links',
    `alerts of ${some(without)} have no link to the dashboard`,
    'start them with --public-url, the address of the dashboard for users',
  );
}

function resourcesFinding(members: readonly Member[]): Finding {
  const short = members.flatMap(({ Name, Short }) => (Short ? [`${Name}: ${Short}`] : []));
  if (short.length === 0) return ok('resources', 'no worker reports a shortage');
  return problem('resources', short.join('; '), 'raise the limits of the process (ulimit -n), or start more workers');
}

export function loadFinding(members: readonly Member[]): Finding {
  const overloaded = members.flatMap(({ Name, Overloaded }) => (Overloaded ? [`${Name} ${Overloaded}`] : []));
  if (overloaded.length === 0) return ok('load', 'all workers keep up with their checks');
  return warning('load', overloaded.join('; '), 'start one more worker with the same tags, or check less often');
}

/**
 * A time that a member wrote just now, by its clock, is never in the future. Leases do not depend on clocks; the shown times do.
 */
export function clocksFinding(members: readonly Member[], now: number): Finding {
  const ahead = members.flatMap(({ Name, LastUpdated }) => {
    const aheadMs = Date.parse(LastUpdated) - now;
    return aheadMs > CLOCK_TOLERANCE_MS ? [`${Name} by ${Math.round(aheadMs / 1_000)} s`] : [];
  });
  const behind = members.flatMap(({ Name, Role, LastUpdated }) => {
    const behindMs = now - Date.parse(LastUpdated);
    return runsChecks(Role) && behindMs > SILENT_MS ? [`${Name} by up to ${Math.round(behindMs / 1_000)} s`] : [];
  });
  if (ahead.length + behind.length === 0) return ok('clocks', 'no member has a clock that differs from this machine');
  const found = [
    ...(ahead.length > 0 ? [`ahead of this machine: ${some(ahead)}`] : []),
    ...(behind.length > 0 ? [`behind it, or silent: ${some(behind)}`] : []),
  ];
  return warning(
    'clocks',
    found.join('; '),
    'synchronize the clocks of all machines with NTP (chrony, systemd-timesyncd)',
  );
}

function settingsFindings(
  keys: Keyspace,
  monitors: readonly Entry[],
  alerters: readonly Entry[],
  members: readonly Member[],
): Finding[] {
  const nameOf = ({ key }: Entry, prefix: string): string => key.slice(prefix.length);
  const names = new Set(alerters.map((entry) => nameOf(entry, keys.alerters)));
  const refused = alerters
    .filter((entry) => !validateAlerter(nameOf(entry, keys.alerters), decode(entry.value)).ok)
    .map((entry) => `alerter ${nameOf(entry, keys.alerters)}`);
  const unheard: string[] = [];
  const unserved: string[] = [];
  const pools = members.filter(({ Role }) => runsChecks(Role)).map(({ Tags }) => Tags);
  for (const entry of monitors) {
    const name = nameOf(entry, keys.monitors);
    const validated = validateMonitor(name, decode(entry.value));
    if (!validated.ok) refused.push(`monitor ${name}`);
    else {
      if (alertersOf(validated.value).some((alerter) => !names.has(alerter))) unheard.push(name);
      if (!pools.some((tags) => mayRun(validated.value['member-tag'], tags))) unserved.push(name);
    }
  }
  return [
    refused.length > 0
      ? warning(
          'configuration',
          `not valid: ${some(refused)}`,
          'run 9volt get events --type config-refused for the reasons',
        )
      : ok(
          'configuration',
          `${counted(monitors.length, 'monitor')} and ${counted(alerters.length, 'alerter')}, all valid`,
        ),
    ...(unheard.length > 0
      ? [
          warning(
            'alerters',
            `${some(unheard)}: uses an alerter that does not exist`,
            'create the alerter, or remove its name from the monitor',
          ),
        ]
      : []),
    ...(unserved.length > 0
      ? [
          warning(
            'places',
            `${some(unserved)}: no worker has its member-tag`,
            'start one with 9volt worker --tags <tag>',
          ),
        ]
      : []),
  ];
}

function rawIn(prefix: string, entries: readonly Entry[]): Map<string, unknown> {
  return new Map(entries.map(({ key, value }) => [key.slice(prefix.length), decode(value)]));
}

/** The valid part of it. */
function declaredIn(keys: Keyspace, monitors: readonly Entry[], alerters: readonly Entry[]): Declared {
  const valid = <T>(
    entries: readonly Entry[],
    prefix: string,
    validate: (name: string, raw: unknown) => Validated<T>,
  ) =>
    new Map(
      entries.flatMap(({ key, value }) => {
        const name = key.slice(prefix.length);
        const validated = validate(name, decode(value));
        return validated.ok ? [[name, validated.value] as const] : [];
      }),
    );
  return {
    monitors: valid(monitors, keys.monitors, validateMonitor),
    alerters: valid(alerters, keys.alerters, validateAlerter),
  };
}

function alertersOf(settings: MonitorSettings): string[] {
  return alerterReferencesOf(settings).map(({ name }) => name);
}

function mayRun(tag: string | undefined, tags: readonly string[]): boolean {
  return tag === undefined ? tags.length === 0 : tags.includes(tag);
}
