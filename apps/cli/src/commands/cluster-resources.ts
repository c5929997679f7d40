import { ownOf } from '@9volt/contracts/by-name';
import type { components } from '@9volt/contracts/api-types';
import type { ApiClient } from '../api/api-client.js';
import { noSuch } from '../api/named.js';
import { roughly } from '../output/age.js';
import { figure, timeFigure } from '../output/figure.js';
import type { Row } from './resources.js';

type Cluster = components['schemas']['Cluster'];
type Member = components['schemas']['Member'];

const cluster = (api: ApiClient): Promise<Cluster> => api.get<Cluster>('/api/v1/cluster');
const NAMES_SHOWN = 10;

/** The member with this name; if one has just started again, the newer of the two. */
async function member(api: ApiClient, name: string): Promise<Member> {
  const named = Object.values((await cluster(api)).Members).filter(({ Name }) => Name === name);
  const [found] = named.sort((a, b) => a.UptimeMs - b.UptimeMs);
  if (!found) throw await noSuch(api, 'member', name);
  return found;
}

/** `get members` and `get cluster`. */
export const clusterResources = {
  members: {
    filters: [],
    fetch: (api: ApiClient, name: string | undefined): Promise<unknown> =>
      name === undefined ? cluster(api) : member(api, name),
    rows: (answer: unknown): Row[] => {
      const { Members } = answer as Partial<Cluster>;
      return Members ? Object.values(Members) : [answer as Row];
    },
    columns: {
      NAME: (row: Row) => row['Name'],
      ROLE: (row: Row) => row['Role'],
      IS: (row: Row) => conditionOf(row as Member),
      TAGS: (row: Row) => row['Tags'],
      UPTIME: (row: Row) => roughly((row as Member).UptimeMs),
      CHECKS: (row: Row) => (runsChecks(row as Member) ? row['Assigned'] : undefined),
      LOAD: (row: Row) => (runsChecks(row as Member) ? shown((row as Member).AssignedLoad) : undefined),
      'RUNS/S': (row: Row) => shown((row as Member).Load?.checksPerSecond),
      'LATE P99': (row: Row) => shown((row as Member).Load?.latenessP99Ms, timeFigure),
    },
    wide: {
      HOST: (row: Row) => row['Hostname'],
      VERSION: (row: Row) => row['SemVer'],
      LISTEN: (row: Row) => row['ListenAddress'],
      ID: (row: Row) => row['MemberID'],
    },
    nameOf: (row: Row) => row['Name'],
  },
  cluster: {
    filters: [],
    unnamed: 'there is one cluster',
    fetch: cluster,
    rows: (answer: unknown): Row[] => facts(answer as Cluster).map(([what, is]) => ({ what, is })),
    columns: { WHAT: (row: Row) => row['what'], IS: (row: Row) => row['is'] },
    wide: {},
    nameOf: (row: Row) => row['what'],
  },
};

function conditionOf({ Leader, Draining, Detached }: Member): string {
  const words = [Leader && 'leader', Detached && 'detached', Draining && 'draining'].filter(Boolean);
  return words.join(',') || 'up';
}

function runsChecks({ Role }: Member): boolean {
  return Role === 'worker' || Role === 'server';
}

function facts({
  Members,
  Director,
  Drains,
  Coverage,
  Monitors,
  Orphans,
  Quarantined,
  Outbox,
}: Cluster): [string, string][] {
  const count = Object.values(Members).length;
  const statuses = Object.entries(Monitors.byStatus).filter(([, of]) => of > 0);
  const owed = Object.entries(Outbox.byAlerter).map(([alerter, { depth }]) => `${alerter} ${depth}`);
  return [
    ['leader', Director ? (ownOf(Members, Director.MemberID)?.Name ?? Director.MemberID) : 'nobody'],
    ['members', String(count)],
    ['monitors', [`${Monitors.total}:`, statuses.map(([status, of]) => `${of} ${status}`).join(', ')].join(' ')],
    [
      'coverage',
      Coverage ? `${Math.floor(Coverage.share * 1_000) / 10} % (${Coverage.covered} of ${Coverage.monitors})` : '-',
    ],
    ['drained', listed(Drains.map(({ name, assigned }) => (assigned > 0 ? `${name} (${assigned} left)` : name)))],
    ['orphans', listed(Orphans)],
    ['owed', Outbox.depth === 0 ? 'nothing' : `${listed(owed)}; oldest waiting for ${roughly(Outbox.oldestAgeMs)}`],
    ...Quarantined.slice(0, NAMES_SHOWN).map(({ kind, name, reason }): [string, string] => [
      'quarantined',
      `${kind} ${name}: ${reason}`,
    ]),
  ];
}

function listed(names: readonly string[]): string {
  const rest = names.length - NAMES_SHOWN;
  return names.length === 0 ? '-' : [...names.slice(0, NAMES_SHOWN), ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
}

function shown(value: number | undefined, as = figure): string | undefined {
  return value === undefined ? undefined : as(value);
}
