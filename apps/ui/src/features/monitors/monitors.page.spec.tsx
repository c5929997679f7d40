import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { Toasts } from '../../components/toasts.js';
import { completeDom, FakeProblem, fakeApi } from '../../testing/dom.js';
import { stateOf } from '../../testing/fixtures.js';
import { fakeStore, renderAt } from '../../testing/render.js';
import MonitorsPage from './monitors.page.js';

const MONITORS = 120;
const states = new Map(
  Array.from({ length: MONITORS }, (_, n) => {
    const name = `m-${String(n).padStart(3, '0')}`;
    return [name, stateOf(name, { type: n % 2 === 0 ? 'http' : 'tcp', status: n < 3 ? 'critical' : 'ok' })] as const;
  }),
);

const uptime = (min: number, max = min) => ({ uptime: { min, max }, watched: 1 - (max - min) });
const UPTIMES = {
  'm-005': { '24h': uptime(0.5), '30d': uptime(0.999) },
  'm-006': { '24h': uptime(1), '30d': uptime(0.9, 0.95) },
  'm-007': { '24h': { uptime: null, watched: null }, '30d': uptime(1) },
};

let asked: string[];

beforeEach(() => {
  completeDom();
  const answers = Object.fromEntries([...states.keys()].map((name) => [`PATCH /api/v1/monitor/${name}`, () => ({})]));
  const refuses = (): FakeProblem => new FakeProblem(409, { detail: 'it is being moved' });
  ({ asked } = fakeApi({
    'GET /api/v1/result': () => ({}),
    'GET /api/v1/uptime': () => UPTIMES,
    ...answers,
    'PATCH /api/v1/monitor/m-001': refuses,
  }));
});
afterEach(() => {
  cleanup();
  localStorage.clear();
});

function renderMonitors(path: string) {
  const page = (
    <>
      <MonitorsPage />
      <Toasts />
    </>
  );
  const { router } = renderAt(page, { store: fakeStore({ connection: 'live', states, events: [] }), path });
  const foot = (): string | null | undefined => document.querySelector('[data-count]')?.parentElement?.textContent;
  return { foot, url: () => router.state.location.search };
}

const names = (): string[] => [...document.querySelectorAll('[data-monitor] a')].map((link) => link.textContent);

it('shows silenced ones separately, and filters by that', async () => {
  const quiet = new Map([
    ['a', stateOf('a', { status: 'critical', quiet: 'silenced' })],
    ['b', stateOf('b', { status: 'critical', quiet: 'acknowledged' })],
    ['c', stateOf('c')],
  ]);
  const { router } = renderAt(<MonitorsPage />, {
    store: fakeStore({ connection: 'live', states: quiet, events: [] }),
    path: '/monitors',
  });
  fireEvent.click(screen.getByRole('button', { name: /^silenced/ }));
  await waitFor(() => expect(router.state.location.search).toBe('?quiet=silenced'));
  expect(names()).toEqual(['a']);
  expect(document.querySelector('[data-monitor=a] [data-quiet]')?.textContent).toBe('silenced');
});

it('has pages of the size in the URL', async () => {
  const { foot, url } = renderMonitors('/monitors?sort=name&size=50&page=3');
  expect(foot()).toContain('3 of 3');
  expect(names()[0]).toBe('m-100');
  fireEvent.click(screen.getByRole('button', { name: 'Previous' }));
  await waitFor(() => expect(url()).toBe('?sort=name&size=50&page=2'));
  expect(names()[0]).toBe('m-050');
  fireEvent.click(screen.getByRole('radio', { name: '100' }));
  await waitFor(() => expect(url()).toBe('?sort=name&size=100'));
  expect(foot()).toContain('1 of 2');
  fireEvent.click(screen.getByRole('radio', { name: 'all' }));
  await waitFor(() => expect(url()).toBe('?sort=name'));
  expect(screen.queryByRole('navigation', { name: 'Pages of monitors' })).toBeNull();
});

it('shows the first rows until all are there, and does not count them as all', async () => {
  const all = [...states.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const store = fakeStore({ connection: 'connecting', first: all.slice(0, 5) });
  renderAt(<MonitorsPage />, { store, path: '/monitors?sort=name' });
  expect(names()).toEqual(['m-000', 'm-001', 'm-002', 'm-003', 'm-004']);
  expect(document.body.textContent).toContain('Loading the other monitors');
  expect(document.querySelector('[data-count]')).toBeNull();
  // The filters' choices are unknown until every monitor is loaded.
  expect(screen.queryByLabelText('Search monitors')).toBeNull();
  store.set({ connection: 'live', first: undefined, states });
  await waitFor(() => expect(document.querySelector('[data-count]')?.textContent).toBe('120 monitors'));
  expect(screen.getByLabelText('Search monitors')).toBeTruthy();
});

it('does not report an empty list when none of the first rows matches', () => {
  renderAt(<MonitorsPage />, { store: fakeStore({ connection: 'connecting', first: [] }), path: '/monitors' });
  expect(document.body.textContent).not.toContain('No monitors yet');
});

it('keeps search, filters and order in the URL, and forgets the page', async () => {
  const { foot, url } = renderMonitors('/monitors?size=50&page=2');
  fireEvent.change(screen.getByLabelText('Search monitors'), { target: { value: 'm-00' } });
  await waitFor(() => expect(url()).toBe('?q=m-00&size=50'));
  fireEvent.click(screen.getByRole('button', { name: /^critical/ }));
  await waitFor(() => expect(url()).toBe('?q=m-00&status=critical&size=50'));
  fireEvent.click(screen.getByRole('button', { name: 'Name' }));
  fireEvent.click(screen.getByRole('button', { name: 'Name' }));
  await waitFor(() => expect(url()).toBe('?q=m-00&status=critical&sort=-name&size=50'));
  expect([foot(), names()]).toEqual([expect.stringContaining('3 of 120 monitors'), ['m-002', 'm-001', 'm-000']]);
});

const sorting = (label: string): string | null | undefined =>
  screen.getByLabelText(label).closest('[role=columnheader]')?.getAttribute('aria-sort');

function renderFew(path: string): { url: () => string } {
  const few = new Map(['m-004', 'm-005', 'm-006', 'm-007'].map((name) => [name, stateOf(name)]));
  const { router } = renderAt(<MonitorsPage />, {
    store: fakeStore({ connection: 'live', states: few, events: [] }),
    path,
  });
  return { url: () => router.state.location.search };
}

it('shows uptime to those who want it, and remembers that', async () => {
  const { url } = renderFew('/monitors?sort=name');
  expect(asked).not.toContain('GET /api/v1/uptime');
  expect(screen.queryByLabelText('Uptime of 24 h')).toBeNull();
  fireEvent.click(screen.getByLabelText('uptime'));
  expect(localStorage.getItem('9volt-uptime-columns')).toBe('true');
  const cells = (name: string): (string | null)[] =>
    [...document.querySelectorAll(`[data-monitor=${name}] [role=cell]`)].slice(-2).map((cell) => cell.textContent);
  await waitFor(() => expect(cells('m-005')).toEqual(['50 %', '99.9 %']));
  expect([cells('m-006'), cells('m-007'), cells('m-004')]).toEqual([
    ['100 %', '≥ 90 %'],
    ['–', '100 %'],
    ['', ''],
  ]);
  expect(sorting('Uptime of 30 d')).toBe('none');
  fireEvent.click(screen.getByLabelText('Uptime of 30 d'));
  await waitFor(() => expect(url()).toBe('?sort=uptime-30d'));
  expect(sorting('Uptime of 30 d')).toBe('ascending');
  // Nothing is known of the last one.
  expect(names()).toEqual(['m-006', 'm-005', 'm-007', 'm-004']);
  expect(asked.filter((one) => one === 'GET /api/v1/uptime')).toHaveLength(1);
});

it('shows the uptime that a link sorts by; who switches it off sorts by status', async () => {
  const { url } = renderFew('/monitors?sort=-uptime-24h');
  expect(sorting('Uptime of 24 h')).toBe('descending');
  fireEvent.click(screen.getByLabelText('uptime'));
  await waitFor(() => expect(url()).toBe(''));
  expect(screen.queryByLabelText('Uptime of 24 h')).toBeNull();
});

it('says which of many failed and why, and selects those again', async () => {
  renderMonitors('/monitors?status=critical&sort=name');
  fireEvent.click(screen.getByLabelText('Select all shown monitors'));
  const selected = within(screen.getByRole('group', { name: 'Selected monitors' }));
  fireEvent.click(selected.getByRole('button', { name: 'Disable' }));
  const doubt = within(await screen.findByRole('dialog', { name: 'Disable 3 monitors?' }));
  expect(doubt.getByText('3 critical monitors will no longer be shown as a problem.')).toBeTruthy();
  fireEvent.click(doubt.getByRole('button', { name: 'Disable' }));
  const report = within(await screen.findByRole('dialog', { name: 'Disable: 1 failed, 2 done' }));
  expect(report.getByRole('listitem').textContent).toBe('m-001it is being moved');
  expect(screen.getByText('2 monitors disabled')).toBeTruthy();
  fireEvent.click(report.getByRole('button', { name: 'Select the failed ones' }));
  expect(await screen.findByText('1 monitor selected')).toBeTruthy();
  expect(asked.filter((one) => one.startsWith('PATCH')).sort()).toEqual(
    ['m-000', 'm-001', 'm-002'].map((name) => `PATCH /api/v1/monitor/${name}`),
  );
});

it('says of selected monitors from files that the next push overwrites changes', async () => {
  const some = new Map([
    ['a', stateOf('a', { status: 'critical', origin: { from: 'files', set: 'shop' } })],
    ['b', stateOf('b', { origin: { from: 'api' } })],
  ]);
  renderAt(<MonitorsPage />, { store: fakeStore({ connection: 'live', states: some, events: [] }), path: '/monitors' });
  fireEvent.click(screen.getByLabelText('Select all shown monitors'));
  const selected = within(screen.getByRole('group', { name: 'Selected monitors' }));
  const words = '1 of them is from files (shop): the next push overwrites this.';
  fireEvent.click(selected.getByRole('button', { name: 'Disable' }));
  expect((await screen.findByRole('dialog', { name: 'Disable 2 monitors?' })).textContent).toContain(words);
  fireEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  fireEvent.click(selected.getByRole('button', { name: 'Change' }));
  expect((await screen.findByRole('dialog', { name: 'Change 2 monitors' })).textContent).toContain(words);
});

it('undoes a disable for those that it changed', async () => {
  renderMonitors('/monitors?q=m-00&type=tcp&status=ok&sort=name');
  fireEvent.click(screen.getByLabelText('Select all shown monitors'));
  fireEvent.click(
    within(screen.getByRole('group', { name: 'Selected monitors' })).getByRole('button', { name: 'Disable' }),
  );
  const notice = within((await screen.findByText('4 monitors disabled')).parentElement as HTMLElement);
  fireEvent.click(notice.getByRole('button', { name: 'Undo' }));
  await screen.findByText('Undone');
  expect(asked.filter((one) => one.startsWith('PATCH'))).toHaveLength(8);
});

it('asks for the number of more than 25, and deletes only when the time to take it back is over', async () => {
  renderMonitors('/monitors?status=ok');
  fireEvent.click(screen.getByLabelText('Select all shown monitors'));
  fireEvent.click(
    within(screen.getByRole('group', { name: 'Selected monitors' })).getByRole('button', { name: 'Delete' }),
  );
  const dialog = within(await screen.findByRole('dialog', { name: 'Delete 117 monitors?' }));
  const confirm = dialog.getByRole<HTMLButtonElement>('button', { name: 'Delete' });
  expect(confirm.disabled).toBe(true);
  fireEvent.change(dialog.getByLabelText('Type 117 to go on'), { target: { value: '117' } });
  expect(confirm.disabled).toBe(false);
  fireEvent.click(confirm);
  const notice = within((await screen.findByText('117 monitors will be deleted in 10 s')).parentElement as HTMLElement);
  fireEvent.click(notice.getByRole('button', { name: 'Undo' }));
  await screen.findByText('Nothing was changed');
  expect(asked.filter((one) => one.startsWith('DELETE'))).toEqual([]);
});
