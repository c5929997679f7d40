import type { Command } from 'commander';

/** The kinds of names that completion asks the cluster for. */
export type NameKind = 'monitor' | 'worker' | 'alerter';

const NAME_KINDS: readonly string[] = ['monitor', 'worker', 'alerter'] satisfies NameKind[];
/** The kind whose names follow the resource of `get`. */
const NAMES_OF_RESOURCE: Readonly<Record<string, NameKind>> = {
  monitors: 'monitor',
  states: 'monitor',
  alerters: 'alerter',
};

/** The possible words after a command. */
export interface CompletionNode {
  /** The commands up to here, without the name of the program: `cfg diff`; empty for the program itself. */
  path: string;
  /** Commands below it, with what they do. */
  commands: { name: string; description: string }[];
  /** Long flags and their meanings. */
  options: { flag: string; short: string | undefined; description: string; takesValue: boolean; choices: string[] }[];
  /** Values of arguments that are a choice. */
  choices: string[];
  /** The kind of names that its argument takes. */
  names: NameKind | undefined;
  /** The kind of names that follow a choice. */
  namesAfter: Record<string, NameKind>;
}

/** The tree of a program, the program itself first. */
export function completionTree(program: Command): CompletionNode[] {
  const visit = (command: Command, path: string): CompletionNode[] => {
    const help = command.createHelp();
    const commands = help.visibleCommands(command).filter((child) => child.name() !== 'help');
    const standard = command.commands.find((child) => child.name() === 'sync');
    const options = [...help.visibleOptions(command), ...(standard ? help.visibleOptions(standard) : [])];
    const choices = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
    const node: CompletionNode = {
      path,
      commands: commands.map((child) => ({ name: child.name(), description: firstSentence(child.description()) })),
      options: options.flatMap(({ long, short, description, required, optional, argChoices }) => {
        const takesValue = required || optional;
        return long
          ? [{ flag: long, short, description: firstSentence(description), takesValue, choices: argChoices ?? [] }]
          : [];
      }),
      choices,
      names: command.registeredArguments.map((argument) => argument.name()).find(isNameKind),
      namesAfter: Object.fromEntries(Object.entries(NAMES_OF_RESOURCE).filter(([choice]) => choices.includes(choice))),
    };
    return [node, ...commands.flatMap((child) => visit(child, `${path} ${child.name()}`.trim()))];
  };
  return visit(program, '').map((node) => ({ ...node, options: withoutTwins(node.options) }));
}

function isNameKind(name: string): name is NameKind {
  return NAME_KINDS.includes(name);
}

function withoutTwins(options: CompletionNode['options']): CompletionNode['options'] {
  return [...new Map(options.map((option) => [option.flag, option])).values()];
}

function firstSentence(text: string): string {
  return /^.*?[.:](?=\s|$)/.exec(text)?.[0].replace(/[.:]$/, '') ?? text;
}
