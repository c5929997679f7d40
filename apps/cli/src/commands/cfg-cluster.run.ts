import { CLUSTER_ATTRIBUTES, DomainError, MASKED } from '@9volt/contracts';
import { changeClusterSettings, EtcdClient, Keyspace, readClusterSettings, type StoredSettings } from '@9volt/etcd-dal';
import { loadEtcdConfig } from '@9volt/platform/config';
import { CliError, warn } from '../output/say.js';
import { table } from '../output/table.js';
import { flagsOf } from './node-options.js';

export async function showOrChange(settings: readonly string[], options: Record<string, unknown>): Promise<void> {
  const { etcd, prefix } = loadEtcdConfig(flagsOf(options));
  const client = new EtcdClient(etcd);
  try {
    const keys = new Keyspace(prefix);
    const patch = patchOf(settings);
    print(
      settings.length === 0
        ? await readClusterSettings(client, keys)
        : await changeClusterSettings(client, keys, patch),
    );
  } catch (error) {
    throw error instanceof DomainError ? new CliError(error.message) : error;
  } finally {
    client.close();
  }
}

function patchOf(settings: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    settings.map((setting) => {
      const [, name, value] = /^([^=]+)=(.*)$/s.exec(setting) ?? [];
      if (name === undefined || value === undefined) throw new CliError(`"${setting}" is not name=value`);
      return [name, value === '' ? null : value === 'true' ? true : value === 'false' ? false : value];
    }),
  );
}

function print({ config, faults }: StoredSettings): void {
  const rows = CLUSTER_ATTRIBUTES.map((name) => [
    name,
    name === 'dead-man-url' && config[name] !== undefined ? MASKED : config[name],
  ]);
  process.stdout.write(table(['SETTING', 'VALUE'], rows));
  for (const { message } of faults) warn(`invalid; 9volt uses the last valid ones, or the defaults: ${message}`);
}
