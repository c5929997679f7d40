import type { components } from '@9volt/contracts/api-types';
import { type Command, Option } from 'commander';
import { ApiClient, ApiError, type ApiOptions } from '../api/api-client.js';
import { counted } from '../output/counted.js';
import { CliError, say } from '../output/say.js';
import { printTable } from '../output/table.js';
import { askNamed, namesOf, noSuch } from '../api/named.js';
import { withApi } from './api-options.js';

type Silence = components['schemas']['Silence'];
type Preview = components['schemas']['MatchPreview'];

interface MatchOptions {
  name?: string;
  tag?: string[];
  type?: string;
  memberTag?: string;
  status?: string[];
}

interface WhenOptions {
  for?: string;
  until?: string;
  comment?: string;
  author?: string;
}

const SILENCES = '/api/v1/silence';
/** How many names of a preview are printed. */
const NAMES_SHOWN = 20;

export function addQuietCommands(program: Command): void {
  const silence = program
    .command('silence')
    .description('Hold the alarms of monitors for a time. The checks continue.');

  withMatch(withWhen(withApi(silence.command('add').description('Silence all monitors that match.'))))
    .option('--start <time>', 'start, RFC 3339; now if not set')
    .option('--force', 'allow a silence that matches every monitor')
    .addOption(new Option('-o, --output <format>', 'output format').choices(['text', 'json']).default('text'))
    .addHelpText(
      'after',
      "\nExample:\n  9volt silence add --name 'web-*' --tag shop --for 2h --comment 'update of the web servers'",
    )
    .action(
      async (
        options: ApiOptions & MatchOptions & WhenOptions & { start?: string; force?: boolean; output: string },
      ) => {
        const { start, force } = options;
        const match = matchOf(options);
        if ((options.for ?? options.until) === undefined || !options.comment)
          throw new CliError('a silence needs --for or --until, and a --comment that says why');
        const added = await new ApiClient(options).post<Silence>(SILENCES, {
          match,
          ...whenOf(options, 'end'),
          ...(start === undefined ? {} : { start }),
          ...(force ? { force } : {}),
        });
        if (options.output === 'json') return say(JSON.stringify(added, null, 2));
        say(
          `added silence ${added.id} until ${added.end}: it matches ${counted(added.monitors, 'monitor')}, ${counted(added.incidents, 'open incident')}`,
        );
      },
    );

  withApi(silence.command('list').description('List the silences that are pending or active.'))
    .option('--all', 'include those that expired in the last 7 days')
    .addOption(new Option('-o, --output <format>', 'output format').choices(['table', 'json']).default('table'))
    .addHelpText('after', '\nExample:\n  9volt silence list --all')
    .action(async (options: ApiOptions & { all?: boolean; output: string }) => {
      const phase = options.all ? undefined : 'pending,active';
      const silences = await new ApiClient(options).get<Silence[]>(SILENCES, { phase });
      if (options.output === 'json') return say(JSON.stringify(silences, null, 2));
      printTable(
        ['ID', 'PHASE', 'END', 'MATCHES', 'MONITORS', 'INCIDENTS', 'AUTHOR', 'COMMENT'],
        silences.map((one) => [
          one.id,
          one.phase,
          one.end,
          describe(one.match),
          one.monitors,
          one.incidents,
          one.author,
          one.comment,
        ]),
      );
    });

  withApi(silence.command('expire').description('End silences now.'))
    .argument('<id...>', 'ids, see `9volt silence list`')
    .addHelpText('after', '\nExample:\n  9volt silence expire 0mbd3k9x40000abcdefghijk')
    .action(async (ids: string[], options: ApiOptions) => {
      const api = new ApiClient(options);
      for (const id of ids) {
        await askNamed(api, 'silence', id, () => api.delete(`${SILENCES}/${encodeURIComponent(id)}`));
        say(`expired silence ${id}`);
      }
    });

  withMatch(withApi(silence.command('preview').description('Show which monitors a silence would match.')))
    .addHelpText('after', '\nExample:\n  9volt silence preview --tag shop --status critical')
    .action(async (options: ApiOptions & MatchOptions) => {
      const { names, monitors, incidents } = await new ApiClient(options).post<Preview>(`${SILENCES}/preview`, {
        match: matchOf(options),
      });
      say(`${counted(monitors, 'monitor')}, ${counted(incidents.length, 'open incident')}`);
      const open = new Map(incidents.map((incident) => [incident.monitor, incident]));
      const shown = [...open.keys(), ...names.filter((name) => !open.has(name))].slice(0, NAMES_SHOWN);
      for (const name of shown) {
        const incident = open.get(name);
        say(`  ${name}${incident ? `: ${incident.status} since ${incident.since}: ${incident.message}` : ''}`);
      }
      if (monitors > shown.length) say(`  and ${monitors - shown.length} more`);
    });

  withWhen(
    withApi(
      program
        .command('ack')
        .description('Acknowledge the open incident of a monitor: no repeats and no escalations until it recovers.'),
    ),
  )
    .argument('<monitor>', 'name of the monitor')
    .addHelpText('after', "\nExample:\n  9volt ack shop-home --comment 'on it'")
    .action(async (name: string, options: ApiOptions & WhenOptions) => {
      const api = new ApiClient(options);
      const ack = await askNamed(api, 'monitor', name, () =>
        api.put<components['schemas']['Ack']>(ackPath(name), whenOf(options, 'until')),
      );
      say(`acknowledged ${name} (${ack.status})${ack.until === null ? '' : ` until ${ack.until}`}`);
    });

  withApi(
    program.command('comment').description('Comment on an incident of a monitor, for those who look at it later.'),
  )
    .argument('<monitor>', 'name of the monitor')
    .argument('<text>', 'the comment')
    .option('--incident <n>', 'number of the incident; by default the latest')
    .addOption(new Option('--author <name>', 'who writes it').env('USER'))
    .addHelpText('after', "\nExample:\n  9volt comment shop-home 'a cable was cut'")
    .action(async (name: string, text: string, options: ApiOptions & { incident?: string; author?: string }) => {
      const api = new ApiClient(options);
      const path = `/api/v1/state/${encodeURIComponent(name)}`;
      const { incidents } = await askNamed(api, 'monitor', name, () =>
        api.get<components['schemas']['StateDetail']>(path),
      );
      const n = options.incident ?? incidents[0]?.n;
      if (n === undefined) throw new CliError(`${name} had no incident yet`);
      await api.post(`${path}/incident/${encodeURIComponent(n)}/comment`, {
        text,
        ...(options.author ? { author: options.author } : {}),
      });
      say(`commented on incident ${n} of ${name}`);
    });

  withApi(program.command('unack').description('Remove the acknowledgement of an incident.'))
    .argument('<monitor>', 'name of the monitor')
    .addHelpText('after', '\nExample:\n  9volt unack shop-home')
    .action(async (name: string, options: ApiOptions) => {
      const api = new ApiClient(options);
      try {
        say((await api.delete<components['schemas']['StatusMessage']>(ackPath(name))).message);
      } catch (error) {
        const isTypo =
          error instanceof ApiError && error.status === 404 && !(await namesOf(api, 'monitor')).includes(name);
        throw isTypo ? await noSuch(api, 'monitor', name) : error;
      }
    });
}

function withMatch(command: Command): Command {
  const more = (value: string, before: string[] = []): string[] => [...before, value];
  return command
    .option('--name <name>', 'name of the monitor; * stands for any characters, ? for one')
    .option('--tag <tag>', 'tag of the monitor; repeat it to name several: the monitor must have all of them', more)
    .option('--type <type>', 'type of the monitor')
    .option('--member-tag <tag>', 'member-tag of the monitor')
    .option('--status <status>', 'present status: warning, critical or unknown; repeat it to allow several', more);
}

function withWhen(command: Command): Command {
  return command
    .option('--for <duration>', 'how long, such as 30m or 2h')
    .option('--until <time>', 'until when, RFC 3339, instead of --for')
    .option('--comment <text>', 'why')
    .addOption(new Option('--author <name>', 'who does it').env('USER'));
}

function matchOf({ name, tag, type, memberTag, status }: MatchOptions): Record<string, unknown> {
  const match = {
    ...(name === undefined ? {} : { name }),
    ...(tag === undefined ? {} : { tags: tag }),
    ...(type === undefined ? {} : { type }),
    ...(memberTag === undefined ? {} : { 'member-tag': memberTag }),
    ...(status === undefined ? {} : { status }),
  };
  if (Object.keys(match).length === 0) {
    throw new CliError('expected at least one of --name, --tag, --type, --member-tag and --status');
  }
  return match;
}

function whenOf({ for: duration, until, comment, author }: WhenOptions, end: 'end' | 'until'): Record<string, unknown> {
  return {
    ...(duration === undefined ? {} : { duration }),
    ...(until === undefined ? {} : { [end]: until }),
    ...(comment === undefined ? {} : { comment }),
    ...(author ? { author } : {}),
  };
}

function describe(match: Silence['match']): string {
  return Object.entries(match)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(' ');
}

function ackPath(monitor: string): string {
  return `/api/v1/state/${encodeURIComponent(monitor)}/ack`;
}
