import { MantineProvider } from '@mantine/core';
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ComponentProps, useEffect } from 'react';
import { RouterProvider } from 'react-router';
import { Toasts } from '../components/toasts.js';
import { LiveProvider, type Store, useLive } from '../lib/live-context.js';
import { followChanges } from '../lib/queries.js';
import { TokenForm } from './token-form.js';

interface AppProps {
  store: Store;
  queries: QueryClient;
  router: ComponentProps<typeof RouterProvider>['router'];
}

/** All styles are files: the page's policy refuses style elements, which the library would otherwise make for its variables. */
export function App({ store, queries, router }: AppProps) {
  useEffect(() => followChanges(store, queries), [store, queries]);
  return (
    <MantineProvider defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <QueryClientProvider client={queries}>
        <LiveProvider store={store}>
          <Gate store={store} queries={queries} router={router} />
          <Toasts />
        </LiveProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
}

/** Without a session there is nothing to see. */
function Gate({ store, queries, router }: AppProps) {
  const connection = useLive((live) => live.connection);
  const error = useLive((live) => live.error);
  if (connection !== 'unauthorized') return <RouterProvider router={router} />;
  return (
    <TokenForm
      reason={error}
      onToken={(token, stay) => {
        queries.clear();
        return store.signIn(token, stay);
      }}
    />
  );
}
