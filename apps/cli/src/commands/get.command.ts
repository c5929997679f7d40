import { Argument, type Command, Option } from 'commander';
import { withApi } from './api-options.js';
import type { GetOptions } from './get.run.js';
import { RESOURCE_NAMES } from './resource-names.js';

export function addGetCommand(program: Command): void {
  withApi(program.command('get'))
    .description('Show monitors, states, events, alerters, reports, members or the cluster.')
    .addArgument(
      new Argument('<what>', 'also in the singular, or shortened; nodes and workers are members')
        .choices(Object.keys(RESOURCE_NAMES))
        // Other names are accepted, too.
        .argParser((word: string) => word),
    )
    .argument('[name]', 'name of one monitor, state, alerter, report or member')
    .addOption(
      new Option('-o, --output <format>', 'output format')
        .choices(['table', 'wide', 'name', 'json', 'yaml'])
        .default('table'),
    )
    .option('--status <statuses>', 'only states with these statuses, separated by commas')
    .option('--tags <tags>', 'only states and monitors with any of these tags')
    .option('--type <types>', 'only entries of these types')
    .option('--monitor <monitors>', 'only events of these monitors')
    .option('-q, --query <text>', 'only entries whose name or text contains this')
    .option('--since <when>', 'only events from then on: a duration ago (90m, 2h), or a time')
    .option('--until <when>', 'only events up to then')
    .option('-f, --follow', 'keep showing new events as they happen')
    .option('-w, --watch', 'keep showing changes as they happen')
    .option('--no-trunc', 'do not cut values to the width of the terminal')
    .addHelpText(
      'after',
      '\nExamples:\n  9volt get states --status critical,warning\n  9volt get states -w\n  9volt get monitors -o yaml\n  9volt get members -o wide\n  9volt get cluster\n  9volt get events --since 2h --type status-changed -o json\n  9volt get events -f\n  9volt get monitors --tags shop -o name | xargs -n 1 9volt run',
    )
    .action(async (what: string, name: string | undefined, options: GetOptions) => {
      await (await import('./get.run.js')).get(what, name, options);
    });
}
