import { expect, it } from '@jest/globals';
import {
  type Assignment,
  type BurnVerdict,
  type BurnVerdicts,
  type Burning,
  MonitorSettings,
  type MonitorState,
} from '@9volt/contracts';
import { OwnedMonitor } from '../owned/owned-monitor.js';
import { changeOf, removalOf, type StateChange, type WriterFacts } from './state-change.js';

const NOW = Date.parse('2026-06-01T12:00:00.000Z');
const off: BurnVerdict = { is: 'off', message: '' };
const on: BurnVerdict = { is: 'on', message: 'It burns.' };
const burning: Burning = {
  fast: { id: '7.fast.1', since: '2026-06-01T11:00:00.000Z', message: 'It burns.', told: { pager: 'critical' } },
};

function monitorOf(interval: string): OwnedMonitor {
  const settings = { type: 'tcp', host: 'a', port: 1, interval, 'slo-uptime': 99.9, 'critical-alerter': ['pager'] };
  const value: Assignment = {
    ...{ phase: 'run', revision: 7, createRevision: 7, assignedAt: '' },
    settings: Object.assign(new MonitorSettings(), settings),
  };
  return new OwnedMonitor('web', { key: 'k', value, createRevision: 7, modRevision: 7 });
}
const monitor = monitorOf('10s');

const state = (over: Partial<MonitorState> = {}): MonitorState => ({
  ...{ status: 'ok', since: '2026-06-01T00:00:00.000Z', count: 0, message: 'N/A', owner: 'w1', ownerName: 'w1' },
  ...{ incident: null, incidents: 0, told: {}, revision: 7, createRevision: 7, target: monitor.stateTarget },
  ...{ lastRunAt: '2026-06-01T11:59:55.000Z', date: '2026-06-01T00:00:00.000Z' },
  ...over,
});
const facts = (verdicts?: BurnVerdicts): WriterFacts => ({
  ...{ prefix: '9volt', owner: 'w1', worker: 'w1', now: NOW },
  ...(verdicts ? { burnOf: () => verdicts } : {}),
});
const said = (change: Pick<StateChange, 'owed'> | undefined): string[] | undefined =>
  change?.owed.entries.map(({ alerter, alert }) => `${alerter} ${alert.type} ${alert.burn}`);
const stored = (over: Partial<MonitorState> = {}) => ({ state: state(over), modRevision: 3 });

it('a budget that begins to burn is a write of its own, with the notification', () => {
  const change = changeOf(monitor, { stored: stored(), evaluated: state() }, facts({ fast: on, slow: off }));
  expect([said(change), change?.next?.burning?.fast?.told]).toEqual([['pager critical fast'], { pager: 'critical' }]);
});

it('so is its end', () => {
  const basis = { stored: stored({ burning }), evaluated: state({ burning }) };
  const change = changeOf(monitor, basis, facts({ fast: off, slow: off }));
  expect([said(change), change?.next?.burning]).toEqual([['pager resolve fast'], undefined]);
});

it('while it lasts, nothing is written for it', () => {
  const basis = { stored: stored({ burning }), evaluated: state({ burning }) };
  expect(changeOf(monitor, basis, facts({ fast: on, slow: off }))).toBeUndefined();
  expect(changeOf(monitor, { stored: stored(), evaluated: state() }, facts({ fast: off, slow: off }))).toBeUndefined();
});

it('a worker that may not judge leaves it in the state', () => {
  const basis = { stored: stored({ burning }), evaluated: state({ status: 'critical', count: 1 }) };
  const change = changeOf(monitor, basis, facts());
  expect([said(change), change?.next?.burning]).toEqual([[], burning]);
});

it('its end does not wait for the result of a monitor that runs rarely', () => {
  const rare = monitorOf('1h');
  const basis = { stored: stored({ burning }), evaluated: undefined };
  expect(said(changeOf(rare, basis, facts({ fast: off, slow: off })))).toEqual(['pager resolve fast']);
  expect(changeOf(monitor, basis, facts({ fast: off, slow: off }))).toBeUndefined();
});

it('it ends with the monitor', () => {
  const change = removalOf(monitor, 'removed', { stored: stored({ burning }) }, facts());
  expect([said(change), change?.next]).toEqual([['pager resolve fast'], undefined]);
});
