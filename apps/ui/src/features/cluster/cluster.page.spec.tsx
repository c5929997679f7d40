import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { cleanup, fireEvent, screen, within } from '@testing-library/react';
import { Toasts } from '../../components/toasts.js';
import { completeDom, FakeProblem, fakeApi } from '../../testing/dom.js';
import { renderAt } from '../../testing/render.js';
import ClusterPage from './cluster.page.js';

const member = (name: string, over: object): object => ({
  MemberID: `${name}-1`,
  Name: name,
  Role: 'worker',
  Tags: [],
  Assigned: 0,
  Hostname: 'host',
  ListenAddress: '127.0.0.1:1',
  SemVer: '1.0.0',
  StartedAt: '2026-06-01T12:00:00.000Z',
  Leader: false,
  Draining: false,
  Detached: false,
  ClockOffsetMs: null,
  ...over,
});

const CLUSTER = {
  Members: {
    a: member('alpha', { Assigned: 10, Tags: ['eu'], Load: { checksPerSecond: 2, latenessP99Ms: 4_000, overruns: 3 } }),
    b: member('beta', { Assigned: 5, Detached: true, ClockOffsetMs: 7_200_000 }),
    c: member('gamma', { Role: 'scheduler', Leader: true }),
  },
  Drains: [{ name: 'absent', since: '2026-06-01T12:00:00.000Z', members: [], assigned: 0 }],
  Orphans: ['lonely'],
  Quarantined: [{ kind: 'monitor', name: 'odd', running: true, errors: [{ message: 'interval: <b>nonsense</b>' }] }],
  Outbox: { depth: 2, oldestAgeMs: 90_000, byAlerter: { team: { depth: 2, oldestAgeMs: 90_000 } } },
};

let asked: string[];

beforeEach(async () => {
  completeDom();
  ({ asked } = fakeApi({
    'GET /api/v1/cluster': () => CLUSTER,
    'PUT /api/v1/cluster/drain/alpha': () => new FakeProblem(503, { detail: 'etcd does not answer' }),
    'DELETE /api/v1/cluster/drain/absent': () => ({}),
  }));
  renderAt(
    <>
      <ClusterPage />
      <Toasts />
    </>,
  );
  await screen.findByText('3 members');
});
afterEach(cleanup);

const row = (name: string): HTMLElement => document.querySelector(`[data-member=${name}]`) as HTMLElement;

it('shows members with their load, the leader, and members that are cut off', () => {
  expect(row('alpha').textContent).toMatch(/worker.*eu.*10.*2\.0\/s.*4 s.*3/);
  expect(row('beta').textContent).toContain('detached');
  expect(row('beta').textContent).toContain('clock 7,200 s ahead');
  expect(row('gamma').textContent).toContain('leader');
  expect(within(row('gamma')).queryByRole('button')).toBeNull();
  expect(within(row('alpha')).getByRole('link').getAttribute('href')).toBe('/monitors?worker=alpha');
});

it('shows orphaned monitors, quarantined ones and why, and pending notifications', () => {
  const panel = (name: string): string | null => screen.getByRole('region', { name }).textContent;
  expect(panel('Orphaned monitors')).toContain('lonely');
  expect(panel('Quarantined configurations')).toContain(
    'odd: invalid; its last valid version keeps runninginterval: <b>nonsense</b>',
  );
  expect(panel('Pending notifications')).toContain('team: 2 notifications, oldest waiting for');
});

it('drains and undrains, also a worker that is away, and says what failed', async () => {
  fireEvent.click(screen.getByRole('button', { name: 'Undrain absent' }));
  expect(await screen.findByText('absent accepts monitors again')).toBeTruthy();
  fireEvent.click(screen.getByRole('button', { name: 'Drain alpha' }));
  expect(await screen.findByText('Could not drain alpha')).toBeTruthy();
  expect(screen.getByText('etcd does not answer')).toBeTruthy();
  expect(asked).toContain('PUT /api/v1/cluster/drain/alpha');
});
