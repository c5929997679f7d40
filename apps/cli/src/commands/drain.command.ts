import { setTimeout as sleep } from 'node:timers/promises';
import type { components } from '@9volt/contracts/api-types';
import { abandonedBy } from '@9volt/contracts/workers';
import type { Command } from 'commander';
import { ApiClient, ApiError, type ApiOptions } from '../api/api-client.js';
import { noSuch } from '../api/named.js';
import { confirm } from '../output/confirm.js';
import { counted } from '../output/counted.js';
import { CliError, say, warn } from '../output/say.js';
import { withApi } from './api-options.js';

type Cluster = components['schemas']['Cluster'];
type Drain = components['schemas']['Drain'];

const LOOK_EVERY_MS = 1_000;

export function addDrainCommands(program: Command): void {
  withApi(program.command('drain'))
    .description('Move all monitors away from a worker and give it no new ones, even after its restart.')
    .argument('<worker>', 'name of the worker, see `9volt get members`')
    .option('--wait', 'wait until the worker has no monitors')
    .option('--force', 'do not ask, and drain the name even if no running worker has it')
    .addHelpText(
      'after',
      '\nIn a terminal, asks first if no other worker can run the monitors.\n\nExample:\n  9volt drain worker-1 --wait',
    )
    .action(async (name: string, options: ApiOptions & { wait?: boolean; force?: boolean }) => {
      const api = new ApiClient(options);
      if (!options.force) {
        const cluster = await api.get<Cluster>('/api/v1/cluster');
        if (!isKnownIn(cluster, name)) {
          const { message } = await noSuch(api, 'worker', name);
          throw new CliError(`${message}${message.endsWith('?') ? '' : '.'} Use --force to drain it before it starts`);
        }
        const abandoned = abandonedBy(cluster, name).map(
          ({ tag, monitors }) =>
            `${counted(monitors, 'monitor')} ${tag === undefined ? 'without a member-tag' : `with the member-tag ${tag}`}`,
        );
        if (abandoned.length > 0) {
          await confirm(`no other worker than ${name} can run ${abandoned.join(' and ')}: nobody will check them`);
        }
      }
      const drain = await api.put<Drain>(pathOf(name));
      if (drain.members.length === 0) {
        warn(`no worker named "${name}" is running; it gets no monitors when it starts`);
      }
      const left = options.wait === true ? await emptied(api, drain) : drain.assigned;
      say(
        `${name} is drained: ${left === 0 ? 'it has no monitors' : `${counted(left, 'monitor')} still ${left === 1 ? 'has' : 'have'} to move`}`,
      );
    });
  withApi(program.command('undrain'))
    .description('Let a drained worker get monitors again.')
    .argument('<worker>', 'name of the worker')
    .addHelpText('after', '\nExample:\n  9volt undrain worker-1')
    .action(async (name: string, options: ApiOptions) => {
      const api = new ApiClient(options);
      try {
        const { message } = await api.delete<components['schemas']['StatusMessage']>(pathOf(name));
        say(message);
      } catch (error) {
        const isTypo = error instanceof ApiError && error.status === 404 && !(await isKnown(api, name));
        throw isTypo ? await noSuch(api, 'worker', name) : error;
      }
    });
}

/** Resolves once no monitor is left; throws if somebody undrains it meanwhile. */
async function emptied(api: ApiClient, { name, assigned }: Drain): Promise<0> {
  for (let left = assigned; left > 0;) {
    await sleep(LOOK_EVERY_MS);
    const { Drains } = await api.get<Cluster>('/api/v1/cluster');
    const drain = Drains.find((one) => one.name === name);
    if (!drain) throw new CliError(`somebody undrained "${name}" while this command waited`);
    left = drain.assigned;
  }
  return 0;
}

/** Whether a member has this name; the API itself refuses a member that is not a worker. */
async function isKnown(api: ApiClient, name: string): Promise<boolean> {
  return isKnownIn(await api.get<Cluster>('/api/v1/cluster'), name);
}

function isKnownIn({ Members, Drains }: Cluster, name: string): boolean {
  return Object.values(Members).some(({ Name }) => Name === name) || Drains.some((drain) => drain.name === name);
}

function pathOf(worker: string): string {
  return `/api/v1/cluster/drain/${encodeURIComponent(worker)}`;
}
