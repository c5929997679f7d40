import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.js';
import { LiveStore } from './lib/live-store.js';

const root = document.getElementById('root');
if (root) {
  const store = new LiveStore();
  createRoot(root).render(
    <StrictMode>
      <App store={store} />
    </StrictMode>,
  );
}
