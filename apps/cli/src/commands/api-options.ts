import { type Command, Option } from 'commander';

/** Adds the options of every command that calls the API. */
export function withApi(command: Command): Command {
  return command
    .addOption(new Option('--api <url>', 'Address of the API.').env('NINEV_API_URL').default('http://127.0.0.1:8080'))
    .addOption(
      new Option(
        '--token <token>',
        'Access token of the API. Prefer the variable: other users of this machine can see a flag.',
      ).env('NINEV_TOKEN'),
    );
}
