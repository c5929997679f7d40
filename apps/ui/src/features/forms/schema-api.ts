import { useQuery } from '@tanstack/react-query';
import { api, dataOf } from '../../lib/api-client.js';
import type { TypeSchemas } from './attributes.js';

/** The attributes of each type, from the API: a new type needs no change here. */
export function useSchemas(noun: 'monitor' | 'alerter') {
  return useQuery({
    queryKey: ['schema', noun],
    queryFn: ({ signal }) => dataOf<TypeSchemas>(api.GET(`/api/v1/schema/${noun}`, { signal })),
    staleTime: Infinity,
  });
}
