import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { Toasts } from '../../components/toasts.js';
import { completeDom, FakeProblem, fakeApi } from '../../testing/dom.js';
import { renderAt } from '../../testing/render.js';
import SilencesPage from './silences.page.js';

const at = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();
const SILENCE = {
  id: 's1',
  match: { name: 'web-*', tags: ['shop'] },
  start: at(-5),
  end: at(60),
  comment: 'update <b>',
  author: 'kim',
  createdAt: at(-5),
  phase: 'active',
  monitors: 12,
  incidents: 1,
};
const WINDOW = {
  name: 'weekly',
  config: { match: { tags: ['db'] }, schedule: '0 3 * * 7', duration: '2h', mode: 'stop' },
  open: null,
  changesAt: at(90),
  monitors: 3,
  reason: null,
  origin: { from: 'files', set: 'shop' },
};

let asked: string[];
let sent: unknown[];
let previews: unknown[];

beforeEach(() => {
  completeDom();
  sent = [];
  previews = [];
  ({ asked } = fakeApi({
    'GET /api/v1/silence': () => [SILENCE, { ...SILENCE, id: 's0', phase: 'expired', end: at(-1), comment: 'old' }],
    'GET /api/v1/maintenance': () => [WINDOW, { ...WINDOW, name: 'odd', config: null, reason: 'match: is empty' }],
    'POST /api/v1/silence': (body) => {
      sent.push(body);
      return (body as { comment: string }).comment === 'refused'
        ? new FakeProblem(409, { detail: 'there are too many silences' })
        : { ...SILENCE, monitors: 2 };
    },
    'POST /api/v1/silence/preview': (body) => {
      previews.push(body);
      const { match } = body as { match: { name?: string } };
      return {
        monitors: 2,
        names: ['web-1', 'web-2'],
        incidents: [{ monitor: 'web-1', status: 'critical', since: at(-1), message: 'refused' }],
        everything: match.name === '*',
      };
    },
    'DELETE /api/v1/silence/s1': () => ({ ...SILENCE, phase: 'expired' }),
  }));
});
afterEach(cleanup);

async function renderPage(): Promise<void> {
  renderAt(
    <>
      <SilencesPage />
      <Toasts />
    </>,
    { path: '/silences' },
  );
  await screen.findByText(/name web-\*, tag shop/);
}

it('lists silences and windows, as text; expired ones on request', async () => {
  await renderPage();
  expect(document.querySelector('[data-silence=s1]')?.textContent).toMatch(
    /^activename web-\*, tag shopkim: update <b>ends in .*12 monitors, 1 incidentExpire$/,
  );
  expect(document.querySelector('[data-silence=s0]')).toBeNull();
  fireEvent.click(screen.getByLabelText('expired, too'));
  expect(document.querySelector('[data-silence=s0]')?.textContent).toContain('expired');
  expect((await screen.findByText('weekly')).parentElement?.textContent).toMatch(
    /^closed.*tag db.*begins in.*no checks, from files \(shop\)$/,
  );
  expect(screen.getByText('odd').parentElement?.textContent).toMatch(/^invalid.*match: is empty/);
});

it('ends a silence', async () => {
  await renderPage();
  fireEvent.click(screen.getByRole('button', { name: 'Expire the silence of name web-*, tag shop' }));
  expect(await screen.findByText('The silence has ended')).toBeTruthy();
  expect(asked).toContain('DELETE /api/v1/silence/s1');
});

it('makes one, with a preview of its monitors', async () => {
  await renderPage();
  fireEvent.click(screen.getByRole('button', { name: 'New silence' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Silence monitors' }));
  const silence = dialog.getByRole<HTMLButtonElement>('button', { name: 'Silence' });
  expect([silence.disabled, previews]).toEqual([true, []]);
  fireEvent.change(dialog.getByLabelText('Name'), { target: { value: 'web-*' } });
  expect(await dialog.findByText('2 monitors, 1 open incident')).toBeTruthy();
  fireEvent.click(dialog.getByRole('button', { name: '10 min' }));
  fireEvent.change(dialog.getByLabelText('Your name'), { target: { value: 'kim' } });
  fireEvent.change(dialog.getByLabelText(/^Why/), { target: { value: 'refused' } });
  fireEvent.click(silence);
  expect((await dialog.findByRole('alert')).textContent).toBe('there are too many silences');
  fireEvent.change(dialog.getByLabelText(/^Why/), { target: { value: 'update' } });
  fireEvent.click(silence);
  expect(await screen.findByText('Silenced 2 monitors')).toBeTruthy();
  expect(sent[1]).toEqual({ match: { name: 'web-*' }, end: expect.any(String), comment: 'update', author: 'kim' });
  const { end } = sent[1] as { end: string };
  expect(Math.abs(Date.parse(end) - Date.now() - 600_000)).toBeLessThan(120_000);
});

it('asks again before it silences everything', async () => {
  await renderPage();
  fireEvent.click(screen.getByRole('button', { name: 'New silence' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Silence monitors' }));
  fireEvent.change(dialog.getByLabelText('Name'), { target: { value: '*' } });
  fireEvent.change(dialog.getByLabelText(/^Why/), { target: { value: 'all of it' } });
  const meant = await dialog.findByLabelText(/This matches every monitor/);
  const silence = dialog.getByRole<HTMLButtonElement>('button', { name: 'Silence' });
  expect(silence.disabled).toBe(true);
  fireEvent.click(meant);
  fireEvent.click(silence);
  await waitFor(() => expect(sent).toEqual([expect.objectContaining({ force: true })]));
});
