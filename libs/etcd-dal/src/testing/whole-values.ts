import type { HandedIncident, IncidentRecord, Member, MonitorState, OutboxEntry } from '@9volt/contracts';
import type { Keyspace } from '../keyspace.js';
import { encodeVitals, encodeVitalsIndex } from '../stores/vitals.codec.js';

const AT = '2026-01-02T03:04:05.678Z';

export const wholeMember: Member = {
  MemberID: 'w1-abc',
  Name: 'w1',
  Role: 'worker',
  Hostname: 'host',
  ListenAddress: 'http://127.0.0.1:1',
  Tags: ['spare'],
  Version: 'abc',
  SemVer: '1.0.0',
  StartedAt: AT,
  LastUpdated: AT,
  Load: { checks: 1, checksPerSecond: 1, latenessP99Ms: 1, overruns: 0, late: { '': 0 } },
};

export const wholeState: MonitorState = {
  status: 'critical',
  since: AT,
  count: 3,
  message: 'connection refused',
  owner: 'w1-abc',
  ownerName: 'w1',
  incident: { id: '7.1', openedAt: AT, worst: 'critical' },
  incidents: 1,
  told: { pager: 'critical' },
  revision: 8,
  createRevision: 7,
  target: 'tcp 127.0.0.1:1',
  lastRunAt: AT,
  date: AT,
};

export const wholeIncident: IncidentRecord = {
  id: '7.1',
  openedAt: AT,
  closedAt: null,
  worst: 'critical',
  message: 'connection refused',
  notifications: [{ alerter: 'pager', type: 'critical', at: AT, outcome: 'delivered', attempts: 1, answer: '200' }],
};

export const wholeOutboxEntry: OutboxEntry = {
  id: '0001',
  alerter: 'pager',
  incident: '7.1',
  alert: {
    type: 'critical',
    monitor: 'web',
    monitorType: 'tcp',
    target: '127.0.0.1:1',
    tags: [],
    status: 'critical',
    worst: 'critical',
    message: 'connection refused',
    since: AT,
    at: AT,
    attempts: 3,
    warningThreshold: 0,
    criticalThreshold: 3,
    worker: 'w1',
    key: '9volt/web/7.1',
  },
  createdAt: AT,
};

export const wholeHandedIncident: HandedIncident = {
  incident: { id: '7.1', openedAt: AT, worst: 'critical' },
  target: 'tcp 127.0.0.1:1',
  message: 'connection refused',
  count: 3,
  closedAt: AT,
  reason: 'recovered',
  told: { pager: 'resolved' },
  unanswered: [],
  notifications: [],
};

/** One key of each kind of the keyspace, about one monitor and one worker, with a value as 9volt writes it. */
export function wholeValues(keys: Keyspace, monitor = 'web', worker = 'w1-abc'): Map<string, Buffer> {
  const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
  const index = { generation: 1, names: [monitor] };
  const sample = { at: Date.parse(AT), latencyMs: 12.5, status: 'ok' as const, phases: { connect: 1 } };
  const results = [{ name: monitor, samples: [sample], runs: 1, overruns: 0, nextDueAt: Date.parse(AT) + 10_000 }];
  const settings = { type: 'tcp', host: '127.0.0.1', port: 1, interval: '10s' };
  const covered = { monitors: 1, covered: 1, share: 1 };
  return new Map([
    [keys.config, json({ HeartbeatInterval: '3s', HeartbeatTimeout: '6s', StateDumpInterval: '10s' })],
    [keys.monitor(monitor), json(settings)],
    [keys.alerter('pager'), json({ type: 'slack', options: { url: 'http://127.0.0.1:1/' } })],
    [keys.director, json({ MemberID: worker, LastUpdate: AT })],
    [keys.member(worker), json({ ...wholeMember, MemberID: worker })],
    [keys.drain('w9'), json({ at: AT, by: 'api-abc' })],
    [keys.coverage, json({ at: AT, ...covered, pools: [{ tag: null, ...covered }], low: { since: AT, told: true } })],
    [
      keys.assignment(worker, monitor),
      json({ phase: 'run', settings, revision: 8, createRevision: 7, assignedAt: AT, lastRunAt: 5, cause: 'new' }),
    ],
    [keys.suspectNote(worker, 0), json({ suspects: { [monitor]: 8 } })],
    [keys.poisonRecord(monitor), json({ revision: 8, deaths: [{ worker, of: 'worker', at: AT, how: 'it died' }] })],
    [keys.state(monitor), json(wholeState)],
    [keys.incident(monitor, 1), json(wholeIncident)],
    [keys.vitalsIndex(worker, 0), encodeVitalsIndex(index)],
    [keys.vitalsDump(worker, 0, 0), encodeVitals(results, index, Date.parse(AT) + 100)],
    [keys.outboxEntry(monitor, 'pager', '0001'), json(wholeOutboxEntry)],
    [keys.group('pager', 'all'), json({ owner: worker, lastSentAt: AT })],
    [keys.handback(monitor, worker), json({ worker: 'w1', at: AT, incidents: [wholeHandedIncident] })],
    [
      keys.event('000000000000000000000001'),
      json({
        id: '1',
        type: 'error',
        message: 'hm',
        timestamp: AT,
        memberid: worker,
        details: { monitors: [monitor] },
      }),
    ],
    [keys.request('r1'), json({ id: 'r1', body: { kind: 'run', monitor }, createdAt: AT })],
    [keys.push(monitor), json({ createRevision: 7, awaitedSince: AT, last: { at: AT, status: 'ok', latencyMs: 1 } })],
  ]);
}
