import type { components } from '@9volt/contracts/api-types';
import { type Command, Option } from 'commander';
import { ApiClient, type ApiOptions } from '../api/api-client.js';
import { askNamed } from '../api/named.js';
import { say } from '../output/say.js';
import { printTable } from '../output/table.js';
import { visible } from '../output/visible.js';
import { withApi } from './api-options.js';

type Placement = components['schemas']['Placement'];

export function addWhyCommand(program: Command): void {
  withApi(program.command('why'))
    .description('Show which worker runs a monitor and why, or why none does.')
    .argument('<monitor>', 'its name')
    .addOption(new Option('-o, --output <format>', 'output format').choices(['text', 'json']).default('text'))
    .addHelpText('after', '\nExample:\n  9volt why shop-home')
    .action(async (name: string, options: ApiOptions & { output: 'text' | 'json' }) => {
      const api = new ApiClient(options);
      const answer = await askNamed(api, 'monitor', name, () =>
        api.get<Placement>(`/api/v1/monitor/${encodeURIComponent(name)}/why`),
      );
      if (options.output === 'json') {
        say(JSON.stringify(answer, null, 2));
        return;
      }
      say(`${visible(answer.message)}\n`);
      printTable(['WORKER', 'TAGS', 'CHECKS', 'LOAD', 'MAY RUN IT'], rowsOf(answer));
    });
}

function rowsOf({ candidates, worker, to }: Placement): unknown[][] {
  return candidates.map(({ id, name, tags, assigned, load, objection }) => {
    const place = id === worker?.id ? 'has it' : id === to?.id ? 'is to get it' : undefined;
    return [name, tags, assigned, load, [objection ?? 'yes', place].filter(Boolean).join(', ')];
  });
}
