import { DERIVED_STATUSES, ownOf } from '@9volt/contracts';
import type { Argument, Command } from 'commander';

/** The kinds of words that completion asks the command for; most of them come from the cluster. */
const NAME_KINDS = [
  'monitor',
  'worker',
  'member',
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
  reports: 'report',
  members: 'member',
};

/** What the values of options are, by command and flag or by flag. */
const VALUES_OF_OPTION: Readonly<Record<string, Partial<Values>>> = {
  'get --status': { words: DERIVED_STATUSES },
  '--status': { words: ['warning', 'critical', 'unknown'] },
  'get --tags': { names: 'tag' },
  '--tag': { names: 'tag' },
  '--member-tag': { names: 'member-tag' },
  '--type': { names: 'type' },
  'get --monitor': { names: 'monitor' },
  'silence add --name': { names: 'monitor' },
  'silence preview --name': { names: 'monitor' },
  'report --send': { names: 'report' },
};

/** What may stand in one place. */
export interface Values {
  words: readonly string[];
  /** The kind of names that may stand there. */
  names: NameKind | undefined;
  /** Whether it is the path of a file or a directory. */
  files: boolean;
}

/** The possible words after a command. */
export interface CompletionNode {
  /** The commands up to here, without the name of the program: `cfg diff`; empty for the program itself. */
  path: string;
  /** Commands below it, with what they do. */
  commands: { name: string; description: string }[];
  options: CompletionOption[];
  /** Its arguments, in their order. */
  args: Values[];
  /** Whether the last argument may be repeated. */
  repeats: boolean;
  /** Of `get`: the kind of names that follow a resource, under each of its names. */
  namesAfter: Record<string, NameKind>;
}

interface CompletionOption {
  /** As a person types them: the long one first. */
  flags: string[];
  description: string;
  /** Absent if it takes no value. */
  values?: Values;
}

/** The tree of a program, the program itself first. `otherNames` are those of the resources of `get`. */
export function completionTree(
  program: Command,
  otherNames: Readonly<Record<string, readonly string[]>> = {},
): CompletionNode[] {
  const visit = (command: Command, path: string): CompletionNode[] => {
    const help = command.createHelp();
    // What `cfg` does without one of its commands.
    const standard = command.commands.find(isStandard);
    const commands = help.visibleCommands(command).filter((child) => child.name() !== 'help' && !isStandard(child));
    const options = [...help.visibleOptions(command), ...(standard ? help.visibleOptions(standard) : [])];
    const args = (standard ?? command).registeredArguments;
    const node: CompletionNode = {
      path,
      commands: commands.map((child) => ({ name: child.name(), description: firstSentence(child.description()) })),
      options: options.flatMap(({ flags, long, short, description, required, optional, argChoices }) => {
        if (!long) return [];
        const known = ownOf(VALUES_OF_OPTION, `${path} ${long}`) ?? ownOf(VALUES_OF_OPTION, long);
        const values = { words: argChoices ?? [], names: undefined, files: /<(file|dir)>/.test(flags), ...known };
        return [
          {
            flags: [long, ...(short ? [short] : [])],
            description: firstSentence(description),
            ...(required || optional ? { values } : {}),
          },
        ];
      }),
      args: args.map((argument) => valuesOf(path, argument)),
      repeats: args.at(-1)?.variadic === true,
      namesAfter: path === 'get' ? namesAfter(otherNames) : {},
    };
    return [node, ...commands.flatMap((child) => visit(child, `${path} ${child.name()}`.trim()))];
  };
  return visit(program, '').map((node) => ({ ...node, options: withoutTwins(node.options) }));
}

function isStandard(command: Command): boolean {
  return command.name() === 'sync';
}

function valuesOf(path: string, argument: Argument): Values {
  const kind = path === 'silence expire' ? 'silence' : argument.name();
  return {
    words: argument.argChoices ?? [],
    names: isNameKind(kind) ? kind : undefined,
    files: kind === 'file' || kind === 'dir',
  };
}

function isNameKind(name: string): name is NameKind {
  return (NAME_KINDS as readonly string[]).includes(name);
}

function namesAfter(otherNames: Readonly<Record<string, readonly string[]>>): Record<string, NameKind> {
  return Object.fromEntries(
    Object.entries(NAMES_OF_RESOURCE).flatMap(([resource, kind]) =>
      [resource, ...(ownOf(otherNames, resource) ?? [])].map((name) => [name, kind]),
    ),
  );
}

function withoutTwins(options: CompletionNode['options']): CompletionNode['options'] {
  return [...new Map(options.map((option) => [option.flags[0], option])).values()];
}

function firstSentence(text: string): string {
  return /^.*?[.:](?=\s|$)/.exec(text)?.[0].replace(/[.:]$/, '') ?? text;
}
