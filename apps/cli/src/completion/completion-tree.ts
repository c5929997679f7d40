import { DERIVED_STATUSES, ownOf } from '@9volt/contracts';
import type { Command } from 'commander';

/** The kinds of words that completion asks the command for; most of them come from the cluster. */
const NAME_KINDS = [
  'monitor',
  'worker',
  'alerter',
  'tag',
  'member-tag',
  'type',
  'event-type',
  'silence',
  'report',
] as const;
export type NameKind = (typeof NAME_KINDS)[number];

/** The kind whose names follow a resource of `get`, under any of its names. */
const NAMES_OF_RESOURCE: Readonly<Record<string, NameKind>> = {
  monitors: 'monitor',
  states: 'monitor',
  alerters: 'alerter',
};

/** What the values of options are, by command and flag or by flag. */
const VALUES_OF_OPTION: Readonly<Record<string, { names: NameKind } | { choices: readonly string[] }>> = {
  'get --status': { choices: DERIVED_STATUSES },
  '--status': { choices: ['warning', 'critical', 'unknown'] },
  'get --tags': { names: 'tag' },
  '--tag': { names: 'tag' },
  '--member-tag': { names: 'member-tag' },
  '--type': { names: 'type' },
  'get --monitor': { names: 'monitor' },
  'silence add --name': { names: 'monitor' },
  'silence preview --name': { names: 'monitor' },
  'report --send': { names: 'report' },
};

/** The possible words after a command. */
export interface CompletionNode {
  /** The commands up to here, without the name of the program: `cfg diff`; empty for the program itself. */
  path: string;
  /** Commands below it, with what they do. */
  commands: { name: string; description: string }[];
  /** Long flags and their meanings. */
  options: CompletionOption[];
  /** Values of arguments that are a choice. */
  choices: string[];
  /** The kind of names that its argument takes. */
  names: NameKind | undefined;
  /** The kind of names that follow a choice, under each of its names. */
  namesAfter: Record<string, NameKind>;
}

interface CompletionOption {
  flag: string;
  short: string | undefined;
  description: string;
  takesValue: boolean;
  choices: readonly string[];
  /** The kind of names that it takes. */
  names: NameKind | undefined;
}

/** The tree of a program, the program itself first. `otherNames` are those of the resources of `get`. */
export function completionTree(
  program: Command,
  otherNames: Readonly<Record<string, readonly string[]>> = {},
): CompletionNode[] {
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
        if (!long) return [];
        const takesValue = required || optional;
        const values = takesValue
          ? (ownOf(VALUES_OF_OPTION, `${path} ${long}`) ?? ownOf(VALUES_OF_OPTION, long))
          : undefined;
        const known = { names: undefined, choices: argChoices ?? [], ...values };
        return [{ flag: long, short, description: firstSentence(description), takesValue, ...known }];
      }),
      choices,
      names: command.registeredArguments.map((argument) => kindOfArgument(path, argument.name())).find(isNameKind),
      namesAfter: path === 'get' ? namesAfter(otherNames) : {},
    };
    return [node, ...commands.flatMap((child) => visit(child, `${path} ${child.name()}`.trim()))];
  };
  return visit(program, '').map((node) => ({ ...node, options: withoutTwins(node.options) }));
}

function isNameKind(name: string): name is NameKind {
  return (NAME_KINDS as readonly string[]).includes(name);
}

function kindOfArgument(path: string, name: string): string {
  return path === 'silence expire' ? 'silence' : name;
}

function namesAfter(otherNames: Readonly<Record<string, readonly string[]>>): Record<string, NameKind> {
  return Object.fromEntries(
    Object.entries(NAMES_OF_RESOURCE).flatMap(([resource, kind]) =>
      [resource, ...(ownOf(otherNames, resource) ?? [])].map((name) => [name, kind]),
    ),
  );
}

function withoutTwins(options: CompletionNode['options']): CompletionNode['options'] {
  return [...new Map(options.map((option) => [option.flag, option])).values()];
}

function firstSentence(text: string): string {
  return /^.*?[.:](?=\s|$)/.exec(text)?.[0].replace(/[.:]$/, '') ?? text;
}
