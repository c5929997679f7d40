import { type EtcdConfig, loadEtcdConfig } from '@9volt/platform';
import { flagsOf } from './node-options.js';

/** Opens a repository on the etcd that the options name, and closes it whatever happens. */
export async function withRepository<R extends { close(): void }, T>(
  Repository: new (config: EtcdConfig) => R,
  options: Record<string, unknown>,
  use: (repository: R) => Promise<T>,
): Promise<T> {
  const repository = new Repository(loadEtcdConfig(flagsOf(options)));
  try {
    return await use(repository);
  } finally {
    repository.close();
  }
}
