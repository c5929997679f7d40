import type { Command, Option } from 'commander';
import { NODE_SETTINGS, type NodeSetting } from '@9volt/platform/config';
import { buildProgram } from '../program.js';
import { anchor, code, fenced, table } from './markdown.js';
import { fillTemplate, type ReadText } from './template.js';

/** Reference of all commands, from their own help. */
export function commandReference(read: ReadText): Promise<string> {
  const program = buildProgram();
  const commands = leaves(program);
  const contents = commands.map((command) => {
    const name = fullName(command);
    return [`[\`${name}\`](#${anchor(name)})`, command.description()];
  });
  return fillTemplate('cli.md', read, {
    commands: table(['Command', 'What it does'], contents),
    'etcd settings': settingsTable('etcd'),
    'node settings': settingsTable('node'),
    'command sections': commands.map(section).join('\n\n'),
  });
}

/** The commands that do something; a group with a default command counts as that command under the group's name. */
function leaves(command: Command): Command[] {
  const shown = command.createHelp().visibleCommands(command);
  return shown.flatMap((child) => (child.name() === 'help' ? [] : child.commands.length > 0 ? leaves(child) : [child]));
}

/** `cfg sync` is the default command of `cfg`. */
function fullName(command: Command): string {
  const names: string[] = [];
  for (let at: Command | null = command; at; at = at.parent) names.unshift(at.name());
  return names.join(' ').replace(/ sync$/, '');
}

function section(command: Command): string {
  const name = fullName(command);
  const help = command.createHelp();
  const shared = new Set(NODE_SETTINGS.map(({ flags }) => flags));
  const scope = scopeOf(command);
  const options = help.visibleOptions(command).filter(({ flags }) => !shared.has(flags) && flags !== '-h, --help');
  const args = help.visibleArguments(command).filter(({ description, argChoices }) => description || argChoices);
  return [
    `## ${name}`,
    command.description(),
    fenced('sh', help.commandUsage(command).replace(/ sync /, ' ')),
    ...(args.length > 0
      ? [
          table(
            ['Argument', 'Meaning'],
            args.map((arg) => [
              code(arg.name()),
              [arg.description, arg.argChoices?.join(', ')].filter(Boolean).join(': '),
            ]),
          ),
        ]
      : []),
    ...(options.length > 0 ? [table(['Option', 'Default', 'Variable', 'Meaning'], options.map(optionRow))] : []),
    ...(scope === undefined ? [] : [SHARED[scope]]),
    ...after(command),
  ].join('\n\n');
}

function optionRow(option: Option): string[] {
  const { flags, defaultValue, envVar, description, argChoices } = option;
  const shown = defaultValue === undefined || typeof defaultValue === 'boolean' ? '' : code(String(defaultValue));
  const choices = argChoices ? ` (${argChoices.join(', ')})` : '';
  return [code(flags), shown, envVar ? code(envVar) : '', `${description}${choices}`];
}

const SHARED: Record<NodeSetting['scope'], string> = {
  node: 'And the settings [of a node](#settings-of-a-node) and [of etcd](#settings-of-etcd).',
  etcd: 'And the settings [of etcd](#settings-of-etcd).',
};

function scopeOf(command: Command): NodeSetting['scope'] | undefined {
  const flags = new Set(command.options.map((option) => option.flags));
  const known = NODE_SETTINGS.filter((setting) => flags.has(setting.flags));
  if (known.length === 0) return undefined;
  return known.some(({ scope }) => scope === 'node') ? 'node' : 'etcd';
}

/** The text below a command's help: examples, exit codes. */
function after(command: Command): string[] {
  let whole = '';
  command.configureOutput({
    writeOut: (text) => (whole += text),
    getOutHelpWidth: () => 100,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  const added = /\n(?=\n?(?:Examples?|Exit code):)/.exec(whole);
  if (!added) return [];
  return whole
    .slice(added.index)
    .trim()
    .split(/\n\n+/)
    .map((paragraph) => {
      const [heading = '', ...lines] = paragraph.split('\n');
      return lines.length > 0 ? fenced('sh', lines.map((line) => line.trim()).join('\n')) : heading;
    });
}

function settingsTable(of: NodeSetting['scope']): string {
  const settings = NODE_SETTINGS.filter(({ scope }) => scope === of);
  return table(
    ['Flag', 'Variable', 'Default', 'Meaning'],
    settings.map(({ flags, env, default: standard, doc }) => [
      code(flags),
      code(env),
      standard === undefined ? '' : code(standard),
      doc,
    ]),
  );
}
