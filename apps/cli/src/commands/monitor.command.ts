import { byName } from '@9volt/contracts/by-name';
import type { components } from '@9volt/contracts/api-types';
import { monitorPath, pageAddress } from '@9volt/contracts/pages';
import { type Command, Option } from 'commander';
import { ApiClient, type ApiOptions } from '../api/api-client.js';
import { askNamed } from '../api/named.js';
import { durationMsOf } from '../output/age.js';
import { CliError, say } from '../output/say.js';
import { visible } from '../output/visible.js';
import { withApi } from './api-options.js';
import { openInBrowser } from './open-in-browser.js';

type CheckResult = components['schemas']['CheckResult'];

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
      'Stop checking monitors. 9volt closes an open incident and notifies each alerter that was notified of it.',
    )
    .argument('<monitor...>', 'their names')
    .option('--for <duration>', 'enable them again after this time, such as 2h')
    .addHelpText('after', '\nExamples:\n  9volt disable shop-home\n  9volt disable shop-home shop-cart --for 90m')
    .action(async (names: string[], options: ApiOptions & { for?: string }) => {
      const until = options.for === undefined ? undefined : inFuture(options.for);
      const patch = until === undefined ? { disable: true } : { disable: null, 'disable-until': until };
      await change(
        new ApiClient(options),
        names,
        patch,
        until === undefined ? 'is disabled' : `is disabled until ${until}`,
      );
    });

  withApi(program.command('enable'))
    .description('Check disabled monitors again.')
    .argument('<monitor...>', 'their names')
    .addHelpText('after', '\nExample:\n  9volt enable shop-home')
    .action(async (names: string[], options: ApiOptions) => {
      await change(new ApiClient(options), names, { disable: null, 'disable-until': null }, 'is enabled');
    });

  withApi(program.command('open'))
    .description('Open the page of a monitor in the browser; without a terminal, print its address.')
    .argument('<monitor>', 'its name')
    .addHelpText('after', '\nExample:\n  9volt open shop-home')
    .action(async (name: string, options: ApiOptions) => {
      const api = new ApiClient(options);
      await askNamed(api, 'monitor', name, () => api.get(`/api/v1/state/${encodeURIComponent(name)}`));
      const address = pageAddress(api.address, monitorPath(name));
      say(address);
      if (process.stdout.isTTY) openInBrowser(address);
    });
}

/** One line about a result: `web: critical: status 500, expected 200 (12 ms)`. */
export function resultLine(name: string, { status, message, latencyMs, note }: CheckResult): string {
  const remark = note === undefined ? '' : `; ${note}`;
  return visible(`${name}: ${status}: ${message}${remark} (${Math.round(latencyMs)} ms)`);
}

async function change(api: ApiClient, names: readonly string[], patch: object, done: string): Promise<void> {
  for (const name of names) {
    await askNamed(api, 'monitor', name, () => api.patch(pathOf(name), patch));
    say(visible(`${name} ${done}`));
  }
}

function inFuture(text: string): string {
  const ms = durationMsOf(text);
  if (ms === undefined || ms === 0) throw new CliError(`--for: expected a duration such as 90m or 2h, got "${text}"`);
  return new Date(Date.now() + ms).toISOString();
}

function pathOf(name: string): string {
  return `/api/v1/monitor/${encodeURIComponent(name)}`;
}
