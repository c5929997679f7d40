import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { ApiClient, type ApiOptions } from '../api/api-client.js';
import { readerGone } from '../output/reader.js';
import { CliError, say, sayDocument, warn } from '../output/say.js';
import { printTable, table, widthsOf } from '../output/table.js';
import { RESOURCE_NAMES, resourceNamed } from './resource-names.js';
import { FILTERS, type Resource, RESOURCES, type Row } from './resources.js';

export interface GetOptions extends ApiOptions, Row {
  output: 'table' | 'wide' | 'name' | 'json' | 'yaml';
  trunc: boolean;
  watch?: boolean;
  follow?: boolean;
}

const LOOK_EVERY_MS = 2_000;

export async function get(what: string, name: string | undefined, options: GetOptions): Promise<void> {
  const known = resourceNamed(what);
  if (!known) throw await unknownResource(what);
  const resource = RESOURCES[known];
  refuseUnused(known, resource, name, options);
  const api = new ApiClient(options);
  const forPeople = options.output !== 'json' && options.output !== 'yaml';
  const fetch = (): Promise<unknown> => resource.fetch(api, name, options, forPeople, options.output === 'wide');
  if (!options.watch && !options.follow) await print(resource, await fetch(), options);
  else if (known === 'events' || !process.stdout.isTTY || !forPeople)
    await follow(resource, fetch, options, known === 'events');
  else await watch(resource, fetch, options);
}

/** What a person gave has an effect, or is refused. */
function refuseUnused(
  known: string,
  { filters, unnamed }: Resource,
  name: string | undefined,
  options: GetOptions,
): void {
  if (known !== 'events' && (options.follow || options['since'] !== undefined || options['until'] !== undefined))
    throw new CliError('--follow, --since and --until are for events; use --watch to see changes of other things');
  if (name !== undefined && unnamed !== undefined)
    throw new CliError(`${known}: "${name}" is one word too many; ${unnamed}`);
  const given = FILTERS.filter((filter) => options[filter] !== undefined);
  const unused = given.find((filter) => name !== undefined || !filters.includes(filter));
  if (unused === undefined) return;
  const reason = name !== undefined ? `is for many ${known}, not for one` : `is not for ${known}`;
  const others = filters.map((filter) => `--${filter}`).join(', ');
  throw new CliError(`--${unused} ${reason}${name === undefined && others ? `; expected one of ${others}` : ''}`);
}

async function unknownResource(what: string): Promise<CliError> {
  if (/^silences?$/.test(what)) return new CliError(`"${what}" is not something to get; use \`9volt silence list\``);
  const { nearest } = await import('@9volt/contracts');
  const names = Object.keys(RESOURCE_NAMES);
  const meant = nearest(what, [...names, ...Object.values(RESOURCE_NAMES).flat()]);
  return new CliError(
    `"${what}" is not something to get; ${meant === undefined ? `expected one of ${names.join(', ')}` : `did you mean ${meant}?`}`,
  );
}

async function print(resource: Resource, answer: unknown, options: GetOptions, height?: number): Promise<void> {
  const { output, trunc } = options;
  switch (output) {
    case 'json':
      say(JSON.stringify(answer, null, 2));
      break;
    case 'yaml': {
      const { stringify } = await import('yaml');
      sayDocument(stringify(answer, { lineWidth: 0, aliasDuplicateObjects: false }));
      break;
    }
    case 'name':
      for (const row of resource.rows(answer).slice(0, height && height - 1)) say(String(resource.nameOf(row)));
      break;
    case 'table':
    case 'wide': {
      const { headings, rows } = tableOf(resource, resource.rows(answer), output);
      printTable(headings, rows, { trunc, height });
    }
  }
}

function tableOf(
  { columns, wide }: Resource,
  rows: readonly Row[],
  output: GetOptions['output'],
): { headings: string[]; rows: unknown[][] } {
  const shown = Object.entries(output === 'wide' ? { ...columns, ...wide } : columns);
  return { headings: shown.map(([heading]) => heading), rows: rows.map((row) => shown.map(([, value]) => value(row))) };
}

/** The whole table, again and again in the same place. */
async function watch(resource: Resource, fetch: () => Promise<unknown>, options: GetOptions): Promise<void> {
  // What was on the screen scrolls away and stays readable there; so nothing may be longer than the screen.
  const { rows: height = 24 } = process.stdout;
  process.stdout.write('\n'.repeat(height - 1));
  for await (const answer of answers(fetch)) {
    process.stdout.write('\u001b[H\u001b[J');
    await print(resource, answer, options, process.stdout.rows);
  }
}

/** First everything, then new and changed entries: lines for a pipe. Events come oldest first, each once. */
async function follow(
  resource: Resource,
  fetch: () => Promise<unknown>,
  options: GetOptions,
  areEvents: boolean,
): Promise<void> {
  const known = new Map<unknown, Row>();
  let least: number[] | undefined;
  for await (const answer of answers(fetch)) {
    const all = resource.rows(answer);
    const news = all.filter((row) => !isDeepStrictEqual(known.get(resource.nameOf(row)), row));
    for (const row of all) known.set(resource.nameOf(row), row);
    least = printLines(resource, areEvents ? news.reverse() : news, options, least);
  }
}

/** Answers the widths of the columns, for the rows that follow; those of the rows `before` are absent at first. */
function printLines(
  resource: Resource,
  rows: readonly Row[],
  { output }: GetOptions,
  before: readonly number[] | undefined,
): number[] {
  switch (output) {
    case 'json':
    case 'yaml':
      // One line of JSON for each, which is also YAML.
      for (const row of rows) say(output === 'yaml' ? `- ${JSON.stringify(row)}` : JSON.stringify(row));
      break;
    case 'name':
      for (const row of rows) say(String(resource.nameOf(row)));
      break;
    case 'table':
    case 'wide': {
      const shown = tableOf({ ...resource, columns: resource.followed ?? resource.columns }, rows, output);
      const least = widthsOf(shown.headings, shown.rows, before);
      const text = table(shown.headings, shown.rows, { least });
      process.stdout.write(before === undefined ? text : text.slice(text.indexOf('\n') + 1));
      return least;
    }
  }
  return [];
}

/** An answer at regular intervals, until nobody reads any more. Only a failure of the first request ends it. */
async function* answers(fetch: () => Promise<unknown>): AsyncGenerator<unknown> {
  yield await fetch();
  let failed = false;
  while (!readerGone.aborted) {
    await sleep(LOOK_EVERY_MS, undefined, { signal: readerGone }).catch(() => undefined);
    if (readerGone.aborted) return;
    try {
      yield await fetch();
      failed = false;
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      if (!failed) warn(`9volt: ${error.message}; trying again`);
      failed = true;
    }
  }
}
