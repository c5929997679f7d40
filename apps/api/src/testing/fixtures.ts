import type { Assignment, ClusterEvent, Member, MonitorSettings, MonitorState } from '@9volt/contracts';
import { encode, encodeVitals, encodeVitalsIndex, type ClusterNode, type Op } from '@9volt/etcd-dal';
import type { VitalsEntry } from '@9volt/contracts';

export const CANARY = 'canary-3f9a1c';

export const tcp = (more: object = {}): Record<string, unknown> => ({
  type: 'tcp',
  host: '127.0.0.1',
  port: 1,
  interval: '10s',
  ...more,
});
export const http = (more: object = {}): Record<string, unknown> => ({
  type: 'http',
  host: '127.0.0.1',
  interval: '10s',
  ...more,
});
export const slack = (more: object = {}): Record<string, unknown> => ({
  type: 'slack',
  options: { token: CANARY, channel: '#alerts' },
  ...more,
});

/** Writes what other processes of the cluster would write; answers the revision. */
export async function written(node: ClusterNode, ...ops: Op[]): Promise<number> {
  return (await node.client.txn({ compare: [], then: ops })).revision;
}

export function member(node: ClusterNode, id: string, more: Partial<Member> = {}): Op {
  const now = new Date().toISOString();
  const value: Member = {
    MemberID: id,
    Name: id,
    Role: 'worker',
    Hostname: 'h',
    ListenAddress: '127.0.0.1:1',
    Tags: [],
    Version: 'test',
    SemVer: '0.0.0',
    StartedAt: now,
    LastUpdated: now,
    ...more,
  };
  return { put: node.keys.member(id), value: encode(value) };
}

export function assignment(node: ClusterNode, workerId: string, name: string, settings: object): Op {
  const value: Assignment = {
    phase: 'run',
    settings: settings as MonitorSettings,
    revision: 1,
    createRevision: 1,
    assignedAt: new Date().toISOString(),
  };
  return { put: node.keys.assignment(workerId, name), value: encode(value) };
}

export function state(node: ClusterNode, name: string, more: Partial<MonitorState> = {}): Op {
  const now = new Date().toISOString();
  const value: MonitorState = {
    status: 'ok',
    since: now,
    count: 0,
    message: 'N/A',
    owner: 'w1',
    ownerName: 'w1',
    incident: null,
    incidents: 0,
    told: {},
    revision: 1,
    createRevision: 1,
    target: 'tcp://127.0.0.1:1',
    lastRunAt: now,
    date: now,
    ...more,
  };
  return { put: node.keys.state(name), value: encode(value) };
}

export function event(node: ClusterNode, id: string, more: Partial<ClusterEvent> = {}): Op {
  const value: ClusterEvent = {
    id,
    type: 'api',
    message: `event ${id}`,
    timestamp: new Date().toISOString(),
    memberid: 'w1',
    ...more,
  };
  return { put: node.keys.event(id), value: encode(value) };
}

/** An index of one chunk and one dump of it. */
export function vitals(
  node: ClusterNode,
  workerId: string,
  dump: number,
  entries: VitalsEntry[],
  at = Date.now(),
  index = { generation: 1, names: entries.map(({ name }) => name) },
): Op[] {
  return [
    { put: node.keys.vitalsIndex(workerId, 0), value: encodeVitalsIndex(index) },
    { put: node.keys.vitalsDump(workerId, 0, dump), value: encodeVitals(entries, index, at) },
  ];
}
