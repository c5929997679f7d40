import { useQuery } from '@tanstack/react-query';
import { dataOf, api, type Schemas } from '../../lib/api-client.js';

/** Where a stored monitor or alerter comes from; null if nobody noted it, undefined until it is known. */
export function useOrigin(noun: 'monitor' | 'alerter', name: string | undefined): Schemas['Origin'] | null | undefined {
  const { data } = useQuery({
    queryKey: ['origin', noun, name],
    queryFn: async ({ signal }) => {
      if (noun === 'alerter') {
        const origins = await dataOf(api.GET('/api/v1/origin/alerter', { signal }));
        return new Map(Object.entries(origins)).get(name ?? '') ?? null;
      }
      const path = { name: name ?? '' };
      return (await dataOf(api.GET('/api/v1/state/{name}', { params: { path }, signal }))).origin;
    },
    enabled: name !== undefined,
  });
  return name === undefined ? undefined : data;
}
