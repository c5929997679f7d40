import { useEffect, useSyncExternalStore } from 'react';
import { EventsTable } from '../features/events/events-table.js';
import { StatesTable } from '../features/states/states-table.js';
import type { LiveStore } from '../lib/live-store.js';
import { TokenForm } from './token-form.js';

export type AppStore = Pick<LiveStore, 'snapshot' | 'subscribe' | 'start' | 'stop' | 'useToken'>;

export function App({ store }: { store: AppStore }) {
  const { connection, error, states, events } = useSyncExternalStore(store.subscribe, store.snapshot);
  useEffect(() => {
    store.start();
    return () => store.stop();
  }, [store]);
  if (connection === 'unauthorized') return <TokenForm reason={error} onToken={(token) => store.useToken(token)} />;
  return (
    <main>
      <h1>9volt</h1>
      <p role="status">{connection}</p>
      {error === undefined ? null : <p role="alert">{error}</p>}
      <StatesTable states={states} />
      <EventsTable events={events} />
      <p>
        <a href="/docs">API</a>
      </p>
    </main>
  );
}
