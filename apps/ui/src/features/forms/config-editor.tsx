import { ownOf } from '@9volt/contracts/by-name';
import { Select, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, type SubmitEvent, useMemo, useState } from 'react';
import { Panel } from '../../components/page.js';
import { ApiError, type FieldProblem } from '../../lib/api-client.js';
import { toast, toastError } from '../../lib/toasts.js';
import { CfgNote } from '../yaml/cfg-note.js';
import { useOrigin } from '../yaml/use-origin.js';
import { YamlEditor } from '../yaml/yaml-editor.js';
import type { Stored } from '../../lib/settings-api.js';
import { attributesOf, convertedTo, fieldId, type Json, missingIn, type TypeSchemas } from './attributes.js';
import { Conflict } from './conflict.js';
import { isEqual } from './differences.js';
import { faultsOf, NO_REFUSAL } from './faults.js';
import { Fold } from './fold.js';
import styles from './forms.module.css';
import { type Filled, PasteField } from './paste-field.js';
import { SaveBar } from './save-bar.js';
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
  onSaved: (name: string, config: Json) => void;
  /** Tests the content of the form. */
  trial: (trial: Trial) => ReactNode;
  note?: ReactNode;
  /** A pasted text as a configuration. */
  fill?: ((text: string, config: Json, schemas: TypeSchemas) => Filled | undefined) | undefined;
  /** The name of a new one, if it has one already. */
  proposedName?: string | undefined;
  /** What a configuration of this type means, below its fields. */
  about?: ((config: Json, set: (path: readonly string[], value: unknown) => void) => ReactNode) | undefined;
  /** What the alerting of a configuration means, at its fields and, in short, at the button. */
  alerting?: Alerting | undefined;
}

export interface Alerting {
  at: (config: Json, set: (path: readonly string[], value: unknown) => void) => ReactNode;
  warning: (config: Json) => ReactNode;
}

/** A form made from the schema of a type, with the same content as YAML beside it. */
export function ConfigEditor(props: ConfigEditorProps) {
  const { noun, schemas, initial, stored, suggestions, get, put, onSaved, trial, note } = props;
  const { fill, proposedName = '', about, alerting } = props;
  const draft = useDraft(initial);
  const origin = useOrigin(noun, stored?.name);
  const [name, setName] = useState(stored?.name ?? proposedName);
  const [base, setBase] = useState<Stored | undefined>(stored);
  const [refusal, setRefusal] = useState(NO_REFUSAL);
  const [nameFault, setNameFault] = useState<string>();
  const [theirs, setTheirs] = useState<Stored>();
  const type = String(draft.config['type'] ?? '');
  const schema = ownOf(schemas, type)?.schema;
  const attributes = useMemo(() => (schema ? attributesOf(schema) : []), [schema]);
  const faults = useMemo(
    () =>
      faultsOf(
        refusal,
        [['type'], ...attributes.map(({ path }) => path).filter((path) => path.join() !== 'type')],
        draft.config,
      ),
    [refusal, attributes, draft.config],
  );
  const isChanged = !isEqual(draft.config, initial) || name !== (stored?.name ?? '');
  const leave = useLeaveGuard(isChanged);

  const saving = useMutation({
    mutationFn: ({ config, etag }: { config: Json; etag: string | undefined }) => put(name, config, etag),
    onMutate: () => setRefusal(NO_REFUSAL),
    onSuccess: (_, { config }) => {
      toast('done', `${name} is ${stored ? 'saved' : 'created'}`);
      leave.allow();
      onSaved(name, config);
    },
    onError: (error, { config }) => refused(error, config),
  });
  const save = (config: Json, etag: string | undefined): void => {
    const fault = nameFaultOf(name);
    setNameFault(fault);
    if (draft.yamlFault !== undefined) return;
    if (fault === undefined) saving.mutate({ config, etag });
    else {
      setRefusal({ fields: missingIn(config, attributes), base: '', config });
      focusFirstFault();
    }
  };
  const refused = async (error: unknown, config: Json): Promise<void> => {
    if (error instanceof ApiError && error.status === 412) {
      if (stored) setTheirs(await get(name));
      else setNameFault(`This name is already taken; choose another`);
    } else if (error instanceof ApiError && error.fields.length > 0) {
      setRefusal({ fields: error.fields, base: '', config });
      focusFirstFault();
    } else toastError('Could not save', error);
  };
  const rename = (to: string): void => {
    setName(to);
    setNameFault(undefined);
  };
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    save(draft.config, base?.etag);
  };
  const paste =
    fill && attributes.some(({ name: attribute }) => attribute === 'host') ? (
      <PasteField
        onText={(text) => {
          const filled = fill(text, draft.config, schemas);
          if (filled) draft.setConfig(filled.config);
          if (filled && name === '') rename(filled.name);
          return filled?.said;
        }}
      />
    ) : null;
  return (
    <form className={styles['editor']} onSubmit={submit} noValidate>
      <div className={styles['form']}>
        <Panel title={stored ? `Edit the ${noun}` : `New ${noun}`} padded>
          {paste}
          <div className={styles['fields']}>
            <TextInput
              id={fieldId(['name'])}
              size="xs"
              label="name"
              description={
                stored
                  ? 'You cannot change a name. To use another one, duplicate this and delete the old one.'
                  : 'Appears in lists, alerts and YAML.'
              }
              withAsterisk={!stored}
              readOnly={stored !== undefined}
              variant={stored ? 'filled' : 'default'}
              value={name}
              error={nameFault}
              autoComplete="off"
              spellCheck={false}
              onChange={({ currentTarget }) => rename(currentTarget.value)}
            />
            <Select
              id={fieldId(['type'])}
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
          about={about?.(draft.config, draft.setValue)}
          alerting={alerting?.at(draft.config, draft.setValue)}
        />
      </div>
      <div className={styles['side']}>
        <SaveBar
          label={stored ? 'Save' : 'Create'}
          isSaving={saving.isPending}
          isDisabled={draft.yamlFault !== undefined}
          faults={faults}
          nameFault={nameFault}
          note={
            <>
              {origin?.from === 'files' ? (
                <p className={styles['quiet']}>
                  <CfgNote origin={origin} />
                </p>
              ) : null}
              {alerting?.warning(draft.config)}
            </>
          }
        />
        <Panel title="Test before saving" padded>
          {trial({
            config: draft.config,
            name: stored?.name,
            onFaults: (fields, at) => {
              setRefusal({ fields, base: at, config: draft.config });
              focusFirstFault();
            },
          })}
        </Panel>
        <Panel title="YAML" padded>
          <p className={styles['note']}>{origin?.from === 'files' ? null : <CfgNote origin={origin} />}</p>
          <Fold title="Edit as YAML" isOpen={draft.yamlFault !== undefined}>
            <YamlEditor label="As YAML" yaml={draft.yaml} fault={draft.yamlFault} onChange={draft.setYaml} />
          </Fold>
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
