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
import { attributesOf, pathsOf } from '../forms/attributes.js';
import { isEqual } from '../forms/differences.js';
import { faultsOf, type Refusal } from '../forms/faults.js';
import { Fold } from '../forms/fold.js';
import styles from '../forms/forms.module.css';
import { SaveBar } from '../forms/save-bar.js';
import { SchemaForm } from '../forms/schema-form.js';
import { useDraft } from '../forms/use-draft.js';
import { useLeaveGuard } from '../forms/use-leave-guard.js';
import { useSchema } from '../forms/use-schema.js';
import { YamlEditor } from '../yaml/yaml-editor.js';
import { GroupPreview } from './group-preview.js';
import { statusPageApi, useStatusPage } from './status-page-api.js';

const BEGINNING: Json = { title: '', groups: [{ title: 'Services', monitors: ['*'] }] };
const PARTS = ['message', 'target', 'tags'];

const statesOf = ({ states }: Live): Live['states'] => states;

export default function EditStatusPagePage() {
  const { name } = useParams();
  const schema = useSchema('StatusPage');
  const stored = useStatusPage(name);
  return (
    <Page title={name === undefined ? 'New status page' : `Edit ${name}`}>
      <Loaded of={schema} what="the attributes of a status page">
        {(of) =>
          name === undefined ? (
            <Editor schema={of} initial={BEGINNING} />
          ) : (
            <Loaded of={stored} what="this status page">
              {({ page, etag }) => <Editor schema={of} initial={page.config ?? BEGINNING} slug={name} etag={etag} />}
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
  slug?: string;
  etag?: string | undefined;
}

function Editor({ schema, initial, slug, etag }: EditorProps) {
  const draft = useDraft(initial);
  const [name, setName] = useState(slug ?? '');
  const [nameFault, setNameFault] = useState<string>();
  const [refusal, setRefusal] = useState<Refusal>({ fields: [], base: '', config: initial });
  // A page has few attributes: all of them are open, in their order.
  const attributes = useMemo(() => attributesOf(schema).map((one, shown) => ({ ...one, shown })), [schema]);
  const faults = faultsOf(refusal, pathsOf(attributes, refusal.config), draft.config);
  const states = useLive(statesOf);
  const suggestions = useMemo(() => {
    const all = [...(states?.values() ?? [])];
    const tags = [...new Set(all.flatMap((state) => state.tags))].sort();
    return { monitor: all.map((state) => state.name).sort(), tags, show: PARTS };
  }, [states]);
  const leave = useLeaveGuard(!isEqual(draft.config, initial) || name !== (slug ?? ''));
  const navigate = useNavigate();
  const queries = useQueryClient();
  const done = (words: string): void => {
    toast('done', words);
    leave.allow();
    void queries.invalidateQueries({ queryKey: ['status-pages'] });
    void navigate('/status-pages');
  };
  const saving = useMutation({
    mutationFn: () => statusPageApi.put(name, draft.config, etag),
    onSuccess: () => done(`${name} is saved`),
    onError: (error) => {
      if (!(error instanceof ApiError)) return toastError('Could not save', error);
      if (error.status === 412 && slug === undefined) setNameFault('This slug is already taken; choose another');
      else if (error.status === 412) toastError('Somebody else changed this page; load it again', error);
      else if (error.fields.length > 0) setRefusal({ fields: error.fields, base: '', config: draft.config });
      else toastError('Could not save', error);
    },
  });
  const removing = useMutation({
    mutationFn: () => statusPageApi.remove(name),
    onSuccess: () => done(`${name} is deleted`),
    onError: (error) => toastError('Could not delete', error),
  });
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const fault = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/.test(name)
      ? undefined
      : 'Use lower-case letters, digits and hyphens';
    setNameFault(fault);
    if (fault === undefined && draft.yamlFault === undefined) saving.mutate();
  };
  return (
    <form className={styles['editor']} onSubmit={submit} noValidate>
      <div className={styles['form']}>
        <Panel title={slug === undefined ? 'New status page' : 'Edit the status page'} padded>
          <TextInput
            id="field-name"
            size="xs"
            label="slug"
            description={`The page is at /status/${name === '' ? '<slug>' : name}.`}
            withAsterisk={slug === undefined}
            readOnly={slug !== undefined}
            variant={slug === undefined ? 'default' : 'filled'}
            value={name}
            error={nameFault}
            autoComplete="off"
            spellCheck={false}
            onChange={({ currentTarget }) => setName(currentTarget.value)}
          />
        </Panel>
        <SchemaForm
          type="page"
          attributes={attributes}
          config={draft.config}
          faults={faults}
          suggestions={suggestions}
          onChange={draft.setValue}
          aboutItem={({ name: list }, item) =>
            list === 'groups' ? <GroupPreview group={item} names={draft.config['names']} /> : null
          }
        />
      </div>
      <div className={styles['side']}>
        <SaveBar
          label={slug === undefined ? 'Create' : 'Save'}
          isSaving={saving.isPending}
          isDisabled={draft.yamlFault !== undefined}
          faults={faults}
          nameFault={nameFault}
        />
        {slug === undefined ? null : (
          <Button size="xs" variant="default" loading={removing.isPending} onClick={() => removing.mutate()}>
            Delete this page
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
