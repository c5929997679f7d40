import { afterEach, expect, it } from '@jest/globals';
import { cleanup, render, screen } from '@testing-library/react';
import { createMemoryRouter, RouterProvider } from 'react-router';
import { monitorPath } from '@9volt/contracts/pages';
import { useName } from './use-name.js';

afterEach(cleanup);

function Page() {
  return <output>{useName()}</output>;
}

it.each([
  'web',
  'a b',
  '100%',
  '%2F',
  'shop%2Fcheckout',
  '%252F',
  '%2e%2e',
  '...',
  'a?b#c',
  'ä,🔥',
  'q\'u"o',
  'a\\b',
  '<b>',
])('the page at the address of %s is its own', (name) => {
  const router = createMemoryRouter([{ path: '/monitor/:name', element: <Page /> }], {
    initialEntries: [monitorPath(name)],
  });
  render(<RouterProvider router={router} />);
  expect(screen.getByRole('status').textContent).toBe(name);
});
