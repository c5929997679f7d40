import { Button, Group, NumberInput, Switch, TagsInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { Dialog } from '../../components/dialog.js';
import { Loaded } from '../../components/loaded.js';
import { api, listOf, type Schemas } from '../../lib/api-client.js';
import { count, counted } from '../../lib/format.js';
import { useAlerters } from '../alerters/alerter-api.js';
import type { Json } from '../forms/attributes.js';
import styles from './bulk-actions.module.css';
import { type BulkChange, NO_CHANGE, type Patched, patchesOf } from './bulk-change.js';

interface ChangeDialogProps {
  names: readonly string[];
  note: string | undefined;
  onClose: () => void;
  onChange: (patches: readonly Patched[]) => void;
}

const SHOWN = 8;
const NOW = { comboboxProps: { transitionProps: { duration: 0 } }, size: 'xs' } as const;

/** Changes tags, thresholds and alerters of many monitors, after it has shown what changes. */
export function ChangeDialog({ names, note, onClose, onChange }: ChangeDialogProps) {
  const [change, setChange] = useState<BulkChange>(NO_CHANGE);
  const configs = useQuery({
    queryKey: ['edit', 'many'],
    queryFn: ({ signal }) =>
      listOf<Schemas['NamedMonitor']>(api.GET('/api/v1/monitor', { params: { query: { sort: 'name' } }, signal })),
    gcTime: 0,
  });
  const tags = useMemo(() => tagsOf((configs.data ?? []) as readonly Json[]), [configs.data]);
  const set = (part: Partial<BulkChange>): void => setChange((before) => ({ ...before, ...part }));
  return (
    <Dialog opened onClose={onClose} size="lg" title={`Change ${counted(names.length, 'monitor')}`}>
      <TagsInput
        {...NOW}
        data-autofocus
        label="Add tags"
        data={tags}
        value={[...change.addTags]}
        acceptValueOnBlur
        onChange={(addTags) => set({ addTags })}
      />
      <TagsInput
        {...NOW}
        label="Remove tags"
        data={tags}
        value={[...change.removeTags]}
        acceptValueOnBlur
        onChange={(removeTags) => set({ removeTags })}
      />
      {(['warning-threshold', 'critical-threshold'] as const).map((name) => (
        <NumberInput
          key={name}
          size="xs"
          label={name}
          placeholder="as it is"
          min={0}
          allowDecimal={false}
          value={change[name] ?? ''}
          onChange={(value) => set({ [name]: value === '' ? undefined : Number(value) })}
        />
      ))}
      {(['warning-alerter', 'critical-alerter'] as const).map((name) => (
        <AlerterChoice key={name} name={name} chosen={change[name]} onChange={(value) => set({ [name]: value })} />
      ))}
      {note === undefined ? null : <p className={styles['note']}>{note}</p>}
      <Loaded of={configs} what="the configurations">
        {(all) => {
          const chosen = new Set(names);
          const patches = patchesOf(all.filter(({ name }) => chosen.has(name)) as (Json & { name: string })[], change);
          return <Preview patches={patches} onClose={onClose} onChange={onChange} />;
        }}
      </Loaded>
    </Dialog>
  );
}

function tagsOf(configs: readonly Json[]): string[] {
  return [...new Set(configs.flatMap(({ tags }) => (Array.isArray(tags) ? tags.map(String) : [])))].sort();
}

function AlerterChoice({
  name,
  chosen,
  onChange,
}: {
  name: string;
  chosen: readonly string[] | undefined;
  onChange: (chosen: readonly string[] | undefined) => void;
}) {
  const { data: alerters } = useAlerters();
  return (
    <>
      <Switch
        size="xs"
        mt="xs"
        label={`set ${name}`}
        checked={chosen !== undefined}
        onChange={({ currentTarget }) => onChange(currentTarget.checked ? [] : undefined)}
      />
      {chosen === undefined ? null : (
        <TagsInput
          {...NOW}
          label={name}
          placeholder={chosen.length === 0 ? 'nobody' : ''}
          data={alerters?.map((alerter) => alerter.name) ?? []}
          value={[...chosen]}
          acceptValueOnBlur
          onChange={onChange}
        />
      )}
    </>
  );
}

function Preview({
  patches,
  onClose,
  onChange,
}: { patches: readonly Patched[] } & Omit<ChangeDialogProps, 'names' | 'note'>) {
  return (
    <>
      <div role="status" className={styles['preview']}>
        <strong>
          {patches.length === 0 ? 'Nothing changes.' : `${counted(patches.length, 'monitor')} will change:`}
        </strong>
        <ul>
          {patches.slice(0, SHOWN).map(({ name, lines }) => (
            <li key={name}>
              {name}: {lines.join('; ')}
            </li>
          ))}
          {patches.length > SHOWN ? <li>and {count(patches.length - SHOWN)} more</li> : null}
        </ul>
      </div>
      <Group justify="flex-end" gap="xs" mt="md">
        <Button size="xs" variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button size="xs" disabled={patches.length === 0} onClick={() => onChange(patches)}>
          Change
        </Button>
      </Group>
    </>
  );
}
