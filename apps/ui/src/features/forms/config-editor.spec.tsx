import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { act, cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { completeDom, FakeProblem, fakeApi } from '../../testing/dom.js';
import { renderAt } from '../../testing/render.js';
import EditMonitorPage from '../monitors/edit-monitor.page.js';
import { Route, Routes } from 'react-router';

/** An unknown type. */
const FIXTURE = {
  summary: 'Asks the moon.',
  schema: {
    type: 'object',
    required: ['type', 'interval', 'crater'],
    properties: {
      type: { type: 'string', enum: ['moon'], 'x-kind': 'text', 'x-group': 'common' },
      interval: { oneOf: [{ type: 'string' }], description: 'How often.', 'x-kind': 'duration', 'x-group': 'common' },
      crater: { type: 'string', description: 'Which one.', example: 'Tycho', 'x-kind': 'text', 'x-group': 'specific' },
      depth: { type: 'integer', minimum: 0, maximum: 9, default: 3, description: 'How deep.', 'x-kind': 'integer' },
      far: { type: 'boolean', default: false, description: 'Its far side.', 'x-kind': 'flag' },
      phase: { type: 'string', enum: ['new', 'full'], description: 'When.', 'x-kind': 'choice' },
      words: { type: 'array', items: { type: 'string' }, description: 'What is said.', 'x-kind': 'text-list' },
      headers: { type: 'object', description: 'Of it.', 'x-kind': 'text-map', 'x-secret': true },
      key: { type: 'string', format: 'password', description: 'Secret.', 'x-kind': 'text', 'x-secret': true },
      later: { type: 'string', description: 'Of a kind to come.', 'x-kind': 'colour' },
    },
  },
};

const STORED = { type: 'moon', interval: '10s', crater: 'Tycho', key: '********' };

let sent: unknown[];
let answer: (body: unknown) => unknown;
let stored: object;

beforeEach(() => {
  completeDom();
  sent = [];
  stored = STORED;
  answer = (body) => body;
  fakeApi({
    'GET /api/v1/schema/monitor': () => ({ moon: FIXTURE, sun: { summary: 'Asks the sun.', schema: FIXTURE.schema } }),
    'GET /api/v1/alerter': () => [],
    'GET /api/v1/cluster': () => ({
      Members: { w: { Role: 'worker', Name: 'w', Tags: ['eu'] } },
      Outbox: { depth: 0, oldestAgeMs: 0 },
    }),
    'GET /api/v1/monitor/luna': () => stored,
    'PUT /api/v1/monitor/luna': (body) => {
      sent.push(body);
      return answer(body);
    },
    'POST /api/v1/monitor/test': (body) => {
      sent.push(body);
      return answer(body);
    },
  });
});
afterEach(cleanup);

const page = (
  <Routes>
    <Route path="/monitors/new" element={<EditMonitorPage />} />
    <Route path="/monitor/:name/edit" element={<EditMonitorPage />} />
    <Route path="/monitor/:name" element={<p>the page of it</p>} />
  </Routes>
);
const field = (name: string): HTMLInputElement => screen.getByLabelText(new RegExp(`^${name}( \\*)?$`));
const type = (name: string, value: string): void => void fireEvent.change(field(name), { target: { value } });
const yaml = (): HTMLTextAreaElement => screen.getByLabelText('As YAML');
const press = (name: string): void => void fireEvent.click(screen.getByRole('button', { name }));

it('an unknown type has its form without any code for it', async () => {
  renderAt(page, { path: '/monitors/new' });
  fireEvent.click(await screen.findByRole('button', { name: /^moon/ }));
  await screen.findByLabelText(/^crater/);
  type('name', 'luna');
  type('crater', 'Copernicus');
  type('depth', '7');
  type('later', 'red');
  fireEvent.click(field('far'));
  expect(yaml().value).toBe('type: moon\ninterval: 10s\ncrater: Copernicus\ndepth: 7\nlater: red\nfar: true\n');
  press('Create');
  await screen.findByText('the page of it');
  expect(sent).toEqual([{ type: 'moon', interval: '10s', crater: 'Copernicus', depth: 7, later: 'red', far: true }]);
});

it('form and YAML have the same content, and an invalid text changes nothing', async () => {
  renderAt(page, { path: '/monitor/luna/edit' });
  await screen.findByLabelText(/^crater/);
  fireEvent.change(yaml(), { target: { value: 'type: moon\ninterval: 1m\ncrater: Kepler\nwords: [a, b]\n' } });
  expect([field('crater').value, field('interval').value]).toEqual(['Kepler', '1m']);
  fireEvent.change(yaml(), { target: { value: 'type: moon\ncrater: [' } });
  expect(screen.getByRole('alert').textContent).not.toBe('');
  expect(field('crater').value).toBe('Kepler');
  expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Save' }).disabled).toBe(true);
  type('crater', '');
  expect(yaml().value).toBe('type: moon\ninterval: 1m\nwords:\n  - a\n  - b\n');
});

it("shows the server's errors at their fields, and above those without a field", async () => {
  answer = () =>
    new FakeProblem(400, {
      detail: 'invalid',
      errors: [
        { pointer: '/crater', message: 'crater: there is none', expected: 'a crater' },
        { pointer: '/words/1', message: 'words: too rude', expected: 'better ones' },
        { pointer: '/nonsense', message: 'unknown attribute "nonsense"', expected: 'one of them' },
      ],
    });
  renderAt(page, { path: '/monitor/luna/edit' });
  await screen.findByLabelText(/^crater/);
  press('Save');
  await screen.findByText('crater: there is none');
  expect(field('crater').getAttribute('aria-invalid')).toBe('true');
  expect(screen.getByText('words: too rude')).toBeTruthy();
  expect(screen.getByRole('alert').textContent).toBe('unknown attribute "nonsense"');
  expect(field('interval').getAttribute('aria-invalid')).not.toBe('true');
});

it('shows a concurrent change as a difference, and saves the chosen values', async () => {
  answer = () => new FakeProblem(412, { detail: 'Changed meanwhile' });
  renderAt(page, { path: '/monitor/luna/edit' });
  await screen.findByLabelText(/^crater/);
  type('crater', 'Kepler');
  stored = { ...STORED, interval: '30s', crater: 'Plato' };
  press('Save');
  await screen.findByText('Somebody else changed this while you were editing');
  const chosen = (name: string): boolean => screen.getByLabelText<HTMLInputElement>(name).checked;
  expect([
    chosen('crater: your version'),
    chosen('interval: your version'),
    chosen('interval: stored version'),
  ]).toEqual([true, false, true]);
  expect(screen.queryByLabelText('key: your version')).toBeNull();
  answer = (body) => body;
  await act(async () => press('Save the selection'));
  await waitFor(() => expect(sent.at(-1)).toEqual({ ...STORED, interval: '30s', crater: 'Kepler' }));
});

it('tests the content of the form, and shows its errors at the fields, too', async () => {
  answer = () => ({ status: 'critical', message: 'no answer <b>', latencyMs: 12, phases: { lookup: 1 } });
  renderAt(page, { path: '/monitor/luna/edit' });
  await screen.findByLabelText(/^crater/);
  press('Test');
  expect(await screen.findByText('no answer <b>')).toBeTruthy();
  expect(sent).toEqual([{ config: STORED, name: 'luna' }]);
  answer = () =>
    new FakeProblem(400, { detail: 'x', errors: [{ pointer: '/config/depth', message: 'depth: too deep' }] });
  press('Test');
  expect(await screen.findByText('depth: too deep')).toBeTruthy();
});

it('duplicates without secrets, which cannot be copied', async () => {
  renderAt(page, { path: '/monitors/new?from=luna' });
  await screen.findByLabelText(/^crater/);
  expect(yaml().value).toBe('type: moon\ninterval: 10s\ncrater: Tycho\n');
  expect(screen.getByText(/Enter them again: key/)).toBeTruthy();
});
