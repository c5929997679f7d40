import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createBrowserRouter } from 'react-router';
import { DASHBOARD_PATH } from '@9volt/contracts/pages';
import type { LiveStore } from '../lib/live-store.js';
import { createQueryClient } from '../lib/queries.js';
import { App } from './app.js';
import { loadRestWhenIdle } from './load-rest.js';
import { routes } from './routes.js';

export function start(store: LiveStore, root: HTMLElement): void {
  const queries = createQueryClient(store);
  loadRestWhenIdle(store, queries);
  const router = createBrowserRouter(routes, { basename: DASHBOARD_PATH });
  createRoot(root).render(
    <StrictMode>
      <App store={store} queries={queries} router={router} />
    </StrictMode>,
  );
}
