import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { act, cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { Route, Routes } from 'react-router';
import { toastStore } from '../../lib/toasts.js';
import { Toasts } from '../../components/toasts.js';
import { completeDom, FakeProblem, fakeApi } from '../../testing/dom.js';
import { eventOf, stateOf } from '../../testing/fixtures.js';
import { type FakeStore, fakeStore, renderAt } from '../../testing/render.js';
import MonitorPage from './monitor.page.js';

// It draws on a canvas, which jsdom does not have.
jest.unstable_mockModule('./latency-chart.js', () => ({ default: () => null }));
jest.unstable_mockModule('./history/band-chart.js', () => ({
  default: ({ onZoom }: { onZoom: (from: number, to: number) => void }) => (
    <button type="button" onClick={() => onZoom(Date.parse(at(1)), Date.parse(at(3)))}>
      drag
    </button>
  ),
}));

const HOSTILE = '<img src=x onerror=alert(1)>';
const at = (minute: number): string => `2026-06-01T12:0${minute}:00.000Z`;

const AWAY = stateOf('away', { status: 'critical', message: 'it does not answer' });

const DETAIL = {
  ...stateOf('web', { status: 'critical', count: 3, message: HOSTILE, since: at(2) }),
  config: { type: 'http', host: 'shop.example.com', interval: '10s', 'critical-alerter': ['team'] },
  results: [
    { at: at(1), status: 'ok', latencyMs: 12 },
    { at: at(2), status: 'critical', latencyMs: 7, message: HOSTILE },
  ],
  incidents: [
    {
      id: '1.1',
      n: 1,
      openedAt: at(2),
      closedAt: null,
      worst: 'critical',
      message: HOSTILE,
      notifications: [
        { alerter: 'team', type: 'critical', at: at(3), outcome: 'rejected', attempts: 2, answer: '403 no_service' },
      ],
      comments: [{ at: at(3), author: 'kim', text: HOSTILE }],
    },
  ],
  nextDue: at(4),
  owed: [{ alerter: 'other', type: 'critical', createdAt: at(3) }],
  told: {},
  held: { team: { reason: 'silence', by: 's1', since: at(3), text: 'the silence s1 of kim' } },
  ack: null,
  pause: null,
  incident: '1.1',
  quiet: 'silenced',
  assignment: null,
  revision: 1,
};

const dayOf = (day: number, critical: number): object => ({
  from: `2026-06-0${day}T00:00:00.000Z`,
  to: `2026-06-0${day + 1}T00:00:00.000Z`,
  uptime: { min: 1 - critical / 86_400_000, max: 1 - critical / 86_400_000 },
  watched: 1,
  time: { ok: 86_400_000 - critical, warning: 0, critical, unknown: 0, maintenance: 0, disabled: 0, unwatched: 0 },
  runs: 8_640,
  failures: critical / 10_000,
  overruns: 0,
  latency: { p50: 12, p95: 30, p99: 60 },
  phases: {},
});
const HISTORY = {
  name: 'web',
  from: at(0),
  to: at(4),
  step: 86_400_000,
  kept: { minute: 1, hour: 1, day: 1 },
  total: { ...dayOf(1, 600_000), uptime: { min: 0.9972, max: 1 }, watched: 0.9972 },
  buckets: [dayOf(1, 600_000), dayOf(2, 0)],
  marks: [],
};

let asked: string[];
/** The times that the history was requested for. */
let ranges: Record<string, string>[];
let patches: unknown[];

beforeEach(() => {
  completeDom();
  patches = [];
  ranges = [];
  ({ asked } = fakeApi({
    'GET /api/v1/state/web': () => DETAIL,
    'PUT /api/v1/state/web/look': () => ({ until: at(4) }),
    'GET /api/v1/state/away': () => new FakeProblem(502, { detail: 'gone' }),
    'GET /api/v1/monitor/web/why': () => ({
      message: `It runs on worker-1 since ${at(3)}: it was new`,
      since: at(3),
      candidates: [],
    }),
    'GET /api/v1/history/web': (_body, { searchParams }) => {
      ranges.push(Object.fromEntries(searchParams));
      return searchParams.get('step') === '1d' ? HISTORY : { ...HISTORY, buckets: [] };
    },
    'GET /api/v1/timeline/web': () => ({ name: 'web', from: at(0), to: at(4), spans: [], marks: [] }),
    'POST /api/v1/state/web/incident/1/comment': (body) => patches.push(body),
    'GET /api/v1/event': () => [eventOf('e1', { monitor: 'web', message: 'web is critical' })],
    'PATCH /api/v1/monitor/web': (body) => patches.push(body),
    'PUT /api/v1/monitor/web/pause': (body) => patches.push(body),
    'PUT /api/v1/state/web/ack': (body) => patches.push(body),
    'DELETE /api/v1/monitor/web': () => ({}),
    'POST /api/v1/monitor/web/run': () => ({ status: 'critical', message: 'refused', latencyMs: 3 }),
  }));
});
afterEach(cleanup);

let store: FakeStore;
let unmount: () => void;

async function renderMonitor(path = '/monitor/web'): Promise<void> {
  const pages = (
    <>
      <Routes>
        <Route path="/monitor/:name" element={<MonitorPage />} />
        <Route path="/monitors" element={<p>all of them</p>} />
      </Routes>
      <Toasts />
    </>
  );
  store = fakeStore({ connection: 'live', states: new Map([['away', AWAY]]), events: [] });
  ({ unmount } = renderAt(pages, { path, store }));
  if (path === '/monitor/web') await screen.findByRole('toolbar', { name: 'Recent results, oldest first' });
}

const press = (name: string): void => void fireEvent.click(screen.getByRole('button', { name }));

it('asks for results at once while it is open, and shows those that come, each once', async () => {
  jest.useFakeTimers({ advanceTimers: true });
  try {
    await renderMonitor();
    const looks = (): number => asked.filter((request) => request === 'PUT /api/v1/state/web/look').length;
    expect(looks()).toBe(1);
    const told = (name: string, minute: number, latencyMs: number) => ({
      name,
      result: { at: at(minute), status: 'ok' as const, latencyMs, performance: [{ label: 'load', value: 2 }] },
      nextDue: at(minute + 1),
      count: 70,
    });
    store.tell({ results: [told('web', 2, 5), told('other', 3, 5)] });
    store.tell({ results: [told('web', 3, 99)] });
    const strip = within(screen.getByRole('toolbar', { name: 'Recent results, oldest first' }));
    const labels = strip.getAllByRole('button').map((button) => button.getAttribute('aria-label')?.split(',')[1]);
    expect(labels).toEqual([' 12 ms', ' 7 ms', ' 99 ms']);
    expect(screen.getByText('70 failures in a row')).toBeDefined();
    expect(screen.getAllByText('load').map((label) => label.nextSibling?.textContent)).toContain('2 ');

    await act(() => jest.advanceTimersByTimeAsync(8_000));
    expect(looks()).toBe(3);
    unmount();
    await act(() => jest.advanceTimersByTimeAsync(8_000));
    expect(looks()).toBe(3);
  } finally {
    jest.useRealTimers();
  }
});

it('lets each result be read with the keyboard alone', async () => {
  await renderMonitor();
  const strip = within(screen.getByRole('toolbar', { name: 'Recent results, oldest first' }));
  const [first, last] = strip.getAllByRole('button');
  expect([first?.tabIndex, last?.tabIndex]).toEqual([-1, 0]);
  expect(last?.getAttribute('aria-label')).toMatch(/^critical, 7 ms, .*: <img/);
  act(() => last?.focus());
  fireEvent.keyDown(last as HTMLElement, { key: 'ArrowLeft' });
  expect(document.activeElement).toBe(first);
  expect(first?.getAttribute('aria-pressed')).toBe('true');
});

it("says who was notified and when, and the provider's answers, all as text", async () => {
  await renderMonitor();
  const told = screen.getAllByRole('row').map(({ textContent }) => textContent);
  expect(told).toEqual([
    'AlerterWhatWhenAnswer',
    expect.stringMatching(/^teamcritical.*rejected after 2 attempts: 403 no_service$/),
    expect.stringMatching(/^othercriticalpending since .*not delivered yet$/),
  ]);
  expect(document.querySelector('img')).toBeNull();
  expect(await screen.findByText('web is critical')).toBeTruthy();
});

it('shows an overdue check as due now, not in the past', async () => {
  await renderMonitor();
  expect(screen.getByText('Next run').nextElementSibling?.textContent).toBe('now');
});

it('says where it runs and since when, in the time of the reader', async () => {
  await renderMonitor();
  const sentence = await screen.findByText(/It runs on worker-1 since/);
  expect(sentence.textContent).toMatch(/^It runs on worker-1 since \S.*: it was new$/);
  expect(sentence.textContent).not.toContain(at(3));
  expect(sentence.querySelector('time')?.dateTime).toBe(at(3));
});

it('runs it now, and shows the result', async () => {
  await renderMonitor();
  press('Run now');
  expect(await screen.findByText('web is critical (3 ms)')).toBeTruthy();
  expect(screen.getByText('refused')).toBeTruthy();
});

it('disables it until a time in the future', async () => {
  await renderMonitor();
  press('Disable until');
  const dialog = within(await screen.findByRole('dialog', { name: 'Disable until' }));
  const disable = dialog.getByRole<HTMLButtonElement>('button', { name: 'Disable' });
  fireEvent.change(dialog.getByLabelText('Until'), { target: { value: '2001-01-01T00:00' } });
  expect([disable.disabled, dialog.queryByText('Choose a time in the future')]).toEqual([true, expect.anything()]);
  fireEvent.click(dialog.getByRole('button', { name: '1 day' }));
  fireEvent.change(dialog.getByLabelText('Your name'), { target: { value: ' kim ' } });
  fireEvent.change(dialog.getByLabelText('Why'), { target: { value: 'move' } });
  fireEvent.click(disable);
  await waitFor(() => expect(patches).toHaveLength(1));
  const { until, ...rest } = patches[0] as Record<string, string>;
  expect(rest).toEqual({ author: 'kim', comment: 'move' });
  expect(Math.abs(Date.parse(until ?? '') - Date.now() - 86_400_000)).toBeLessThan(120_000);
});

it('says why somebody is not notified, and acknowledges the incident', async () => {
  await renderMonitor();
  const held = screen.getByRole('region', { name: 'Held notifications' });
  expect(held.textContent).toMatch(/silenced.*team is not notified: the silence s1 of kim/);
  press('Acknowledge');
  const dialog = within(await screen.findByRole('dialog', { name: 'Acknowledge web' }));
  fireEvent.change(dialog.getByLabelText('Comment'), { target: { value: 'on it' } });
  fireEvent.click(dialog.getByRole('button', { name: 'Acknowledge' }));
  await waitFor(() => expect(patches).toEqual([expect.objectContaining({ comment: 'on it' })]));
  expect(await screen.findByText('Acknowledged web')).toBeTruthy();
});

it('asks before it deletes', async () => {
  await renderMonitor();
  press('Delete');
  const dialog = within(await screen.findByRole('dialog', { name: 'Delete web?' }));
  expect(asked).not.toContain('DELETE /api/v1/monitor/web');
  fireEvent.click(dialog.getByRole('button', { name: 'Delete' }));
  expect(await screen.findByText('all of them')).toBeTruthy();
  expect(toastStore.snapshot().at(-1)?.title).toBe('web will be deleted in 10 s');
  toastStore.snapshot().at(-1)?.action?.run();
  expect(asked).not.toContain('DELETE /api/v1/monitor/web');
});

it('shows what the list has while its details cannot be read', async () => {
  await renderMonitor('/monitor/away');
  expect((await screen.findByRole('region', { name: 'Last known' })).textContent).toMatch(
    /critical.*it does not answer/,
  );
  expect(screen.getByText(/Could not load the details of this monitor/)).toBeTruthy();
});

it('says that no monitor has this name', async () => {
  await renderMonitor('/monitor/gone');
  expect(await screen.findByText('Monitor not found')).toBeTruthy();
});

it('shows the uptime of the chosen time with its bounds; dragging over the chart chooses another, as the URL does', async () => {
  await renderMonitor();
  expect(await screen.findByText('99.72 – 100 %, 99.72 % watched')).toBeTruthy();
  fireEvent.click(screen.getByRole('radio', { name: '7d' }));
  await waitFor(() => expect(lengthOf(ranges.at(-1))).toBe(7 * 86_400_000));
  fireEvent.click(await screen.findByRole('button', { name: 'drag' }));
  await waitFor(() => expect(ranges.at(-1)).toEqual({ from: at(1), to: at(3) }));
  expect(screen.getByLabelText<HTMLInputElement>('From').value).toMatch(/^2026-06-01T\d\d:01$/);
  fireEvent.click(screen.getByRole('button', { name: 'Zoom out' }));
  await waitFor(() => expect(lengthOf(ranges.at(-1))).toBe(4 * 60_000));
});

it('shows each of 90 days with its uptime, by the keyboard alone, and opens one', async () => {
  await renderMonitor();
  const strip = within(await screen.findByRole('toolbar', { name: /^Uptime of the last 90 days/ }));
  const [first, last] = strip.getAllByRole('button');
  expect([first?.tabIndex, last?.tabIndex]).toEqual([-1, 0]);
  act(() => last?.focus());
  fireEvent.keyDown(last as HTMLElement, { key: 'ArrowLeft' });
  expect(document.activeElement).toBe(first);
  expect(first?.getAttribute('aria-label')).toBe('1 Jun 2026: 99.3 %, critical for 10m');
  fireEvent.click(first as HTMLElement);
  await waitFor(() =>
    expect(ranges.at(-1)).toEqual({ from: '2026-06-01T00:00:00.000Z', to: '2026-06-02T00:00:00.000Z' }),
  );
});

it('takes a comment on an incident', async () => {
  await renderMonitor();
  expect(screen.getByText(/: <img/)).toBeTruthy();
  press('Comment on incident 1');
  fireEvent.change(screen.getByLabelText('Your name'), { target: { value: 'kim' } });
  fireEvent.change(screen.getByLabelText('Comment'), { target: { value: ' a cable was cut ' } });
  press('Add');
  await waitFor(() => expect(patches).toEqual([{ text: 'a cable was cut', author: 'kim' }]));
});

function lengthOf(range: Record<string, string> | undefined): number {
  return Date.parse(range?.['to'] ?? '') - Date.parse(range?.['from'] ?? '');
}
