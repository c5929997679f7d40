import { CLUSTER_ATTRIBUTES, DomainError, MASKED } from '@9volt/contracts';
import { changeClusterSettings, EtcdClient, Keyspace, readClusterSettings, type StoredSettings } from '@9volt/etcd-dal';
import type { EtcdConfig } from '@9volt/platform/config';
import { CliError, warn } from '../output/say.js';
import { printTable } from '../output/table.js';
import { withRepository } from './with-repository.js';

/** The cluster settings in etcd. */
class SettingsRepository {
  private readonly client: EtcdClient;
  private readonly keys: Keyspace;

  constructor({ etcd, prefix }: EtcdConfig) {
    this.client = new EtcdClient(etcd);
    this.keys = new Keyspace(prefix);
  }

  read(): Promise<StoredSettings> {
    return readClusterSettings(this.client, this.keys);
  }

  change(patch: Record<string, unknown>): Promise<StoredSettings> {
    return changeClusterSettings(this.client, this.keys, patch);
  }

  close(): void {
    this.client.close();
  }
}

export async function showOrChange(settings: readonly string[], options: Record<string, unknown>): Promise<void> {
  const patch = patchOf(settings);
  try {
    const stored = await withRepository(SettingsRepository, options, (repository) =>
      settings.length === 0 ? repository.read() : repository.change(patch),
    );
    print(stored);
  } catch (error) {
    throw error instanceof DomainError ? new CliError(error.message) : error;
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
  printTable(['SETTING', 'VALUE'], rows);
  for (const { message } of faults) warn(`invalid; 9volt uses the last valid ones, or the defaults: ${message}`);
}
