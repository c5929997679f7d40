import type { components } from '@9volt/contracts/api-types';
import type { Command } from 'commander';
import { ApiClient, ApiError, type ApiOptions } from '../api/api-client.js';
import { loginFile, readLogin, writeLogin } from '../api/kept-login.js';
import { askSecret } from '../output/ask-secret.js';
import { CliError, say, warn } from '../output/say.js';
import { withApi } from './api-options.js';

type Session = components['schemas']['SignedIn'];

export function addLoginCommands(program: Command): void {
  withApi(program.command('login'))
    .description('Keep the address and the access token of an API for later commands.')
    .argument('[address]', 'address of the API, instead of --api')
    .addHelpText(
      'after',
      '\nAsks for the token, or reads it from standard input. Keeps it in $XDG_CONFIG_HOME/9volt/login.json, which only you can read.\nFlags and variables win.\n\nExamples:\n  9volt login https://monitoring.example.com\n  9volt login < token-file',
    )
    .action(async (given: string | undefined, options: ApiOptions) => {
      const { address } = new ApiClient(given === undefined ? options : { ...options, api: given });
      const open = new ApiClient({ api: address, token: '' });
      const { required } = await open.get<Session>('/api/v1/session');
      const kept = readLogin();
      if (required) {
        const token = options.token ?? (await askSecret(`Access token of ${address}: `));
        if (token === '') throw new CliError('no access token was given');
        await assertValid(new ApiClient({ api: address, token }));
        kept.tokens.set(address, token);
      }
      await writeLogin({ ...kept, api: address });
      say(required ? `signed in to ${address}` : `${address} needs no access token`);
    });
  withApi(program.command('logout'))
    .description('Forget the access token of an API that `9volt login` kept.')
    .addHelpText('after', '\nExample:\n  9volt logout')
    .action(async (options: ApiOptions) => {
      const { address } = new ApiClient(options);
      const { api, tokens } = readLogin();
      if (!tokens.delete(address) && api !== address) {
        warn(`nothing was kept of ${address}`);
        return;
      }
      await writeLogin({ tokens, ...(api === undefined || api === address ? {} : { api }) });
      say(`signed out of ${address}; removed its token from ${loginFile()}`);
    });
}

async function assertValid(api: ApiClient): Promise<void> {
  const { signedIn } = await api.get<Session>('/api/v1/session');
  if (!signedIn) throw new ApiError('the API does not know this access token', 401);
}
