import type { components } from '@9volt/contracts/api-types';
import { type ApiClient, ApiError } from './api-client.js';
import { CliError } from '../output/say.js';

type Kind = 'monitor' | 'worker' | 'member' | 'alerter' | 'report' | 'silence';

/** The existing names, for arguments that may stand for any of them. */
export async function namesOf(api: ApiClient, kind: Kind): Promise<string[]> {
  switch (kind) {
    case 'monitor':
      return (await api.get<{ check: string }[]>('/api/v1/state', { config: 'false', sort: 'name' })).map(
        ({ check }) => check,
      );
    case 'alerter':
      return (await api.get<{ name: string }[]>('/api/v1/alerter', { sort: 'name' })).map(({ name }) => name);
    case 'report':
      return (await api.get<{ name: string }[]>('/api/v1/scheduled-report')).map(({ name }) => name);
    case 'silence':
      return (await api.get<{ id: string }[]>('/api/v1/silence')).map(({ id }) => id);
    case 'member':
    case 'worker': {
      const { Members } = await api.get<components['schemas']['Cluster']>('/api/v1/cluster');
      const some = Object.values(Members).filter(
        ({ Role }) => kind === 'member' || Role === 'worker' || Role === 'server',
      );
      return [...new Set(some.map(({ Name }) => Name))].sort();
    }
  }
}

/** Asks the API for an object with this name. If there is none, suggests the most similar name. */
export async function askNamed<T>(api: ApiClient, kind: Kind, name: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 404)) throw error;
    throw await noSuch(api, kind, name);
  }
}

export async function noSuch(api: ApiClient, kind: Kind, name: string): Promise<CliError> {
  const { nearest } = await import('@9volt/contracts');
  const meant = nearest(name, await namesOf(api, kind));
  return new CliError(`there is no ${kind} "${name}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`);
}
