import { ownOf } from '@9volt/contracts/by-name';
import { useQuery } from '@tanstack/react-query';
import type { Json } from '../../lib/settings-api.js';

/** The attributes of a component, from the API's own document. */
export function useSchema(component: string) {
  return useQuery({
    queryKey: ['schema', component],
    queryFn: async ({ signal }) => {
      const answer = await fetch(new Request(new URL('/openapi.json', globalThis.location.origin), { signal }));
      const { components } = (await answer.json()) as { components: { schemas: Record<string, Json> } };
      return ownOf(components.schemas, component) ?? {};
    },
    staleTime: Infinity,
  });
}
