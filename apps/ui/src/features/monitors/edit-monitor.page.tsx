import { workersOf } from '@9volt/contracts/workers';
import { useMemo } from 'react';
import { monitorPath } from '@9volt/contracts/pages';
import { useAlerters } from '../alerters/alerter-api.js';
import { useCluster } from '../cluster/cluster-api.js';
import type { Alerting } from '../forms/config-editor.js';
import { type EditedKind, EditPage } from '../forms/edit-page.js';
import type { Json } from '../forms/attributes.js';
import { PushAddress } from '../push/push-address.js';
import { randomToken } from '../push/push-words.js';
import { fillFrom } from '../paste/fill-from.js';
import { AlertingNote, NobodyNote } from './alerting-note.js';
import { monitorApi } from './monitor-api.js';
import { MonitorTrial } from './monitor-trial.js';
import { defaultAlerter, rememberAlerter } from './recipients.js';

const MONITOR = {
  noun: 'monitor',
  get: monitorApi.get,
  put: monitorApi.put,
  pathOf: monitorPath,
} as const;
/** Of a new monitor. */
const INTERVAL = '10s';
/** As the example of cron beside its address. */
const JOB_INTERVAL = '1d';

function aboutPush(config: Json, set: (path: readonly string[], value: unknown) => void) {
  return config['type'] === 'push' ? (
    <PushAddress token={config['token']} onGenerate={() => set(['token'], randomToken())} />
  ) : null;
}

export default function EditMonitorPage() {
  const { data: alerters, isPending } = useAlerters();
  const { data: cluster } = useCluster();
  const names = useMemo(() => alerters?.map(({ name }) => name), [alerters]);
  const tags = useMemo(
    () => [...new Set(cluster ? workersOf(cluster).flatMap(({ Tags }) => Tags) : [])].sort(),
    [cluster],
  );
  const suggestions = useMemo(() => ({ alerter: names ?? [], 'member-tag': tags }), [names, tags]);
  const kind = useMemo<EditedKind>(() => {
    const alerter = defaultAlerter(names ?? []);
    const told = alerter === undefined ? {} : { 'critical-alerter': [alerter], 'warning-alerter': [alerter] };
    return { ...MONITOR, beginning: isPending ? undefined : { interval: INTERVAL, ...told } };
  }, [names, isPending]);
  const alerting = useMemo<Alerting>(
    () => ({
      at: (config, set) => <AlertingNote config={config} alerters={names} set={set} />,
      warning: (config) => <NobodyNote config={config} />,
    }),
    [names],
  );
  return (
    <EditPage
      kind={kind}
      suggestions={suggestions}
      fill={fillFrom}
      alerting={alerting}
      about={aboutPush}
      beginningOf={(type) => (type === 'push' ? { token: randomToken(), interval: JOB_INTERVAL } : {})}
      onSaved={rememberAlerter}
      trial={(trial) => <MonitorTrial trial={trial} tags={tags} />}
    />
  );
}
