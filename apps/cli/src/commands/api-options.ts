import { type Command, Option } from 'commander';

/** Adds the options of every command that calls the API. */
export function withApi(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--api <url>',
        'Address of the API. Default: that of the last `9volt login`, or else http://127.0.0.1:8080.',
      ).env('NINEV_API_URL'),
    )
    .addOption(
      new Option(
        '--token <token>',
        'Access token of the API. Prefer `9volt login` or the variable: other users of this machine can see a flag.',
      ).env('NINEV_TOKEN'),
    );
}
