import { expect, it } from '@jest/globals';
import { matchRoutes } from 'react-router';
import { pageAt, PAGES } from './pages.js';

it.each([
  '/',
  '/monitors',
  '/monitors/new',
  '/monitors/web',
  '/monitors/a%20b.c',
  '/monitors/',
  '/monitor/web',
  '/monitor/a%20b.c/edit',
  '/alerters/new',
  '/alerter/new',
  '/nowhere',
  '/monitor/',
  '/monitor/a/b/c',
])('%s leads where the router will lead', (path) => {
  const routes = PAGES.map((page) => ({ path: page.path, id: page.path }));
  expect(pageAt(path)?.path).toBe(matchRoutes(routes, path)?.[0]?.route.id);
});
