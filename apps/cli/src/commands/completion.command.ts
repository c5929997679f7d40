import { Argument, type Command } from 'commander';
import { ApiClient, type ApiOptions } from '../api/api-client.js';
import type { NameKind } from '../completion/completion-tree.js';
import type { Shell } from '../completion/shell-scripts.js';
import { say } from '../output/say.js';
import { withApi } from './api-options.js';
import { RESOURCE_NAMES } from './resource-names.js';

const COMPLETION_TIMEOUT_MS = 2_000;

export function addCompletionCommand(program: Command): void {
  program
    .command('completion')
    .description(
      'Print a script for shell completion: of commands, options and their values, and names that the API knows.',
    )
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      '\nExamples:\n  source <(9volt completion bash)\n  source <(9volt completion zsh)\n  9volt completion fish > ~/.config/fish/completions/9volt.fish',
    )
    .action(async (shell: Shell) => {
      const { completionTree } = await import('../completion/completion-tree.js');
      const { completionScript } = await import('../completion/shell-scripts.js');
      process.stdout.write(completionScript(shell, completionTree(program, RESOURCE_NAMES)));
    });

  withApi(program.command('complete-names', { hidden: true }))
    .argument('<kind>')
    .action(async (kind: NameKind, options: ApiOptions) => {
      // A person at a prompt waits only for a moment.
      const { namesFor } = await import('./names-for.js');
      const names = await namesFor(new ApiClient(options, COMPLETION_TIMEOUT_MS), kind);
      // A shell expands what it completes: a name that it would interpret or split is not offered.
      for (const name of names) if (/^[\p{L}\p{N}._@:+=,-]+$/u.test(name)) say(name);
    });
}
