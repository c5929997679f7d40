import type { ReactNode } from 'react';
import { firstRowsOf } from '../features/monitors/first-rows.js';
import type { StatesQuery } from '../lib/live-types.js';

export interface PageFile {
  /** In the syntax of routes: a segment that begins with a colon matches anything. */
  path: string;
  load: () => Promise<{ default: () => ReactNode }>;
  /** The query of the states that it shows first: they arrive before all others. */
  first?: (params: URLSearchParams) => StatesQuery | undefined;
}

/** Each page is a file of its own, loaded when it is first opened. */
export const PAGES: readonly PageFile[] = [
  { path: '/', load: () => import('../features/overview/overview.page.js') },
  { path: '/monitors', load: () => import('../features/monitors/monitors.page.js'), first: firstRowsOf },
  { path: '/monitors/new', load: () => import('../features/monitors/edit-monitor.page.js') },
  // Alerts of earlier versions link to it.
  { path: '/monitors/:name', load: () => import('../features/monitor/moved-monitor.page.js') },
  { path: '/monitor/:name', load: () => import('../features/monitor/monitor.page.js') },
  { path: '/monitor/:name/edit', load: () => import('../features/monitors/edit-monitor.page.js') },
  { path: '/alerters', load: () => import('../features/alerters/alerters.page.js') },
  { path: '/alerters/new', load: () => import('../features/alerters/edit-alerter.page.js') },
  { path: '/alerter/:name', load: () => import('../features/alerters/alerter.page.js') },
  { path: '/alerter/:name/edit', load: () => import('../features/alerters/edit-alerter.page.js') },
  { path: '/silences', load: () => import('../features/quiet/silences.page.js') },
  { path: '/reports', load: () => import('../features/reports/reports.page.js') },
  { path: '/reports/by-mail', load: () => import('../features/reports/scheduled-reports.page.js') },
  { path: '/reports/by-mail/new', load: () => import('../features/reports/edit-report.page.js') },
  { path: '/report/:name/edit', load: () => import('../features/reports/edit-report.page.js') },
  { path: '/status-pages', load: () => import('../features/status-pages/status-pages.page.js') },
  { path: '/status-pages/new', load: () => import('../features/status-pages/edit-status-page.page.js') },
  { path: '/status-page/:name/edit', load: () => import('../features/status-pages/edit-status-page.page.js') },
  { path: '/events', load: () => import('../features/events/events.page.js') },
  { path: '/cluster', load: () => import('../features/cluster/cluster.page.js') },
];

/** The page of a path, known before there is a router. */
export function pageAt(path: string): PageFile | undefined {
  return PAGES.find((page) => new RegExp(`^${page.path.replaceAll(/:\w+/g, '[^/]+')}/?$`).test(path));
}
