import type { Command } from 'commander';

/** What may follow after a command, as far as it can be known without asking a cluster. */
export interface CompletionNode {
  /** The commands that lead here, without the name of the program: `cfg diff`; empty for the program itself. */
  path: string;
  /** Commands below it, with what they do. */
  commands: { name: string; description: string }[];
  /** Long flags, with what they mean. */
  options: { flag: string; description: string; takesValue: boolean }[];
  /** Values of arguments that are a choice. */
  choices: string[];
}

/** The tree of a program, the program itself first. */
export function completionTree(program: Command): CompletionNode[] {
  const visit = (command: Command, path: string): CompletionNode[] => {
    const help = command.createHelp();
    const commands = help.visibleCommands(command).filter((child) => child.name() !== 'help');
    const standard = command.commands.find((child) => child.name() === 'sync');
    const options = [...help.visibleOptions(command), ...(standard ? help.visibleOptions(standard) : [])];
    const node: CompletionNode = {
      path,
      commands: commands.map((child) => ({ name: child.name(), description: firstSentence(child.description()) })),
      options: options.flatMap(({ long, description, required, optional }) =>
        long ? [{ flag: long, description: firstSentence(description), takesValue: required || optional }] : [],
      ),
      choices: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
    };
    return [node, ...commands.flatMap((child) => visit(child, `${path} ${child.name()}`.trim()))];
  };
  return visit(program, '').map((node) => ({ ...node, options: withoutTwins(node.options) }));
}

function withoutTwins(options: CompletionNode['options']): CompletionNode['options'] {
  return [...new Map(options.map((option) => [option.flag, option])).values()];
}

function firstSentence(text: string): string {
  return /^.*?[.:](?=\s|$)/.exec(text)?.[0].replace(/[.:]$/, '') ?? text;
}
