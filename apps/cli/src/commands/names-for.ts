import { EVENT_TYPES } from '@9volt/contracts';
import type { components } from '@9volt/contracts/api-types';
import { monitorTypes } from '@9volt/monitors';
import type { ApiClient } from '../api/api-client.js';
import { namesOf } from '../api/named.js';
import type { NameKind } from '../completion/completion-tree.js';

/** The words of a kind that a person may mean. */
export async function namesFor(api: ApiClient, kind: NameKind): Promise<readonly string[]> {
  switch (kind) {
    case 'tag':
      return distinct(
        (await api.get<{ tags: string[] }[]>('/api/v1/state', { config: 'false' })).map(({ tags }) => tags),
      );
    case 'member-tag': {
      const { Members } = await api.get<components['schemas']['Cluster']>('/api/v1/cluster');
      return distinct(Object.values(Members).map(({ Tags }) => Tags));
    }
    case 'type':
      return [...monitorTypes.keys()].sort();
    case 'event-type':
      return EVENT_TYPES;
    default:
      return namesOf(api, kind);
  }
}

function distinct(lists: readonly (readonly string[])[]): string[] {
  return [...new Set(lists.flat())].sort();
}
