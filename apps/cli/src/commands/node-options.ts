import { type Command, Option } from 'commander';
import { NODE_SETTINGS, type NodeFlags, type NodeSetting, type NodeSettingKey } from '@9volt/platform/config';

/** Adds the settings of a node, or only those of etcd, to a command, except those for which it has its own option. */
export function withSettings(
  command: Command,
  scope: NodeSetting['scope'],
  own: readonly NodeSettingKey[] = [],
): Command {
  for (const setting of NODE_SETTINGS) {
    if (own.includes(setting.key)) continue;
    if (setting.scope === 'node' && scope === 'etcd') continue;
    const standard = setting.default === undefined || setting.kind === 'flag' ? '' : ` (default: ${setting.default})`;
    const option = new Option(setting.flags, `${setting.doc}${standard} [${setting.env}]`);
    if (setting.kind === 'list')
      option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);
    command.addOption(option);
  }
  return command;
}

/** Only flags that were written: `loadNodeConfig` handles defaults and the environment. */
export function flagsOf(options: Record<string, unknown>): NodeFlags {
  const known = new Set<string>(NODE_SETTINGS.map(({ key }) => key));
  return Object.fromEntries(Object.entries(options).filter(([key]) => known.has(key))) as NodeFlags;
}
