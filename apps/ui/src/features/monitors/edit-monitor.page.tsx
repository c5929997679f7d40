import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useNavigate, useParams, useSearchParams } from 'react-router';
import { Page } from '../../components/page.js';
import { Failed, Loading } from '../../components/states.js';
import type { Stored } from '../../lib/settings-api.js';
import { useAlerters } from '../alerters/alerter-api.js';
import { monitorPath } from '@9volt/contracts/pages';
import { useCluster, workersOf } from '../cluster/cluster-api.js';
import { type Json, type TypeSchemas, withoutSecrets } from '../forms/attributes.js';
import { ConfigEditor } from '../forms/config-editor.js';
import { useSchemas } from '../forms/schema-api.js';
import { TypeChoice } from '../forms/type-choice.js';
import { monitorApi } from './monitor-api.js';
import { MonitorTrial } from './monitor-trial.js';

/** A rhythm to begin with: what a new monitor has unless it is changed. */
const BEGINNING = { interval: '10s' };

/** Creates a monitor, from nothing or from another, or edits one. */
export default function EditMonitorPage() {
  const { name } = useParams();
  const [params] = useSearchParams();
  const from = name ?? params.get('from') ?? undefined;
  const schemas = useSchemas('monitor');
  const source = useQuery({
    queryKey: ['edit', 'monitor', from],
    queryFn: ({ signal }) => monitorApi.get(from ?? '', signal),
    enabled: from !== undefined,
    // What is being edited must not change under the editor's hands.
    staleTime: Infinity,
    gcTime: 0,
    refetchOnReconnect: false,
  });
  const title = name === undefined ? 'New monitor' : `Edit ${name}`;
  const error = schemas.error ?? source.error;
  return (
    <Page title={title}>
      {error ? (
        <Failed title="It could not be read" error={error} />
      ) : !schemas.data || (from !== undefined && !source.data) ? (
        <Loading />
      ) : name === undefined ? (
        <NewMonitor schemas={schemas.data} source={source.data?.config} />
      ) : (
        <Editor
          key={name}
          schemas={schemas.data}
          initial={source.data?.config ?? {}}
          stored={{ name, config: source.data?.config ?? {}, etag: source.data?.etag }}
        />
      )}
    </Page>
  );
}

function NewMonitor({ schemas, source }: { schemas: TypeSchemas; source: Json | undefined }) {
  const [params, setParams] = useSearchParams();
  const copy = useMemo(() => (source ? withoutSecrets(source) : undefined), [source]);
  const type = params.get('type') ?? undefined;
  if (copy) return <Editor schemas={schemas} initial={copy.config} left={copy.left} />;
  if (type !== undefined && schemas[type]) return <Editor schemas={schemas} initial={{ type, ...BEGINNING }} />;
  return <TypeChoice schemas={schemas} onChoose={(chosen) => setParams({ type: chosen })} />;
}

function Editor({
  schemas,
  initial,
  stored,
  left = [],
}: {
  schemas: TypeSchemas;
  initial: Json;
  stored?: (Stored & { name: string }) | undefined;
  left?: readonly string[];
}) {
  const navigate = useNavigate();
  const alerters = useAlerters();
  const { data: cluster } = useCluster();
  const tags = useMemo(
    () => [...new Set(cluster ? workersOf(cluster).flatMap(({ Tags }) => Tags) : [])].sort(),
    [cluster],
  );
  const suggestions = useMemo(
    () => ({ alerter: alerters.data?.map(({ name }) => name) ?? [], 'member-tag': tags }),
    [alerters.data, tags],
  );
  return (
    <ConfigEditor
      noun="monitor"
      schemas={schemas}
      initial={initial}
      stored={stored}
      suggestions={suggestions}
      get={monitorApi.get}
      put={monitorApi.put}
      onSaved={(name) => void navigate(monitorPath(name))}
      trial={(trial) => <MonitorTrial trial={trial} tags={tags} />}
      note={left.length > 0 ? `Secrets are not copied. Enter them again: ${left.join(', ')}.` : undefined}
    />
  );
}
