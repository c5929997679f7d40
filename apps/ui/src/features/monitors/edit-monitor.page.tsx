import { useMemo } from 'react';
import { monitorPath } from '@9volt/contracts/pages';
import { useAlerters } from '../alerters/alerter-api.js';
import { useCluster, workersOf } from '../cluster/cluster-api.js';
import { type EditedKind, EditPage } from '../forms/edit-page.js';
import { monitorApi } from './monitor-api.js';
import { MonitorTrial } from './monitor-trial.js';

const MONITOR: EditedKind = {
  noun: 'monitor',
  get: monitorApi.get,
  put: monitorApi.put,
  // Default interval of a new monitor.
  beginning: { interval: '10s' },
  pathOf: monitorPath,
};

export default function EditMonitorPage() {
  const { data: alerters } = useAlerters();
  const { data: cluster } = useCluster();
  const tags = useMemo(
    () => [...new Set(cluster ? workersOf(cluster).flatMap(({ Tags }) => Tags) : [])].sort(),
    [cluster],
  );
  const suggestions = useMemo(
    () => ({ alerter: alerters?.map(({ name }) => name) ?? [], 'member-tag': tags }),
    [alerters, tags],
  );
  return (
    <EditPage kind={MONITOR} suggestions={suggestions} trial={(trial) => <MonitorTrial trial={trial} tags={tags} />} />
  );
}
