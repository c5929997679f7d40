import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { Route, Routes } from 'react-router';
import { completeDom, FakeProblem, fakeApi } from '../../testing/dom.js';
import { renderAt } from '../../testing/render.js';
import EditReportPage from './edit-report.page.js';
import ScheduledReportsPage from './scheduled-reports.page.js';

const AT = '2026-05-01T08:00:00Z';
const REPORT = {
  name: 'shop',
  config: { title: 'The shop', schedule: '0 8 1 * *', period: 'previous-month', alerters: ['mail'] },
  reason: null,
  monitors: 2,
  nextAt: '2026-06-01T08:00:00Z',
  pending: [],
  sent: [{ dueAt: AT, at: AT, alerter: 'mail', outcome: 'sent', subject: 'Shop: 100 % up', answer: 'OK' }],
};
const WAITING = {
  ...REPORT,
  name: 'waiting',
  pending: [{ id: 'a', alerter: 'mail', dueAt: AT, since: AT, attempts: 2, nextAt: AT, answer: 'refused' }],
};
const ODD = { ...REPORT, name: 'odd', config: null, reason: 'title: is required', monitors: 0, nextAt: null, sent: [] };
const text = (required = false) => ({ type: 'string', 'x-kind': 'text', 'x-group': 'common', 'x-required': required });
const SCHEMA = {
  type: 'object',
  required: ['title', 'schedule'],
  properties: { title: text(), schedule: text(), period: text() },
};

let sent: unknown[];

beforeEach(() => {
  completeDom();
  sent = [];
  fakeApi({
    'GET /openapi.json': () => ({ components: { schemas: { ReportConfig: SCHEMA } } }),
    'GET /api/v1/alerter': () => [],
    'GET /api/v1/scheduled-report': () => [ODD, REPORT, WAITING],
    'GET /api/v1/scheduled-report/shop': () => REPORT,
    'POST /api/v1/scheduled-report/shop/send': () => {
      sent.push('shop');
      return { status: 'ok', message: 'The leader sends it' };
    },
    'POST /api/v1/scheduled-report/preview': (body) => {
      const { schedule } = body as { schedule: string };
      return schedule === 'daily'
        ? new FakeProblem(400, {
            detail: 'no',
            errors: [{ pointer: '/schedule', message: 'schedule: "daily" is not valid' }],
          })
        : { subject: 'S', text: 'The shop: 100 % up', html: '' };
    },
  });
});
afterEach(cleanup);

it('lists reports with what became of each, and sends one now', async () => {
  renderAt(<ScheduledReportsPage />, { path: '/reports/by-mail' });
  await screen.findByText('The shop', { exact: false, selector: 'li:nth-child(2) span' });
  expect(screen.getByRole('alert').textContent).toBe('title: is required');
  expect(screen.getByText(/^Sent to mail .*: Shop: 100 % up$/)).toBeTruthy();
  expect(screen.getByText('1 mail to send; 2 attempts: refused')).toBeTruthy();
  expect(screen.getByText('Not sent yet')).toBeTruthy();
  fireEvent.click(screen.getByRole('button', { name: 'Send now: shop' }));
  await waitFor(() => expect(sent).toEqual(['shop']));
  expect(screen.queryByRole('button', { name: 'Send now: odd' })).toBeNull();
});

it('shows a preview of what is written, and what the API refuses at its field', async () => {
  renderAt(
    <Routes>
      <Route path="/report/:name/edit" element={<EditReportPage />} />
    </Routes>,
    { path: '/report/shop/edit' },
  );
  fireEvent.click(await screen.findByRole('button', { name: 'Show a preview' }));
  await screen.findByText('The shop: 100 % up');
  const schedule = document.getElementById('field-schedule');
  if (!schedule) throw new Error('there is no schedule');
  fireEvent.change(schedule, { target: { value: 'daily' } });
  fireEvent.click(screen.getByRole('button', { name: 'Show a preview' }));
  await screen.findAllByText('schedule: "daily" is not valid');
});
