import './styles/index.js';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createBrowserRouter } from 'react-router';
import { App } from './app/app.js';
import { routes } from './app/routes.js';
import { LiveStore } from './lib/live-store.js';
import { createQueryClient } from './lib/queries.js';

const root = document.getElementById('root');
if (root) {
  const store = new LiveStore();
  const router = createBrowserRouter(routes, { basename: '/ui' });
  createRoot(root).render(
    <StrictMode>
      <App store={store} queries={createQueryClient(store)} router={router} />
    </StrictMode>,
  );
}
