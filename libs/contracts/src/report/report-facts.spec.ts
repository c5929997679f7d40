import { expect, it, jest } from '@jest/globals';
import { INCIDENT_AGE_MS } from '../notification.js';
import { type ArchivedIncidents, joinIncidents, reportFacts } from './report-facts.js';

const DAY = 86_400_000;
const NOW = Date.parse('2026-06-30T00:00:00Z');
const LONG = { from: NOW - 90 * DAY, to: NOW };
const OLD = NOW - 60 * DAY;

const iso = (ms: number): string => new Date(ms).toISOString();
const incident = (monitor: string, id: string, openedAt: number, closedAt: number | null) => ({
  ...{ monitor, id, openedAt: iso(openedAt) },
  closedAt: closedAt === null ? null : iso(closedAt),
});

it('joins the incidents of etcd and of the archive, and etcd has the last word', async () => {
  const archived: ArchivedIncidents = {
    since: NOW - 80 * DAY,
    incidents: [incident('web', '1.1', OLD, OLD + 5), incident('web', '1.2', NOW - DAY, null)],
  };
  const recent = [incident('web', '1.2', NOW - DAY, NOW - 5), incident('db', '2.1', NOW - DAY, null)];
  const joined = await joinIncidents(LONG, NOW, recent, async () => archived);
  expect(joined).toMatchObject({ since: archived.since, partial: false });
  expect(joined.of('web')).toEqual([
    { openedAt: OLD, closedAt: OLD + 5 },
    { openedAt: NOW - DAY, closedAt: NOW - 5 },
  ]);
  expect(joined.of('db')).toEqual([{ openedAt: NOW - DAY, closedAt: null }]);
  expect(joined.of('other')).toEqual([]);
});

it('an incident that the archive knows as open is over if etcd says so', async () => {
  const range = { from: NOW - 40 * DAY, to: NOW };
  const incidents = [incident('web', '1.1', OLD, null)];
  const joined = await joinIncidents(range, NOW, [incident('web', '1.1', OLD, OLD + 5)], async () => ({
    ...{ since: OLD, incidents },
  }));
  const sums = { ...range, sums: new Map(), partial: false };
  expect(reportFacts([{ name: 'web', settings: undefined }], 'monitor', sums, joined).total.incidents).toBe(0);
});

it('asks the archive only for a time that etcd does not cover', async () => {
  const ask = jest.fn(async () => undefined);
  const inEtcd = await joinIncidents({ from: NOW - DAY, to: NOW }, NOW, [], ask);
  expect(inEtcd).toMatchObject({ since: NOW - INCIDENT_AGE_MS, partial: false });
  expect(ask).not.toHaveBeenCalled();
  expect(await joinIncidents(LONG, NOW, [], ask)).toMatchObject({ partial: true });
  expect(await joinIncidents(LONG, NOW, [], undefined)).toMatchObject({ partial: false });
});

it('leaves out what was over before, or began after', async () => {
  const range = { from: NOW - 2 * DAY, to: NOW - DAY };
  const recent = [incident('web', '1.1', OLD, OLD + 5), incident('web', '1.2', NOW - 5, null)];
  expect((await joinIncidents(range, NOW, recent, undefined)).of('web')).toEqual([]);
});
