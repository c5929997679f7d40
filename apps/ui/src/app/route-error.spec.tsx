import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import { MantineProvider } from '@mantine/core';
import { createMemoryRouter, RouterProvider } from 'react-router';
import { completeDom } from '../testing/dom.js';
import { RouteError } from './route-error.js';

beforeEach(() => {
  completeDom();
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
  document.head.innerHTML = '<script type="module" src="/ui/assets/index-1.js"></script>';
});
afterEach(() => {
  cleanup();
  document.head.innerHTML = '';
  sessionStorage.clear();
  jest.restoreAllMocks();
});

/** A page whose file cannot be loaded, while the API answers with this start page, or not at all. */
function open(startPage: string | undefined): { reload: jest.Mock } {
  const answer = () =>
    startPage === undefined ? Promise.reject(new Error('refused')) : Promise.resolve(new Response(startPage));
  Object.assign(globalThis, { fetch: jest.fn(answer) });
  const reload = jest.fn();
  const lazy = () => Promise.reject(new Error('Failed to fetch dynamically imported module'));
  const router = createMemoryRouter([
    { path: '/', errorElement: <RouteError reload={reload} />, hydrateFallbackElement: <></>, lazy },
  ]);
  render(
    <MantineProvider withCssVariables={false} withGlobalClasses={false} env="test">
      <RouterProvider router={router} />
    </MantineProvider>,
  );
  return { reload };
}

it('loads the dashboard anew when a newer version has replaced the file of a page', async () => {
  const { reload } = open('<script type="module" src="/ui/assets/index-2.js"></script>');
  expect(await screen.findByText('There is a newer version of the dashboard')).toBeTruthy();
  await waitFor(() => expect(reload).toHaveBeenCalledTimes(1));
  // APIs of two versions, in turn: not again and again.
  cleanup();
  const again = open('<script type="module" src="/ui/assets/index-2.js"></script>');
  expect(await screen.findByText('There is a newer version of the dashboard')).toBeTruthy();
  expect(again.reload).not.toHaveBeenCalled();
});

it.each([
  ['of the same version', '<script src="/ui/assets/index-1.js"></script>'],
  ['that does not answer', undefined],
])('stays with an API %s', async (_what, startPage) => {
  const { reload } = open(startPage);
  expect(await screen.findByText('This page could not be shown')).toBeTruthy();
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(reload).not.toHaveBeenCalled();
});
