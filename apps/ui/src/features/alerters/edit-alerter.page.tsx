import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams, useSearchParams } from 'react-router';
import { Page } from '../../components/page.js';
import { Failed, Loading } from '../../components/states.js';
import { alerterPath } from '@9volt/contracts/pages';
import { ConfigEditor } from '../forms/config-editor.js';
import { useSchemas } from '../forms/schema-api.js';
import { TypeChoice } from '../forms/type-choice.js';
import { alerterApi } from './alerter-api.js';
import { AlerterTrial } from './alerter-trial.js';

const NO_SUGGESTIONS = {};

/** Creates an alerter or edits one. */
export default function EditAlerterPage() {
  const { name } = useParams();
  const [params, setParams] = useSearchParams();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const schemas = useSchemas('alerter');
  const source = useQuery({
    queryKey: ['edit', 'alerter', name],
    queryFn: () => alerterApi.get(name ?? ''),
    enabled: name !== undefined,
    staleTime: Infinity,
    gcTime: 0,
    refetchOnReconnect: false,
  });
  const type = params.get('type') ?? undefined;
  const error = schemas.error ?? source.error;
  const title = name === undefined ? 'New alerter' : `Edit ${name}`;
  if (error) {
    return (
      <Page title={title}>
        <Failed title="It could not be read" error={error} />
      </Page>
    );
  }
  if (!schemas.data || (name !== undefined && !source.data)) {
    return (
      <Page title={title}>
        <Loading />
      </Page>
    );
  }
  return (
    <Page title={title}>
      {name === undefined && (type === undefined || !schemas.data[type]) ? (
        <TypeChoice schemas={schemas.data} onChoose={(chosen) => setParams({ type: chosen })} />
      ) : (
        <ConfigEditor
          key={name ?? type}
          noun="alerter"
          schemas={schemas.data}
          initial={source.data?.config ?? { type, options: {} }}
          stored={name !== undefined && source.data ? { name, ...source.data } : undefined}
          suggestions={NO_SUGGESTIONS}
          get={alerterApi.get}
          put={alerterApi.put}
          onSaved={(saved) => {
            void queries.invalidateQueries({ predicate: ({ queryKey: [kind] }) => /^alerters?$/.test(String(kind)) });
            void navigate(alerterPath(saved));
          }}
          trial={(trial) => <AlerterTrial trial={trial} />}
        />
      )}
    </Page>
  );
}
