import type { QueryClient } from '@tanstack/react-query';
import { clusterQuery } from '../features/cluster/cluster-api.js';
import { alertersQuery } from '../features/alerters/alerter-api.js';
import { maintenanceQuery, silencesQuery } from '../features/quiet/quiet-api.js';
import type { Store } from '../lib/live-context.js';
import { PAGES } from './pages.js';

/** What pages load by themselves when they need it. */
const PARTS: readonly (() => Promise<unknown>)[] = [
  () => import('../features/palette/palette.js'),
  () => import('../features/monitor/latency-chart.js'),
  () => import('../features/monitor/history/band-chart.js'),
];

/**
 * Once the dashboard is live and has nothing to do, it loads the files of all pages and what they show first: so every page can be
 * opened while the API is away.
 */
export function loadRestWhenIdle(store: Pick<Store, 'snapshot' | 'subscribe'>, queries: QueryClient): void {
  const steps = [
    ...PAGES.map(({ load }) => load),
    ...PARTS,
    () => queries.prefetchQuery(clusterQuery),
    () => queries.prefetchQuery(alertersQuery),
    () => queries.prefetchQuery(silencesQuery),
    () => queries.prefetchQuery(maintenanceQuery),
  ];
  const next = (): void => {
    const step = steps.shift();
    // A file that cannot be loaded now is loaded when it is needed.
    if (step) whenIdle(() => void step().then(next, next));
  };
  const stop = store.subscribe(() => {
    if (store.snapshot().connection !== 'live') return;
    stop();
    next();
  });
}

/** Not every browser tells when it is idle. */
const FALLBACK_MS = 2_000;

function whenIdle(act: () => void): void {
  if ('requestIdleCallback' in window) window.requestIdleCallback(act);
  else setTimeout(act, FALLBACK_MS);
}
