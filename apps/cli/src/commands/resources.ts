import { ownOf } from '@9volt/contracts/by-name';
import type { components } from '@9volt/contracts/api-types';
import { sentenceOf } from '@9volt/contracts/event-words';
import { lowerBoundText } from '@9volt/contracts/uptime-text';
import type { ApiClient } from '../api/api-client.js';
import { askNamed } from '../api/named.js';
import { ageOf, instantOf } from '../output/age.js';
import { timeFigure } from '../output/figure.js';
import { CliError } from '../output/say.js';
import { clusterResources } from './cluster-resources.js';
import type { ResourceName } from './resource-names.js';

type UptimeFacts = components['schemas']['Uptime'];
type ScheduledReport = components['schemas']['ShownScheduledReport'];
export type Row = Record<string, unknown>;
type Columns = Record<string, (row: Row) => unknown>;

/** Options of `get` that choose some of many. */
export const FILTERS = ['status', 'tags', 'type', 'monitor', 'query'] as const;
type Filter = (typeof FILTERS)[number];

export interface Resource {
  /** The filters that it knows. */
  filters: readonly Filter[];
  /** What to do instead of naming one of them; absent if a name chooses one. */
  unnamed?: string;
  /** Fetches what is shown as JSON and YAML; for people in the order in which they should read it. */
  fetch(api: ApiClient, name: string | undefined, filter: Row, forPeople: boolean, isWide: boolean): Promise<unknown>;
  columns: Columns;
  /** The columns of rows that stay on the screen: an age would soon be wrong. */
  followed?: Columns;
  /** What `-o wide` adds. */
  wide: Columns;
  /** Rows of the table. */
  rows(answer: unknown): Row[];
  /** The input of other commands: the name. */
  nameOf(row: Row): unknown;
}

const NO_MESSAGE = 'N/A';

const list = (answer: unknown): Row[] => (Array.isArray(answer) ? (answer as Row[]) : [answer as Row]);
/** Enough for people; programs page through larger lists by the API. */
const LIMIT = 10_000;

const EVENT_COLUMNS: Columns = {
  TYPE: (row) => row['type'],
  MONITOR: (row) => row['monitor'],
  MESSAGE: (row) => sentenceOf(row as unknown as components['schemas']['Event']),
};

export const RESOURCES: Record<ResourceName, Resource> = {
  monitors: {
    filters: ['status', 'tags', 'type', 'query'],
    fetch: (api, name, filter) =>
      name ? one(api, 'monitor', name) : api.get('/api/v1/monitor', { sort: 'name', limit: LIMIT, ...query(filter) }),
    rows: list,
    columns: {
      NAME: (row) => row['name'],
      TYPE: (row) => row['type'],
      INTERVAL: (row) => row['interval'],
      DISABLED: (row) => (row['disable'] === true ? 'yes' : 'no'),
      TAGS: (row) => row['tags'],
      DESCRIPTION: (row) => row['description'],
    },
    wide: {
      TARGET: (row) => row['host'] ?? row['command'] ?? row['url'],
      'MEMBER TAG': (row) => row['member-tag'],
      'WARNING ALERTER': (row) => row['warning-alerter'],
      'CRITICAL ALERTER': (row) => row['critical-alerter'],
    },
    nameOf: (row) => row['name'],
  },
  states: {
    filters: ['status', 'tags', 'type', 'query'],
    fetch: (api, name, filter, forPeople, isWide) =>
      name
        ? askNamed(api, 'monitor', name, () => api.get(`/api/v1/state/${encodeURIComponent(name)}`))
        : api.get('/api/v1/state', {
            ...query(filter),
            ...(forPeople ? { sort: 'status,since', config: 'false' } : {}),
            ...(isWide ? { uptime: 'true' } : {}),
          }),
    rows: list,
    columns: {
      NAME: (row) => row['check'],
      STATUS: (row) => row['status'],
      COUNT: (row) => row['count'],
      FOR: (row) => ageOf(row['since']),
      OWNER: (row) => row['ownerName'] ?? row['owner'],
      // Nothing to say: `N/A` in the API, an empty cell in a table.
      MESSAGE: (row) => row['reason'] ?? (row['message'] === NO_MESSAGE ? undefined : row['message']),
    },
    wide: {
      SINCE: (row) => row['since'],
      'LAST RUN': (row) => row['lastRun'],
      LATENCY: (row) => (typeof row['latencyMs'] === 'number' ? timeFigure(row['latencyMs']) : undefined),
      'UPTIME 24H': (row) => uptimeCell(row, '24h'),
      'UPTIME 30D': (row) => uptimeCell(row, '30d'),
      TARGET: (row) => row['target'],
      TAGS: (row) => row['tags'],
      INCIDENT: (row) => row['incident'],
    },
    nameOf: (row) => row['check'],
  },
  events: {
    filters: ['type', 'monitor', 'query'],
    unnamed: 'use --monitor to see those of a monitor',
    fetch: async (api, _name, filter) => {
      const { since, until } = range(filter);
      const asked = since === undefined && until === undefined;
      const events = await api.get<Row[]>('/api/v1/event', { limit: asked ? 100 : LIMIT, ...query(filter) });
      return events.filter(({ timestamp }) => {
        const at = Date.parse(String(timestamp));
        return at >= (since ?? 0) && at <= (until ?? Infinity);
      });
    },
    rows: list,
    columns: { AGE: (row) => ageOf(row['timestamp']), ...EVENT_COLUMNS },
    followed: { TIME: (row) => row['timestamp'], ...EVENT_COLUMNS },
    wide: {
      TIME: (row) => row['timestamp'],
      ALERTER: (row) => row['alerter'],
      MEMBER: (row) => row['memberid'],
    },
    nameOf: (row) => row['id'],
  },
  alerters: {
    filters: ['type', 'query'],
    fetch: (api, name, filter) =>
      name ? one(api, 'alerter', name) : api.get('/api/v1/alerter', { sort: 'name', limit: LIMIT, ...query(filter) }),
    rows: list,
    columns: {
      NAME: (row) => row['name'],
      TYPE: (row) => row['type'],
      DESCRIPTION: (row) => row['description'],
    },
    wide: {},
    nameOf: (row) => row['name'],
  },
  reports: {
    filters: [],
    fetch: (api, name) =>
      name
        ? askNamed(api, 'report', name, () => api.get(`/api/v1/scheduled-report/${encodeURIComponent(name)}`))
        : api.get('/api/v1/scheduled-report'),
    rows: list,
    columns: {
      NAME: (row) => row['name'],
      TITLE: (row) => (row as ScheduledReport).config?.title ?? row['reason'],
      MONITORS: (row) => row['monitors'],
      NEXT: (row) => row['nextAt'],
      PENDING: (row) => (row as ScheduledReport).pending.length || undefined,
      LAST: (row) => {
        const last = (row as ScheduledReport).sent[0];
        return last && `${last.outcome} ${ageOf(last.at)} ago`;
      },
    },
    wide: {
      ALERTERS: (row) => (row as ScheduledReport).config?.alerters,
      ANSWER: (row) => {
        const { pending, sent } = row as ScheduledReport;
        return pending[0]?.answer ?? sent[0]?.answer;
      },
    },
    nameOf: (row) => row['name'],
  },
  ...clusterResources,
};

function uptimeCell({ uptime }: Row, period: '24h' | '30d'): string | undefined {
  const known = uptime as Partial<Record<string, UptimeFacts>> | null | undefined;
  const facts = known?.[period];
  return facts && lowerBoundText(facts);
}

async function one(api: ApiClient, kind: 'monitor' | 'alerter', name: string): Promise<Row> {
  const asked = askNamed(api, kind, name, () => api.get<Row>(`/api/v1/${kind}/${encodeURIComponent(name)}`));
  return { name, ...(await asked) };
}

function query(filter: Row): Record<string, string | undefined> {
  const text = (key: string): string | undefined => {
    const value = ownOf(filter, key);
    return typeof value === 'string' ? value : undefined;
  };
  return { status: text('status'), tags: text('tags'), type: text('type'), q: text('query'), monitor: text('monitor') };
}

function range(filter: Row): { since?: number | undefined; until?: number | undefined } {
  const at = (key: string): number | undefined => {
    const text = ownOf(filter, key);
    if (typeof text !== 'string') return undefined;
    const instant = instantOf(text);
    if (instant === undefined)
      throw new CliError(
        `--${key}: expected a duration ago such as 90m, or a time such as 2026-05-01T14:00:00Z, got "${text}"`,
      );
    return instant;
  };
  return { since: at('since'), until: at('until') };
}
