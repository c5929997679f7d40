import { Argument, type Command } from 'commander';
import { completionTree } from '../completion/completion-tree.js';
import { completionScript, type Shell } from '../completion/shell-scripts.js';

export function addCompletionCommand(program: Command): void {
  program
    .command('completion')
    .description('Print a script for shell completion.')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      '\nExamples:\n  source <(9volt completion bash)\n  9volt completion fish > ~/.config/fish/completions/9volt.fish',
    )
    .action((shell: Shell) => {
      process.stdout.write(completionScript(shell, completionTree(program)));
    });
}
