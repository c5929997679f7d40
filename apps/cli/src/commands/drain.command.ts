import { setTimeout as sleep } from 'node:timers/promises';
import type { components } from '@9volt/contracts/api-types';
import type { Command } from 'commander';
import { ApiClient, type ApiOptions } from '../api/api-client.js';
import { CliError, say, warn } from '../output/say.js';
import { withApi } from './api-options.js';

type Drain = components['schemas']['Drain'];

const LOOK_EVERY_MS = 1_000;

export function addDrainCommands(program: Command): void {
  withApi(program.command('drain'))
    .description('Move all monitors away from a worker and give it no new ones, even after its restart.')
    .argument('<worker>', 'name of the worker, see `9volt get members`')
    .option('--wait', 'wait until the worker has no monitors')
    .addHelpText('after', '\nExample:\n  9volt drain worker-1 --wait')
    .action(async (name: string, options: ApiOptions & { wait?: boolean }) => {
      const api = new ApiClient(options);
      const drain = await api.put<Drain>(pathOf(name));
      if (drain.members.length === 0) {
        warn(`no worker named "${name}" is running; it stays drained when it starts`);
      }
      const left = options.wait === true ? await emptied(api, drain) : drain.assigned;
      say(`${name} is drained: ${left === 0 ? 'it has no monitors' : `${left} monitors still have to move`}`);
    });
  withApi(program.command('undrain'))
    .description('Let a drained worker get monitors again.')
    .argument('<worker>', 'its name')
    .addHelpText('after', '\nExample:\n  9volt undrain worker-1')
    .action(async (name: string, options: ApiOptions) => {
      const { message } = await new ApiClient(options).delete<components['schemas']['StatusMessage']>(pathOf(name));
      say(message);
    });
}

/** Resolves once nothing is left; throws when somebody undrains it meanwhile. */
async function emptied(api: ApiClient, { name, assigned }: Drain): Promise<0> {
  for (let left = assigned; left > 0;) {
    await sleep(LOOK_EVERY_MS);
    const { Drains } = await api.get<components['schemas']['Cluster']>('/api/v1/cluster');
    const drain = Drains.find((one) => one.name === name);
    if (!drain) throw new CliError(`somebody undrained "${name}" while this command waited`);
    left = drain.assigned;
  }
  return 0;
}

function pathOf(worker: string): string {
  return `/api/v1/cluster/drain/${encodeURIComponent(worker)}`;
}
