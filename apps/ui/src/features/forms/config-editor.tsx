import { ownOf } from '@9volt/contracts/by-name';
import { Button, Select, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, type SubmitEvent, useMemo, useState } from 'react';
import { Panel } from '../../components/page.js';
import { ApiError, type FieldProblem } from '../../lib/api-client.js';
import { toast, toastError } from '../../lib/toasts.js';
import { CfgNote } from '../yaml/cfg-note.js';
import { useOrigin } from '../yaml/use-origin.js';
import { YamlEditor } from '../yaml/yaml-editor.js';
import type { Stored } from '../../lib/settings-api.js';
import { attributesOf, convertedTo, type Json, type TypeSchemas } from './attributes.js';
import { Conflict } from './conflict.js';
import { isEqual } from './differences.js';
import { faultsOf } from './faults.js';
import styles from './forms.module.css';
import { SchemaForm } from './schema-form.js';
import { useDraft } from './use-draft.js';
import { useLeaveGuard } from './use-leave-guard.js';

export interface Trial {
  config: Json;
  name: string | undefined;
  onFaults: (fields: readonly FieldProblem[], base: string) => void;
}

interface ConfigEditorProps {
  noun: 'monitor' | 'alerter';
  schemas: TypeSchemas;
  /** The edited configuration, or the start of a new one. */
  initial: Json;
  /** The entity tag of the edited one. */
  stored?: (Stored & { name: string }) | undefined;
  suggestions: Readonly<Record<string, readonly string[]>>;
  get: (name: string) => Promise<Stored>;
  /** Without a tag: creates, and throws 412 if the name exists. */
  put: (name: string, config: Json, etag: string | undefined) => Promise<Stored>;
  onSaved: (name: string) => void;
  /** Tests the content of the form. */
  trial: (trial: Trial) => ReactNode;
  note?: ReactNode;
}

/** A form made from the schema of a type, with the same content as YAML beside it. */
export function ConfigEditor(props: ConfigEditorProps) {
  const { noun, schemas, initial, stored, suggestions, get, put, onSaved, trial, note } = props;
  const draft = useDraft(initial);
  const origin = useOrigin(noun, stored?.name);
  const [name, setName] = useState(stored?.name ?? '');
  const [base, setBase] = useState<Stored | undefined>(stored);
  const [sent, setSent] = useState<{ fields: readonly FieldProblem[]; base: string }>({ fields: [], base: '' });
  const [nameFault, setNameFault] = useState<string>();
  const [theirs, setTheirs] = useState<Stored>();
  const type = String(draft.config['type'] ?? '');
  const schema = ownOf(schemas, type)?.schema;
  const attributes = useMemo(() => (schema ? attributesOf(schema) : []), [schema]);
  const faults = useMemo(
    () => faultsOf(sent.fields, [...attributes.map(({ path }) => path), ['type']], sent.base),
    [sent, attributes],
  );
  const isChanged = !isEqual(draft.config, initial) || name !== (stored?.name ?? '');
  const leave = useLeaveGuard(isChanged);

  const saving = useMutation({
    mutationFn: ({ config, etag }: { config: Json; etag: string | undefined }) => put(name, config, etag),
    onMutate: () => setSent({ fields: [], base: '' }),
    onSuccess: () => {
      toast('done', `${name} is ${stored ? 'saved' : 'created'}`);
      leave.allow();
      onSaved(name);
    },
    onError: (error) => refused(error),
  });
  const save = (config: Json, etag: string | undefined): void => {
    const fault = nameFaultOf(name);
    setNameFault(fault);
    if (fault === undefined && draft.yamlFault === undefined) saving.mutate({ config, etag });
  };
  const refused = async (error: unknown): Promise<void> => {
    if (error instanceof ApiError && error.status === 412) {
      if (stored) setTheirs(await get(name));
      else setNameFault(`This name is already taken; choose another`);
    } else if (error instanceof ApiError && error.fields.length > 0) {
      setSent({ fields: error.fields, base: '' });
      focusFirstFault();
    } else toastError('Could not save', error);
  };
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    save(draft.config, base?.etag);
  };
  return (
    <form className={styles['editor']} onSubmit={submit} noValidate>
      <div className={styles['form']}>
        {faults.rest.length === 0 ? null : (
          <ul role="alert" className={styles['faults']}>
            {faults.rest.map((message) => (
              <li key={message}>{message}</li>
            ))}
          </ul>
        )}
        <Panel title={stored ? `Edit the ${noun}` : `New ${noun}`} padded>
          <div className={styles['fields']}>
            <TextInput
              size="xs"
              label="name"
              description={
                stored
                  ? 'You cannot change a name. To use another one, duplicate this and delete the old one.'
                  : 'Appears in lists, alerts and YAML.'
              }
              withAsterisk={!stored}
              readOnly={stored !== undefined}
              value={name}
              error={nameFault}
              autoComplete="off"
              spellCheck={false}
              onChange={({ currentTarget }) => setName(currentTarget.value)}
            />
            <Select
              size="xs"
              label="type"
              description={ownOf(schemas, type)?.summary ?? ''}
              withAsterisk
              data={Object.keys(schemas).sort()}
              searchable
              allowDeselect={false}
              value={type}
              error={faults.of(['type'])}
              comboboxProps={{ transitionProps: { duration: 0 } }}
              onChange={(to) => {
                const other = ownOf(schemas, to ?? '')?.schema;
                if (to && other) draft.setConfig(convertedTo(to, draft.config, other));
              }}
            />
          </div>
          {note === undefined ? null : <div className={styles['note']}>{note}</div>}
        </Panel>
        <SchemaForm
          type={type}
          attributes={attributes}
          config={draft.config}
          faults={faults}
          suggestions={suggestions}
          onChange={draft.setValue}
        />
      </div>
      <div className={styles['side']}>
        <div className={styles['save']}>
          <Button type="submit" size="xs" loading={saving.isPending} disabled={draft.yamlFault !== undefined}>
            {stored ? 'Save' : 'Create'}
          </Button>
          <Button size="xs" variant="default" onClick={() => window.history.back()}>
            Cancel
          </Button>
        </div>
        <Panel title="Test before saving" padded>
          {trial({
            config: draft.config,
            name: stored?.name,
            onFaults: (fields, at) => {
              setSent({ fields, base: at });
              focusFirstFault();
            },
          })}
        </Panel>
        <Panel title="YAML" padded>
          <YamlEditor label="As YAML" yaml={draft.yaml} fault={draft.yamlFault} onChange={draft.setYaml} />
          <p className={styles['note']}>
            <CfgNote origin={origin} />
          </p>
        </Panel>
      </div>
      {theirs ? (
        <Conflict
          before={base?.config ?? {}}
          mine={draft.config}
          theirs={theirs.config}
          onClose={() => setTheirs(undefined)}
          onMerge={(config) => {
            draft.setConfig(config);
            setBase(theirs);
            setTheirs(undefined);
            save(config, theirs.etag);
          }}
        />
      ) : null}
      {leave.dialog}
    </form>
  );
}

function nameFaultOf(name: string): string | undefined {
  if (name.trim() === '') return 'Enter a name';
  if (name.includes('/')) return 'Remove the slash: a name cannot contain "/"';
  return name.length > 200 ? 'Use at most 200 characters' : undefined;
}

/** Once the error is on the screen. */
function focusFirstFault(): void {
  setTimeout(() => document.querySelector<HTMLElement>('form [aria-invalid="true"]')?.focus(), 50);
}
