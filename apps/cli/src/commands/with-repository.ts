import { type EtcdConfig, loadEtcdConfig } from '@9volt/platform/config';
import { etcdTrouble } from '../doctor/etcd-advice.js';
import { CliError } from '../output/say.js';
import { flagsOf } from './node-options.js';

/** Opens a repository on the etcd of the options, and closes it whatever happens. */
export async function withRepository<R extends { close(): void }, T>(
  Repository: new (config: EtcdConfig) => R,
  options: Record<string, unknown>,
  use: (repository: R) => Promise<T>,
): Promise<T> {
  const config = loadEtcdConfig(flagsOf(options));
  const repository = new Repository(config);
  try {
    return await use(repository);
  } catch (error) {
    const trouble = await etcdTrouble(error, config.etcd);
    throw trouble === undefined ? error : new CliError(trouble);
  } finally {
    repository.close();
  }
}
