import { QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError } from './api-client.js';
import type { Store } from './live-context.js';
import type { Changes } from './live-types.js';

/** Data is fresh for a while: the stream says when it is not. */
const FRESH_MS = 15_000;
/** While the API is away, the dashboard shows what it has read, also on pages that are not open. */
const KEPT_MS = 3_600_000;
/** One thing is read again at most this often, however often it changes. */
const PAUSE_MS = 1_000;

/** A query of the API for data that the stream does not carry. After a 401 the form to sign in is shown. */
export function createQueryClient(store: Pick<Store, 'signedOut'>): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (error instanceof ApiError && error.status === 401) store.signedOut();
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: FRESH_MS,
        gcTime: KEPT_MS,
        retry: (failures, error) => failures < 2 && (!(error instanceof ApiError) || error.status === 503),
      },
      // Fails at once without a network, and says so.
      mutations: { networkMode: 'always' },
    },
  });
}

/** Reads again what changed according to the stream. The first part of a key is its kind, the second the name of a monitor. */
export function followChanges(store: Pick<Store, 'observe'>, client: QueryClient): () => void {
  let due = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = (): void => {
    const now = due;
    due = new Set();
    timer = undefined;
    void client.invalidateQueries({
      predicate: ({ queryKey: [kind, name] }) => now.has(String(kind)) || now.has(`${String(kind)}/${String(name)}`),
    });
  };
  const stop = store.observe((changes) => {
    if (changes.all === true) {
      // The edited data must not change during the edit.
      void client.invalidateQueries({ predicate: ({ queryKey: [kind] }) => kind !== 'edit' });
      return;
    }
    for (const key of keysOf(changes)) due.add(key);
    if (due.size > 0) timer ??= setTimeout(flush, PAUSE_MS);
  });
  return () => {
    stop();
    clearTimeout(timer);
  };
}

function keysOf({ states = [], monitors = [], members = false }: Changes): string[] {
  return [
    ...states.map((name) => `state/${name}`),
    ...monitors.flatMap((name) => [`state/${name}`, `monitor/${name}`, 'uses']),
    ...(members ? ['cluster'] : []),
  ];
}
