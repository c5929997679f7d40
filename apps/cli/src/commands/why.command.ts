import type { components } from '@9volt/contracts/api-types';
import { type Command, Option } from 'commander';
import { ApiClient, type ApiOptions } from '../api/api-client.js';
import { askNamed } from '../api/named.js';
import { figure } from '../output/figure.js';
import { say } from '../output/say.js';
import { printTable } from '../output/table.js';
import { visible } from '../output/visible.js';
import { withApi } from './api-options.js';

type Placement = components['schemas']['Placement'];
type Held = components['schemas']['StateDetail']['held'];

export function addWhyCommand(program: Command): void {
  withApi(program.command('why'))
    .description('Show which worker runs a monitor and why, or why none does; and why its alarms are held back.')
    .argument('<monitor>', 'its name')
    .addOption(new Option('-o, --output <format>', 'output format').choices(['text', 'json']).default('text'))
    .addHelpText('after', '\nExample:\n  9volt why shop-home')
    .action(async (name: string, options: ApiOptions & { output: 'text' | 'json' }) => {
      const api = new ApiClient(options);
      const answer = await askNamed(api, 'monitor', name, () =>
        api.get<Placement>(`/api/v1/monitor/${encodeURIComponent(name)}/why`),
      );
      const { held = {} } = await api.get<{ held?: Held }>(`/api/v1/state/${encodeURIComponent(name)}`);
      if (options.output === 'json') {
        say(JSON.stringify({ ...answer, held }, null, 2));
        return;
      }
      say(`${visible(answer.message)}\n`);
      const reasons = reasonsOf(held);
      if (reasons.length > 0) say(`${reasons.map(visible).join('\n')}\n`);
      printTable(['WORKER', 'TAGS', 'CHECKS', 'LOAD', 'MAY RUN IT'], rowsOf(answer));
    });
}

function reasonsOf(held: Held): string[] {
  return Object.entries(held).map(([alerter, { until, text }]) => {
    const end = until === undefined ? '' : ` until ${until}`;
    return `${alerter} is not notified${end}: ${text}`;
  });
}

function rowsOf({ candidates, worker, to }: Placement): unknown[][] {
  return candidates.map(({ id, name, tags, assigned, load, objection }) => {
    const place = id === worker?.id ? 'has it' : id === to?.id ? 'is to get it' : undefined;
    return [name, tags, assigned, figure(load), [objection ?? 'yes', place].filter(Boolean).join(', ')];
  });
}
