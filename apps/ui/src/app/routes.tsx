import type { RouteObject } from 'react-router';
import { type PageFile, PAGES } from './pages.js';
import { RouteError } from './route-error.js';
import { Shell } from './shell.js';

export const routes: RouteObject[] = [
  {
    element: <Shell />,
    errorElement: <RouteError />,
    hydrateFallbackElement: <></>,
    children: [
      {
        errorElement: <RouteError />,
        children: PAGES.map(({ path, load }) => ({ path, lazy: lazily(load) })),
      },
      { path: '*', lazy: lazily(() => import('./not-found.page.js')) },
    ],
  },
];

function lazily(load: PageFile['load']): () => Promise<{ Component: React.ComponentType }> {
  return async () => ({ Component: (await load()).default });
}
