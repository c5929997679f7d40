import type { RouteObject } from 'react-router';
import { RouteError } from './route-error.js';
import { Shell } from './shell.js';

/** Each page is a file of its own, loaded when it is first gone to. */
export const routes: RouteObject[] = [
  {
    path: '/',
    element: <Shell />,
    errorElement: <RouteError />,
    hydrateFallbackElement: <></>,
    children: [
      {
        errorElement: <RouteError />,
        children: [
          { index: true, lazy: page(() => import('../features/overview/overview.page.js')) },
          { path: 'monitors', lazy: page(() => import('../features/monitors/monitors.page.js')) },
          { path: 'alerters', lazy: page(() => import('../features/alerters/alerters.page.js')) },
          { path: 'alerters/new', lazy: page(() => import('../features/alerters/edit-alerter.page.js')) },
          { path: 'alerter/:name', lazy: page(() => import('../features/alerters/alerter.page.js')) },
          { path: 'alerter/:name/edit', lazy: page(() => import('../features/alerters/edit-alerter.page.js')) },
          { path: 'events', lazy: page(() => import('../features/events/events.page.js')) },
          { path: 'cluster', lazy: page(() => import('../features/cluster/cluster.page.js')) },
          { path: 'monitors/new', lazy: page(() => import('../features/monitors/edit-monitor.page.js')) },
          { path: 'monitor/:name/edit', lazy: page(() => import('../features/monitors/edit-monitor.page.js')) },
          { path: 'monitor/:name', lazy: page(() => import('../features/monitor/monitor.page.js')) },
        ],
      },
      { path: '*', lazy: page(() => import('./not-found.page.js')) },
    ],
  },
];

function page(
  load: () => Promise<{ default: () => React.ReactNode }>,
): () => Promise<{ Component: React.ComponentType }> {
  return async () => ({ Component: (await load()).default });
}
