import { Button, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useMemo, useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { Loaded } from '../../components/loaded.js';
import { Page, Panel } from '../../components/page.js';
import { ApiError } from '../../lib/api-client.js';
import { useLive } from '../../lib/live-context.js';
import type { Live } from '../../lib/live-types.js';
import type { Json } from '../../lib/settings-api.js';
import { toast, toastError } from '../../lib/toasts.js';
import { useAlerters } from '../alerters/alerter-api.js';
import { attributesOf, pathsOf } from '../forms/attributes.js';
import { isEqual } from '../forms/differences.js';
import { faultsOf, type Refusal } from '../forms/faults.js';
import { Fold } from '../forms/fold.js';
import formStyles from '../forms/forms.module.css';
import { SaveBar } from '../forms/save-bar.js';
import { SchemaForm } from '../forms/schema-form.js';
import { useDraft } from '../forms/use-draft.js';
import { useLeaveGuard } from '../forms/use-leave-guard.js';
import { useSchema } from '../forms/use-schema.js';
import { YamlEditor } from '../yaml/yaml-editor.js';
import { reportApi, useScheduledReport } from './report-api.js';
import styles from './reports.module.css';

const BEGINNING: Json = { title: '', schedule: '0 8 1 * *', period: 'previous-month', alerters: [] };

const statesOf = ({ states }: Live): Live['states'] => states;

export default function EditReportPage() {
  const { name } = useParams();
  const schema = useSchema('ReportConfig');
  const stored = useScheduledReport(name);
  return (
    <Page title={name === undefined ? 'New report' : `Edit ${name}`}>
      <Loaded of={schema} what="the attributes of a report">
        {(of) =>
          name === undefined ? (
            <Editor schema={of} initial={BEGINNING} />
          ) : (
            <Loaded of={stored} what="this report">
              {({ report, etag }) => (
                <Editor schema={of} initial={report.config ?? BEGINNING} stored={name} etag={etag} />
              )}
            </Loaded>
          )
        }
      </Loaded>
    </Page>
  );
}

interface EditorProps {
  schema: Json;
  initial: Json;
  stored?: string;
  etag?: string | undefined;
}

function Editor({ schema, initial, stored, etag }: EditorProps) {
  const draft = useDraft(initial);
  const [name, setName] = useState(stored ?? '');
  const [nameFault, setNameFault] = useState<string>();
  const [refusal, setRefusal] = useState<Refusal>({ fields: [], base: '', config: initial });
  // A report has few attributes: all of them are open, in their order.
  const attributes = useMemo(() => attributesOf(schema).map((one, shown) => ({ ...one, shown })), [schema]);
  const faults = faultsOf(refusal, pathsOf(attributes, refusal.config), draft.config);
  const states = useLive(statesOf);
  const { data: alerters } = useAlerters();
  const suggestions = useMemo(() => {
    const all = [...(states?.values() ?? [])];
    const tags = [...new Set(all.flatMap((state) => state.tags))].sort();
    const mails = (alerters ?? []).filter(({ type }) => type === 'email').map((alerter) => alerter.name);
    return { monitor: all.map((state) => state.name).sort(), tags, alerter: mails };
  }, [states, alerters]);
  const leave = useLeaveGuard(!isEqual(draft.config, initial) || name !== (stored ?? ''));
  const navigate = useNavigate();
  const queries = useQueryClient();
  const refused = (what: string, error: unknown): void => {
    const hasFields = error instanceof ApiError && error.fields.length > 0;
    if (hasFields) setRefusal({ fields: error.fields, base: '', config: draft.config });
    else toastError(what, error);
  };
  const done = (words: string): void => {
    toast('done', words);
    leave.allow();
    void queries.invalidateQueries({ queryKey: ['scheduled-reports'] });
    void navigate('/reports/by-mail');
  };
  const saving = useMutation({
    mutationFn: () => reportApi.put(name, draft.config, etag),
    onSuccess: () => done(`${name} is saved`),
    onError: (error) => {
      if (error instanceof ApiError && error.status === 412) {
        if (stored === undefined) setNameFault('This name is already taken; choose another');
        else toastError('Somebody else changed this report; load it again', error);
      } else refused('Could not save', error);
    },
  });
  const removing = useMutation({
    mutationFn: () => reportApi.remove(name),
    onSuccess: () => done(`${name} is deleted`),
    onError: (error) => toastError('Could not delete', error),
  });
  const preview = useMutation({
    mutationFn: () => reportApi.preview(draft.config),
    onError: (error) => refused('Could not make a preview', error),
  });
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const fault = name.trim() === '' ? 'Give the report a name' : undefined;
    setNameFault(fault);
    if (fault === undefined && draft.yamlFault === undefined) saving.mutate();
  };
  return (
    <form className={formStyles['editor']} onSubmit={submit} noValidate>
      <div className={formStyles['form']}>
        <Panel title={stored === undefined ? 'New report' : 'Edit the report'} padded>
          <TextInput
            id="field-name"
            size="xs"
            label="name"
            withAsterisk={stored === undefined}
            readOnly={stored !== undefined}
            variant={stored === undefined ? 'default' : 'filled'}
            value={name}
            error={nameFault}
            autoComplete="off"
            spellCheck={false}
            onChange={({ currentTarget }) => setName(currentTarget.value)}
          />
        </Panel>
        <SchemaForm
          type="report"
          attributes={attributes}
          config={draft.config}
          faults={faults}
          suggestions={suggestions}
          onChange={draft.setValue}
        />
        {preview.data === undefined ? null : (
          <Panel title="Preview" padded>
            <pre className={styles['preview']} tabIndex={0} aria-label="Preview of the mail">
              {preview.data.text}
            </pre>
          </Panel>
        )}
      </div>
      <div className={formStyles['side']}>
        <SaveBar
          label={stored === undefined ? 'Create' : 'Save'}
          isSaving={saving.isPending}
          isDisabled={draft.yamlFault !== undefined}
          faults={faults}
          nameFault={nameFault}
        />
        <Button size="xs" variant="default" loading={preview.isPending} onClick={() => preview.mutate()}>
          Show a preview
        </Button>
        {stored === undefined ? null : (
          <Button size="xs" variant="default" loading={removing.isPending} onClick={() => removing.mutate()}>
            Delete this report
          </Button>
        )}
        <Panel title="YAML" padded>
          <Fold title="Edit as YAML" isOpen={draft.yamlFault !== undefined}>
            <YamlEditor label="As YAML" yaml={draft.yaml} fault={draft.yamlFault} onChange={draft.setYaml} />
          </Fold>
        </Panel>
      </div>
      {leave.dialog}
    </form>
  );
}
