import { Argument, type Command, Option } from 'commander';
import { ApiClient, type ApiOptions } from '../api/api-client.js';
import { say, sayDocument } from '../output/say.js';
import { table } from '../output/table.js';
import { withApi } from './api-options.js';
import { clusterResources } from './cluster-resources.js';

type Row = Record<string, unknown>;
type Output = 'table' | 'json' | 'yaml';

interface Resource {
  /** Fetches what is shown as JSON and YAML. */
  fetch(api: ApiClient, name: string | undefined, filter: Row): Promise<unknown>;
  columns: Record<string, (row: Row) => unknown>;
  /** Rows of the table. */
  rows(answer: unknown): Row[];
}

const list = (answer: unknown): Row[] => (Array.isArray(answer) ? (answer as Row[]) : [answer as Row]);
/** Enough for anybody to read; larger lists are for programs, which page through the API. */
const LIMIT = 10_000;

const RESOURCES: Record<string, Resource> = {
  monitors: {
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
  },
  states: {
    fetch: (api, name, filter) =>
      name ? api.get(`/api/v1/state/${encodeURIComponent(name)}`) : api.get('/api/v1/state', query(filter)),
    rows: list,
    columns: {
      NAME: (row) => row['check'],
      STATUS: (row) => row['status'],
      COUNT: (row) => row['count'],
      SINCE: (row) => row['since'],
      OWNER: (row) => row['owner'],
      MESSAGE: (row) => row['message'],
    },
  },
  events: {
    fetch: (api, _name, filter) => api.get('/api/v1/event', { limit: 100, ...query(filter) }),
    rows: list,
    columns: {
      TIME: (row) => row['timestamp'],
      TYPE: (row) => row['type'],
      MONITOR: (row) => row['monitor'],
      MESSAGE: (row) => row['message'],
    },
  },
  alerters: {
    fetch: (api, name, filter) =>
      name ? one(api, 'alerter', name) : api.get('/api/v1/alerter', { sort: 'name', limit: LIMIT, ...query(filter) }),
    rows: list,
    columns: {
      NAME: (row) => row['name'],
      TYPE: (row) => row['type'],
      DESCRIPTION: (row) => row['description'],
    },
  },
  ...clusterResources,
};

export function addGetCommand(program: Command): void {
  withApi(program.command('get'))
    .description('Show monitors, states, events, alerters, members or the cluster.')
    .addArgument(new Argument('<what>').choices(Object.keys(RESOURCES)))
    .argument('[name]', 'name of one monitor, state or alerter')
    .addOption(new Option('-o, --output <format>', 'output format').choices(['table', 'json', 'yaml']).default('table'))
    .option('--status <statuses>', 'only states with these statuses, separated by commas')
    .option('--tags <tags>', 'only states and monitors with any of these tags')
    .option('--type <types>', 'only entries of these types')
    .option('-q, --query <text>', 'only entries whose name or text contains this')
    .addHelpText(
      'after',
      '\nExamples:\n  9volt get states --status critical,warning\n  9volt get monitors -o yaml\n  9volt get members\n  9volt get cluster\n  9volt get events --type status-changed -o json',
    )
    .action(async (what: string, name: string | undefined, options: ApiOptions & Row & { output: Output }) => {
      const resource = RESOURCES[what] as Resource;
      const answer = await resource.fetch(new ApiClient(options), name, options);
      await print(resource, answer, options.output);
    });
}

async function print(resource: Resource, answer: unknown, output: Output): Promise<void> {
  switch (output) {
    case 'json':
      say(JSON.stringify(answer, null, 2));
      break;
    case 'yaml': {
      const { stringify } = await import('yaml');
      sayDocument(stringify(answer, { lineWidth: 0, aliasDuplicateObjects: false }));
      break;
    }
    case 'table': {
      const columns = Object.entries(resource.columns);
      const rows = resource.rows(answer).map((row) => columns.map(([, value]) => value(row)));
      process.stdout.write(
        table(
          columns.map(([heading]) => heading),
          rows,
        ),
      );
    }
  }
}

async function one(api: ApiClient, kind: string, name: string): Promise<Row> {
  return { name, ...(await api.get<Row>(`/api/v1/${kind}/${encodeURIComponent(name)}`)) };
}

function query(filter: Row): Record<string, string | undefined> {
  const text = (key: string): string | undefined => (typeof filter[key] === 'string' ? filter[key] : undefined);
  return { status: text('status'), tags: text('tags'), type: text('type'), q: text('query') };
}
