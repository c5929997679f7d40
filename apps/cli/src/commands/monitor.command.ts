import { byName } from '@9volt/contracts/by-name';
import type { components } from '@9volt/contracts/api-types';
import { monitorPath, pageAddress } from '@9volt/contracts/pages';
import { type Command, Option } from 'commander';
import { ApiClient, type ApiOptions } from '../api/api-client.js';
import { askNamed } from '../api/named.js';
import { ageOf, durationMsOf } from '../output/age.js';
import { confirm } from '../output/confirm.js';
import { CliError, say } from '../output/say.js';
import { timeFigure } from '../output/figure.js';
import { visible } from '../output/visible.js';
import { withApi } from './api-options.js';
import { openInBrowser } from './open-in-browser.js';

type CheckResult = components['schemas']['CheckResult'];
type StateDetail = components['schemas']['StateDetail'];
type Pause = components['schemas']['Pause'];

interface PauseOptions {
  for?: string;
  comment?: string;
  author?: string;
  force?: boolean;
}

/** `run`, `disable`, `enable` and `open`: commands for stored monitors. */
export function addMonitorCommands(program: Command): void {
  withApi(program.command('run'))
    .description('Run monitors now and show the results. They count like any other result.')
    .argument('<monitor...>', 'their names')
    .addOption(new Option('-o, --output <format>', 'output format').choices(['text', 'json']).default('text'))
    .addHelpText('after', '\nExit code: 0 if all are ok, 1 if not.\n\nExample:\n  9volt run shop-home')
    .action(async (names: string[], options: ApiOptions & { output: 'text' | 'json' }) => {
      const api = new ApiClient(options);
      const results = byName<CheckResult>();
      for (const name of names) {
        const result = await askNamed(api, 'monitor', name, () => api.post<CheckResult>(`${pathOf(name)}/run`));
        results[name] = result;
        if (options.output === 'text') say(resultLine(name, result));
        if (result.status !== 'ok') process.exitCode = 1;
      }
      if (options.output === 'json') say(JSON.stringify(results, null, 2));
    });

  withApi(program.command('disable'))
    .description(
      'Stop checking monitors. 9volt closes an open incident and notifies each alerter that was notified of it; with --for, the incident stays open.',
    )
    .argument('<monitor...>', 'their names')
    .option('--for <duration>', 'enable them again after this time, such as 2h; the configuration does not change')
    .option('--comment <text>', 'why; with --for')
    .addOption(new Option('--author <name>', 'who does it; with --for').env('USER'))
    .option('--force', 'do not ask')
    .addHelpText(
      'after',
      "\nIn a terminal, asks first about a monitor that is critical.\n\nExamples:\n  9volt disable shop-home\n  9volt disable shop-home shop-cart --for 90m --comment 'moves to another rack'",
    )
    .action(async (names: string[], options: ApiOptions & PauseOptions) => {
      const api = new ApiClient(options);
      const pause = pauseOf(options);
      // First all names: a misspelt one must not leave half of the work done.
      const states = new Map<string, StateDetail>();
      for (const name of names) states.set(name, await stateOf(api, name));
      if (!options.force) {
        const critical = [...states].filter(([, { status }]) => status === 'critical');
        for (const [name, { since }] of critical) {
          await confirm(
            `${name} is critical${since === null ? '' : ` since ${ageOf(since) ?? since}`}: disabled, it is no longer shown as a problem, and its incident ${pause ? 'stays open until 9volt checks it again' : 'is closed'}`,
          );
        }
      }
      for (const name of names) {
        const until = await askNamed(api, 'monitor', name, async () => {
          if (pause) return (await api.put<Pause>(`${pathOf(name)}/pause`, pause)).until;
          await api.patch(pathOf(name), { disable: true });
          return undefined;
        });
        const origin = states.get(name)?.origin;
        const overwritten =
          origin?.from === 'files'
            ? ` until the next push of the set ${origin.set}, which enables it again: use --for, or write it into the file`
            : '';
        say(visible(`${name} is disabled${until === undefined ? overwritten : ` until ${until}`}`));
      }
    });

  withApi(program.command('enable'))
    .description('Check disabled monitors again, also those that are disabled for a time.')
    .argument('<monitor...>', 'their names')
    .addHelpText('after', '\nExample:\n  9volt enable shop-home')
    .action(async (names: string[], options: ApiOptions) => {
      const api = new ApiClient(options);
      for (const name of names) {
        const { config, pause } = await stateOf(api, name);
        if (pause) await api.delete(`${pathOf(name)}/pause`);
        const isSet = config?.disable !== undefined || config?.['disable-until'] !== undefined;
        // A needless change would take an entry away from its files.
        if (isSet || !config) await api.patch(pathOf(name), { disable: null, 'disable-until': null });
        say(visible(`${name} is enabled`));
      }
    });

  withApi(program.command('open'))
    .description('Open the page of a monitor in the browser; without a terminal, print its address.')
    .argument('<monitor>', 'its name')
    .addHelpText('after', '\nExample:\n  9volt open shop-home')
    .action(async (name: string, options: ApiOptions) => {
      const api = new ApiClient(options);
      await stateOf(api, name);
      const address = pageAddress(api.address, monitorPath(name));
      say(address);
      if (process.stdout.isTTY) openInBrowser(address);
    });
}

/** One line about a result: `web: critical: status 500, expected 200 (12 ms)`. */
export function resultLine(name: string, { status, message, latencyMs, note }: CheckResult): string {
  const remark = note === undefined ? '' : `; ${note}`;
  // `N/A` says that a good result has nothing to tell.
  const text = message === 'N/A' ? '' : `: ${message}`;
  return visible(`${name}: ${status}${text}${remark} (${timeFigure(latencyMs)})`);
}

/** Undefined: until somebody enables it. */
function pauseOf({ for: duration, comment, author }: PauseOptions): object | undefined {
  if (duration === undefined) {
    if (comment !== undefined)
      throw new CliError('--comment needs --for: 9volt keeps a comment only with a pause that ends');
    return undefined;
  }
  const ms = durationMsOf(duration);
  if (!ms) throw new CliError(`--for: expected a duration such as 90m or 2h, got "${duration}"`);
  return { duration: `${ms / 1_000}s`, ...(comment === undefined ? {} : { comment }), ...(author ? { author } : {}) };
}

function stateOf(api: ApiClient, name: string): Promise<StateDetail> {
  return askNamed(api, 'monitor', name, () => api.get<StateDetail>(`/api/v1/state/${encodeURIComponent(name)}`));
}

function pathOf(name: string): string {
  return `/api/v1/monitor/${encodeURIComponent(name)}`;
}
