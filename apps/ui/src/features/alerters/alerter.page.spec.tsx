import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { cleanup, fireEvent, screen } from '@testing-library/react';
import { Route, Routes } from 'react-router';
import { completeDom, FakeProblem, fakeApi } from '../../testing/dom.js';
import { eventOf } from '../../testing/fixtures.js';
import { renderAt } from '../../testing/render.js';
import AlerterPage from './alerter.page.js';

let answer: () => unknown;

beforeEach(() => {
  completeDom();
  answer = () => ({ outcome: 'delivered', answer: '200 ok' });
  fakeApi({
    'GET /api/v1/alerter/team': () => ({ type: 'slack', 'webhook-url': '********' }),
    'GET /api/v1/monitor': () => [
      { name: 'web', 'critical-alerter': ['team'] },
      { name: 'db', 'warning-alerter': ['other'] },
    ],
    'GET /api/v1/event': () => [
      eventOf('e1', { alerter: 'team', message: 'told of web' }),
      eventOf('e2', { alerter: 'other', message: 'told by another, of team' }),
    ],
    'POST /api/v1/alerter/team/test': () => answer(),
  });
  renderAt(
    <Routes>
      <Route path="/alerter/:name" element={<AlerterPage />} />
    </Routes>,
    { path: '/alerter/team' },
  );
});
afterEach(cleanup);

it('shows its configuration without secrets, its monitors and notifications', async () => {
  expect(await screen.findByRole('link', { name: 'web' })).toBeTruthy();
  expect(screen.queryByRole('link', { name: 'db' })).toBeNull();
  expect(screen.getByRole('group', { name: 'Configuration of team' }).textContent).toContain('********');
  expect(await screen.findByText('told of web')).toBeTruthy();
  expect(screen.queryByText('told by another, of team')).toBeNull();
});

it.each<[string, () => unknown, RegExp]>([
  ['delivered', () => ({ outcome: 'delivered', answer: '200 ok' }), /^Delivered: 200 ok$/],
  ['refused', () => ({ outcome: 'rejected', answer: '404 no_team' }), /^Refused: 404 no_team$/],
  ['not sent', () => new FakeProblem(503, { detail: 'no worker is there' }), /^no worker is there$/],
])('sends a test and shows the answer: %s', async (_what, given, expected) => {
  answer = given;
  fireEvent.click(await screen.findByRole('button', { name: 'Send a test' }));
  const said = await screen.findByText(
    (_text, element) => element?.tagName === 'P' && expected.test(element.textContent),
  );
  expect(said.closest('[role=status]')).not.toBeNull();
});
