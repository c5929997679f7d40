import type { components } from '@9volt/contracts/api-types';
import { uptimeText } from '@9volt/contracts/uptime-text';
import { type Command, Option } from 'commander';
import { ApiClient, type ApiOptions } from '../api/api-client.js';
import { askNamed } from '../api/named.js';
import { durationMsOf, instantOf, roughly } from '../output/age.js';
import { CliError, say, warn } from '../output/say.js';
import { printTable } from '../output/table.js';
import { withApi } from './api-options.js';

type Report = components['schemas']['Report'];
type Row = components['schemas']['ReportRow'];

interface ReportOptions extends ApiOptions {
  tag?: string[];
  type?: string;
  query?: string;
  last?: string;
  from?: string;
  to?: string;
  groupBy?: string;
  send?: string;
  output: 'table' | 'json' | 'csv';
  trunc: boolean;
}

export function addReportCommand(program: Command): void {
  withApi(program.command('report'))
    .description('Report uptime, incidents and error budgets of monitors over a time.')
    .option(
      '--tag <tag>',
      'only monitors with this tag; repeat it for any of several',
      (value, before: string[] = []) => [...before, value],
    )
    .option('--type <type>', 'only monitors of this type')
    .option('-q, --query <text>', 'only monitors whose name, target or tags contain this')
    .option('--last <duration>', 'the time until now, such as 24h, 7d or 30d (default: 24h)')
    .option('--from <time>', 'begin, instead of --last: a time, or a duration ago')
    .option('--to <time>', 'end: a time, or a duration ago (default: now)')
    .addOption(new Option('--group-by <what>', 'what a row is about').choices(['monitor', 'tag', 'type', 'member-tag']))
    .addOption(new Option('-o, --output <format>', 'output format').choices(['table', 'json', 'csv']).default('table'))
    .option('--send <name>', 'send this report of the configuration by mail now, instead')
    .option('--no-trunc', 'do not cut values to the width of the terminal')
    .addHelpText(
      'after',
      '\nExamples:\n  9volt report --last 30d\n  9volt report --tag shop --last 30d --group-by tag\n  9volt report --from 2026-05-01 --to 2026-06-01 -o csv > may.csv\n  9volt report --send shop-monthly',
    )
    .action(report);
}

async function report(options: ReportOptions): Promise<void> {
  const { tag, type, query, groupBy, output, trunc } = options;
  const parameters = { tag, type, q: query, 'group-by': groupBy, ...rangeOf(options) };
  const api = new ApiClient(options);
  if (options.send !== undefined) {
    const name = options.send;
    const { message } = await askNamed(api, 'report', name, () =>
      api.post<{ message: string }>(`/api/v1/scheduled-report/${encodeURIComponent(name)}/send`),
    );
    return say(message);
  }
  if (output === 'csv') {
    process.stdout.write(await api.get<string>('/api/v1/report', { ...parameters, format: 'csv' }));
    return;
  }
  const answer = await api.get<Report>('/api/v1/report', parameters);
  if (output === 'json') return say(JSON.stringify(answer, null, 2));
  if (answer.partial) warn('The archive of the history did not answer, so this report lacks older data.');
  const what = answer.groupBy.toUpperCase();
  printTable(
    [what, 'UPTIME', 'DOWN', 'INCIDENTS', 'LONGEST', 'RECOVERY', 'BUDGET LEFT'],
    [...answer.rows, { ...answer.total, name: `all ${answer.total.monitors}` }].map(cellsOf),
    { trunc },
  );
}

function cellsOf(row: Row): unknown[] {
  const span = (ms: number | null): string => (ms === null ? '-' : roughly(ms));
  return [
    row.name,
    uptimeText(row),
    span(row.downMs),
    row.incidents,
    span(row.longestMs),
    span(row.meanToRecoveryMs),
    row.slo === null ? '-' : `${Math.floor(row.slo.left * 1_000) / 10} % of ${roughly(row.slo.budgetMs)}`,
  ];
}

function rangeOf({ last, from, to }: ReportOptions): { from?: string; to?: string } {
  if (last !== undefined && from !== undefined) throw new CliError('expected --last or --from, not both');
  const end = to === undefined ? Date.now() : instant('--to', to);
  const length = last === undefined ? undefined : durationMsOf(last);
  if (last !== undefined && length === undefined) {
    throw new CliError(`--last: expected a duration such as 24h or 30d, got ${JSON.stringify(last)}`);
  }
  const begin = from === undefined ? (length === undefined ? undefined : end - length) : instant('--from', from);
  return {
    ...(begin === undefined ? {} : { from: new Date(begin).toISOString() }),
    ...(to === undefined ? {} : { to: new Date(end).toISOString() }),
  };
}

function instant(flag: string, text: string): number {
  const at = instantOf(text);
  if (at === undefined) {
    throw new CliError(
      `${flag}: ${JSON.stringify(text)} is neither a time such as 2026-05-01 nor a duration such as 2h`,
    );
  }
  return at;
}
