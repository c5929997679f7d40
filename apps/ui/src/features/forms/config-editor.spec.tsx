import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { act, cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
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
      interval: { oneOf: [{ type: 'string' }], description: 'How `often`.', 'x-kind': 'duration', 'x-group': 'common' },
      crater: { type: 'string', description: 'Which one.', example: 'Tycho', 'x-kind': 'text', 'x-group': 'specific' },
      depth: { type: 'integer', minimum: 0, maximum: 9, default: 3, description: 'How deep.', 'x-kind': 'integer' },
      far: { type: 'boolean', default: false, description: 'Its far side.', 'x-kind': 'flag' },
      phase: { type: 'string', enum: ['new', 'full'], description: 'When.', 'x-kind': 'choice' },
      words: { type: 'array', items: { type: 'string' }, description: 'What is said.', 'x-kind': 'text-list' },
      headers: { type: 'object', description: 'Of it.', 'x-kind': 'text-map', 'x-secret': true },
      key: { type: 'string', format: 'password', description: 'Secret.', 'x-kind': 'text', 'x-secret': true },
      escalate: { type: 'array', items: { type: 'object' }, description: 'To whom.', 'x-kind': 'escalation' },
      later: { type: 'string', description: 'Of a kind to come.', 'x-kind': 'colour' },
    },
  },
};

const LIST = {
  type: 'array',
  items: { type: 'string' },
  'x-kind': 'text-list',
  'x-group': 'alerting',
  'x-refers-to': 'alerter',
};
const TOLD = {
  summary: 'Has alerters.',
  schema: { type: 'object', properties: { 'critical-alerter': { ...LIST, 'x-shown': 1 }, 'warning-alerter': LIST } },
};
const HTTP = {
  summary: 'Has an address.',
  schema: {
    type: 'object',
    required: ['host'],
    properties: {
      host: { type: 'string' },
      port: { type: 'integer' },
      ssl: { type: 'boolean' },
      url: { type: 'string' },
      interval: { type: 'string' },
    },
  },
};

const ICMP = {
  summary: 'Has a host.',
  schema: { type: 'object', required: ['host'], properties: { host: { type: 'string' } } },
};

const STORED = { type: 'moon', interval: '10s', crater: 'Tycho', key: '********' };

let sent: unknown[];
let answer: (body: unknown) => unknown;
let stored: object;
let alerters: object[];

beforeEach(() => {
  completeDom();
  sent = [];
  stored = STORED;
  alerters = [];
  localStorage.clear();
  answer = (body) => body;
  fakeApi({
    'GET /api/v1/schema/monitor': () => ({
      moon: FIXTURE,
      sun: { summary: 'Asks the sun.', schema: FIXTURE.schema },
      told: TOLD,
      http: HTTP,
      icmp: ICMP,
    }),
    'GET /api/v1/alerter': () => alerters,
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
/** The page with everything that is folded. */
async function opened(path: string): Promise<void> {
  renderAt(page, { path });
  await screen.findByLabelText(/^name/);
  for (const title of document.querySelectorAll('details:not([open]) > summary')) fireEvent.click(title);
}
const field = (name: string): HTMLInputElement => screen.getByLabelText(new RegExp(`^${name}( \\*)?$`));
const type = (name: string, value: string): void => void fireEvent.change(field(name), { target: { value } });
const yaml = (): HTMLTextAreaElement => screen.getByLabelText('As YAML');
const press = (name: string): void => void fireEvent.click(screen.getByRole('button', { name }));

it('an unknown type has its form without any code for it', async () => {
  renderAt(page, { path: '/monitors/new' });
  fireEvent.click(await screen.findByRole('button', { name: /^moon/ }));
  await screen.findByLabelText(/^crater/);
  for (const title of document.querySelectorAll('details > summary')) fireEvent.click(title);
  // Without the marks of code, which are for documents.
  expect(screen.getByText(/^How often\. Duration/)).toBeTruthy();
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

it('steps of an escalation are a time and alerters', async () => {
  stored = { type: 'moon', interval: '10s', crater: 'Tycho', escalate: [{ after: '15m', alerter: ['boss'] }] };
  await opened('/monitor/luna/edit');
  expect([field('escalate: after 1').value, screen.getAllByText('boss').length]).toEqual(['15m', expect.any(Number)]);
  press('escalate: add');
  expect(yaml().value).toContain('escalate:\n  - after: 15m\n    alerter:\n      - boss\n');
  type('escalate: after 2', '1h');
  const alerters = screen.getByLabelText('escalate: alerters 2', { selector: 'input' });
  // Mantine takes a change without focus for one of the browser.
  alerters.focus();
  fireEvent.change(alerters, { target: { value: 'owner' } });
  fireEvent.keyDown(alerters, { key: 'Enter' });
  press('Save');
  await screen.findByText('the page of it', {}, { timeout: 15_000 });
  const steps = [
    { after: '15m', alerter: ['boss'] },
    { after: '1h', alerter: ['owner'] },
  ];
  expect(sent).toEqual([expect.objectContaining({ escalate: steps })]);
});

it('form and YAML have the same content, and an invalid text changes nothing', async () => {
  await opened('/monitor/luna/edit');
  fireEvent.change(yaml(), { target: { value: 'type: moon\ninterval: 1m\ncrater: Kepler\nwords: [a, b]\n' } });
  expect([field('crater').value, field('interval').value]).toEqual(['Kepler', '1m']);
  fireEvent.change(yaml(), { target: { value: 'type: moon\ncrater: [' } });
  expect(screen.getByRole('alert').textContent).not.toBe('');
  expect(field('crater').value).toBe('Kepler');
  expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Save' }).disabled).toBe(true);
  type('crater', '');
  expect(yaml().value).toBe('type: moon\ninterval: 1m\nwords:\n  - a\n  - b\n');
});

it("shows the server's errors at their fields, and at the button all of them with jumps", async () => {
  answer = () =>
    new FakeProblem(400, {
      detail: 'invalid',
      errors: [
        { pointer: '/crater', message: 'crater: there is none', expected: 'a crater' },
        { pointer: '/words/1', message: 'words: too rude', expected: 'better ones' },
        { pointer: '/nonsense', message: 'unknown attribute "nonsense"', expected: 'one of them' },
      ],
    });
  await opened('/monitor/luna/edit');
  press('Save');
  await screen.findByText('crater: there is none');
  expect(field('crater').getAttribute('aria-invalid')).toBe('true');
  expect(screen.getByText('words: too rude')).toBeTruthy();
  const listed = within(screen.getByRole('alert'));
  expect(listed.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual([
    'crater there is none',
    'words too rude',
    'unknown attribute "nonsense"',
  ]);
  expect(screen.getByRole('alert').textContent).toContain('3 errors');
  fireEvent.click(listed.getByRole('button', { name: 'words' }));
  expect(document.activeElement).toBe(screen.getByRole('combobox', { name: 'words' }));
  expect(field('interval').getAttribute('aria-invalid')).not.toBe('true');
});

it('forgets an error when its attribute, or another one that it names, is mended', async () => {
  answer = () =>
    new FakeProblem(400, {
      detail: 'invalid',
      errors: [
        { pointer: '/crater', message: 'crater: there is none' },
        { pointer: '/depth', message: 'depth: 9 is not below the interval' },
        { pointer: '/nonsense', message: 'unknown attribute "nonsense"' },
      ],
    });
  stored = { ...STORED, nonsense: 1 };
  await opened('/monitor/luna/edit');
  press('Save');
  await screen.findByText('crater: there is none');
  type('crater', 'Kepler');
  expect(screen.queryByText('crater: there is none')).toBeNull();
  expect(field('crater').getAttribute('aria-invalid')).not.toBe('true');
  type('crater', 'Tycho');
  expect(screen.queryByText('crater: there is none')).not.toBeNull();
  type('interval', '1m');
  expect(screen.queryByText(/not below the interval/)).toBeNull();
  fireEvent.change(yaml(), { target: { value: 'type: moon\ncrater: Kepler\ninterval: 1m\n' } });
  expect(screen.queryByRole('alert')).toBeNull();
});

it('opens what is folded when an error is in it, and counts what is set there', async () => {
  stored = { ...STORED, depth: 4, far: true };
  renderAt(page, { path: '/monitor/luna/edit' });
  const fold = (await screen.findByText('More of moon')).closest('details');
  expect(fold?.open).toBe(false);
  expect(fold?.querySelector('summary')?.textContent).toBe('More of moon3 set');
  answer = () => new FakeProblem(400, { detail: 'x', errors: [{ pointer: '/depth', message: 'depth: too deep' }] });
  press('Save');
  await screen.findByText('depth: too deep');
  expect(fold?.open).toBe(true);
  expect(field('depth').value).toBe('4');
});

it('says before saving that nobody will be told, and offers the alerters', async () => {
  alerters = [{ name: 'on-call' }, { name: 'team-slack' }];
  await opened('/monitors/new?type=told');
  await screen.findByText('Nobody will be notified when this monitor fails.');
  press('Notify team-slack');
  expect(screen.queryByText('Nobody will be notified when this monitor fails.')).toBeNull();
  expect(yaml().value).toContain('critical-alerter:\n  - team-slack\nwarning-alerter:\n  - team-slack\n');
  fireEvent.change(yaml(), { target: { value: 'type: told\ncritical-alerter: [typo]\n' } });
  expect(screen.getByText(/There is no alerter typo/)).toBeTruthy();
  press('Notify typo of warnings, too');
  expect(yaml().value).toContain('warning-alerter:\n  - typo\n');
});

it('a new monitor has the only alerter, and the next one that of the last', async () => {
  alerters = [{ name: 'on-call' }];
  const first = renderAt(page, { path: '/monitors/new?type=told' });
  await screen.findByText(/Critical: notifies on-call/);
  type('name', 'luna');
  press('Create');
  await screen.findByText('the page of it');
  first.unmount();
  alerters = [{ name: 'a' }, { name: 'on-call' }];
  renderAt(page, { path: '/monitors/new?type=told' });
  await screen.findByText(/Critical: notifies on-call. Warning: notifies on-call./);
});

it('a pasted address chooses the type and fills the form and the name', async () => {
  renderAt(page, { path: '/monitors/new' });
  const paste = await screen.findByLabelText('Paste a URL or a curl command');
  fireEvent.paste(paste, { clipboardData: { getData: () => 'not an address' } });
  expect(screen.getByText(/No address found/)).toBeTruthy();
  fireEvent.paste(paste, { clipboardData: { getData: () => "curl -L 'https://shop.example.com/health'" } });
  await screen.findByText('Filled host, ssl, url.');
  expect(field('name').value).toBe('shop.example.com');
  fireEvent.click(screen.getByText('Edit as YAML'));
  expect(yaml().value).toContain('type: http\ninterval: 10s\nhost: shop.example.com\nssl: true\nurl: /health\n');
  fireEvent.paste(screen.getByLabelText('Paste a URL or a curl command'), {
    clipboardData: { getData: () => 'http://other:81' },
  });
  expect(yaml().value).toBe('type: http\ninterval: 10s\nhost: other\nport: 81\n');
  expect(field('name').value).toBe('shop.example.com');
});

it('a pasted host chooses its type, too', async () => {
  renderAt(page, { path: '/monitors/new' });
  fireEvent.paste(await screen.findByLabelText('Paste a URL or a curl command'), {
    clipboardData: { getData: () => 'moon.example.com' },
  });
  await screen.findByText('Filled host.');
  expect([field('name').value, field('host').value]).toEqual(['moon.example.com', 'moon.example.com']);
});

it('names what is missing together with the name, and a pasted address mends both', async () => {
  renderAt(page, { path: '/monitors/new?type=http' });
  await screen.findByLabelText(/^name/);
  press('Create');
  expect(screen.getByText('2 errors')).toBeTruthy();
  expect(screen.getByRole('alert').textContent).toMatch(/Enter a name.*host is required/);
  fireEvent.paste(screen.getByLabelText('Paste a URL or a curl command'), {
    clipboardData: { getData: () => 'http://other:81' },
  });
  expect(screen.queryByRole('alert')).toBeNull();
  expect(sent).toEqual([]);
});

it('shows a concurrent change as a difference, and saves the chosen values', async () => {
  answer = () => new FakeProblem(412, { detail: 'Changed meanwhile' });
  await opened('/monitor/luna/edit');
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
  answer = () => ({
    status: 'critical',
    message: 'no answer <b>',
    latencyMs: 12,
    phases: { lookup: 1 },
    answer: { status: '503', body: '<b>busy</b>' },
  });
  await opened('/monitor/luna/edit');
  press('Test');
  expect(await screen.findByText('no answer <b>')).toBeTruthy();
  expect(screen.getByText('The target answered with status 503:')).toBeTruthy();
  expect(screen.getByLabelText('First lines of the answer').textContent).toBe('<b>busy</b>');
  expect(sent).toEqual([{ config: STORED, name: 'luna' }]);
  expect(screen.queryByText(/The form has changed/)).toBeNull();
  type('crater', 'Kepler');
  expect(screen.getByText('The form has changed since this test.')).toBeTruthy();
  answer = () =>
    new FakeProblem(400, { detail: 'x', errors: [{ pointer: '/config/depth', message: 'depth: too deep' }] });
  press('Test');
  expect(await screen.findByText('depth: too deep')).toBeTruthy();
});

it('duplicates without secrets, which cannot be copied', async () => {
  await opened('/monitors/new?from=luna');
  expect(yaml().value).toBe('type: moon\ninterval: 10s\ncrater: Tycho\n');
  expect(screen.getByText(/Enter them again: key/)).toBeTruthy();
});
