import { Button, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ComponentProps, type ReactNode, type SubmitEvent, useMemo, useState } from 'react';
import { useNavigate } from 'react-router';
import { Loaded } from '../../components/loaded.js';
import { Page, Panel } from '../../components/page.js';
import { ApiError } from '../../lib/api-client.js';
import { useLive } from '../../lib/live-context.js';
import type { Live } from '../../lib/live-types.js';
import type { Json } from '../../lib/settings-api.js';
import { toast, toastError } from '../../lib/toasts.js';
import { useName } from '../../lib/use-name.js';
import { YamlEditor } from '../yaml/yaml-editor.js';
import { attributesOf, missingIn, pathsOf } from './attributes.js';
import { isEqual } from './differences.js';
import { faultsOf, type Refusal } from './faults.js';
import { Fold } from './fold.js';
import styles from './forms.module.css';
import { SaveBar } from './save-bar.js';
import { SchemaForm } from './schema-form.js';
import { useDraft } from './use-draft.js';
import { useLeaveGuard } from './use-leave-guard.js';
import { useSchema } from './use-schema.js';

/** The facts about a kind of entries that have no type: reports and status pages. */
export interface EntryKind {
  noun: string;
  schema: Parameters<typeof useSchema>[0];
  get: (name: string, signal?: AbortSignal) => Promise<{ config: Json | null; etag: string | undefined }>;
  /** With a tag: only if it is still this version; without one: only if it does not exist. */
  put: (name: string, config: Json, etag: string | undefined) => Promise<unknown>;
  remove: (name: string) => Promise<unknown>;
  nameLabel: string;
  nameFault: (name: string) => string | undefined;
  /** Of a new one. */
  beginning: Json;
  listKey: string;
  listPath: string;
}

interface EntryPageProps {
  kind: EntryKind;
  formType: string;
  /** More than names and tags of monitors. */
  suggestions: Readonly<Record<string, readonly string[]>>;
  nameHint?: (name: string) => string;
  aboutItem?: (config: Json) => ComponentProps<typeof SchemaForm>['aboutItem'];
  /** Below the form. */
  below?: ReactNode;
  /** Beside the form. */
  beside?: (config: Json, refused: (what: string, error: unknown) => void) => ReactNode;
}

/** Creates an entry or edits one, as a form and as YAML. */
export function EntryPage(props: EntryPageProps) {
  const { noun, schema, get, beginning } = props.kind;
  const name = useName();
  const attributes = useSchema(schema);
  const stored = useQuery({
    queryKey: ['edit', noun, name],
    queryFn: ({ signal }) => get(name ?? '', signal),
    enabled: name !== undefined,
    // The edited data must not change during the edit.
    staleTime: Infinity,
    gcTime: 0,
    refetchOnReconnect: false,
  });
  return (
    <Page title={name === undefined ? `New ${noun}` : `Edit ${name}`}>
      <Loaded of={attributes} what={`the attributes of a ${noun}`}>
        {(of) =>
          name === undefined ? (
            <Editor {...props} schema={of} initial={beginning} />
          ) : (
            <Loaded of={stored} what={`this ${noun}`}>
              {({ config, etag }) => (
                <Editor {...props} schema={of} initial={config ?? beginning} stored={name} etag={etag} />
              )}
            </Loaded>
          )
        }
      </Loaded>
    </Page>
  );
}

const statesOf = ({ states }: Live): Live['states'] => states;

interface EditorProps extends EntryPageProps {
  schema: Json;
  initial: Json;
  stored?: string;
  etag?: string | undefined;
}

function Editor({ kind, schema, initial, stored, etag, ...rest }: EditorProps) {
  const { noun } = kind;
  const draft = useDraft(initial);
  const [name, setName] = useState(stored ?? '');
  const [nameFault, setNameFault] = useState<string>();
  const [refusal, setRefusal] = useState<Refusal>({ fields: [], base: '', config: initial });
  // There are few attributes: all of them are open, in their order.
  const attributes = useMemo(() => attributesOf(schema).map((one, shown) => ({ ...one, shown })), [schema]);
  const faults = faultsOf(refusal, pathsOf(attributes, refusal.config), draft.config);
  const states = useLive(statesOf);
  const suggestions = useMemo(() => {
    const all = [...(states?.values() ?? [])];
    const tags = [...new Set(all.flatMap((state) => state.tags))].sort();
    return { monitor: all.map((state) => state.name).sort(), tags, ...rest.suggestions };
  }, [states, rest.suggestions]);
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
    void queries.invalidateQueries({ queryKey: [kind.listKey] });
    void navigate(kind.listPath);
  };
  const saving = useMutation({
    mutationFn: () => kind.put(name, draft.config, etag),
    onSuccess: () => done(`${name} is saved`),
    onError: (error) => {
      if (!(error instanceof ApiError && error.status === 412)) refused('Could not save', error);
      else if (stored === undefined) setNameFault(`This ${kind.nameLabel} is already taken; choose another`);
      else toastError(`Somebody else changed this ${noun}; load it again`, error);
    },
  });
  const removing = useMutation({
    mutationFn: () => kind.remove(name),
    onSuccess: () => done(`${name} is deleted`),
    onError: (error) => toastError('Could not delete', error),
  });
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const fault = kind.nameFault(name);
    setNameFault(fault);
    if (draft.yamlFault !== undefined) return;
    if (fault === undefined) saving.mutate();
    else setRefusal({ fields: missingIn(draft.config, attributes), base: '', config: draft.config });
  };
  return (
    <form className={styles['editor']} onSubmit={submit} noValidate>
      <div className={styles['form']}>
        <Panel title={stored === undefined ? `New ${noun}` : `Edit the ${noun}`} padded>
          <TextInput
            id="field-name"
            size="xs"
            label={kind.nameLabel}
            description={rest.nameHint?.(name)}
            withAsterisk={stored === undefined}
            readOnly={stored !== undefined}
            variant={stored === undefined ? 'default' : 'filled'}
            value={name}
            error={nameFault}
            autoComplete="off"
            spellCheck={false}
            onChange={({ currentTarget }) => {
              setName(currentTarget.value);
              setNameFault(undefined);
            }}
          />
        </Panel>
        <SchemaForm
          type={rest.formType}
          attributes={attributes}
          config={draft.config}
          faults={faults}
          suggestions={suggestions}
          onChange={draft.setValue}
          aboutItem={rest.aboutItem?.(draft.config)}
        />
        {rest.below}
      </div>
      <div className={styles['side']}>
        <SaveBar
          label={stored === undefined ? 'Create' : 'Save'}
          isSaving={saving.isPending}
          isDisabled={draft.yamlFault !== undefined}
          faults={faults}
          nameFault={nameFault}
        />
        {rest.beside?.(draft.config, refused)}
        {stored === undefined ? null : (
          <Button size="xs" variant="default" loading={removing.isPending} onClick={() => removing.mutate()}>
            Delete this {noun}
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
