import type { components } from '@9volt/contracts/api-types';
import type { Command } from 'commander';
import { ApiClient, type ApiOptions } from '../api/api-client.js';
import { askNamed } from '../api/named.js';
import { CliError, say } from '../output/say.js';
import { visible } from '../output/visible.js';
import { withApi } from './api-options.js';

export function addTestAlerterCommand(program: Command): void {
  withApi(program.command('test-alerter <alerter>'))
    .description('Send a test notification through a stored alerter and show what the provider answered.')
    .addHelpText('after', '\nExample:\n  9volt test-alerter team-slack')
    .action(async (name: string, options: ApiOptions) => {
      const api = new ApiClient(options);
      const { outcome, answer } = await askNamed(api, 'alerter', name, () =>
        api.post<components['schemas']['Delivery']>(`/api/v1/alerter/${encodeURIComponent(name)}/test`),
      );
      if (outcome !== 'delivered') throw new CliError(`${outcome}: ${answer}`);
      say(`delivered: ${visible(answer)}`);
    });
}
