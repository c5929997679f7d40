import { ActionIcon, Button, Input, PasswordInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Icon } from '../../components/icon.js';
import styles from './forms.module.css';

interface MapFieldProps {
  /** Of the control that a person reaches first. */
  id: string;
  label: string;
  help: string;
  isRequired: boolean;
  isSecret: boolean;
  error: string | undefined;
  value: unknown;
  onChange: (value: Record<string, string> | undefined) => void;
}

type Entry = readonly [name: string, text: string];

/** Names and texts. A row without a name does not count yet. */
export function MapField({ id, label, help, isRequired, isSecret, error, value, onChange }: MapFieldProps) {
  const given = JSON.stringify(value ?? {});
  const [known, setKnown] = useState(given);
  const [rows, setRows] = useState<readonly Entry[]>(() => entriesOf(value));
  if (given !== known) {
    setKnown(given);
    if (given !== JSON.stringify(mapOf(rows) ?? {})) setRows(entriesOf(value));
  }
  const set = (next: readonly Entry[]): void => {
    setRows(next);
    onChange(mapOf(next));
  };
  const change = (row: number, entry: Entry): void => set(rows.map((old, at) => (at === row ? entry : old)));
  const Value = isSecret ? PasswordInput : TextInput;
  return (
    <Input.Wrapper
      label={label}
      labelElement="div"
      description={help}
      error={error}
      withAsterisk={isRequired}
      size="xs"
    >
      <div role="group" aria-label={label} className={styles['map']}>
        {rows.map(([name, text], row) => (
          <div key={row} className={styles['mapRow']}>
            <TextInput
              size="xs"
              aria-label={`${label}: name ${row + 1}`}
              value={name}
              onChange={({ currentTarget }) => change(row, [currentTarget.value, text])}
            />
            <Value
              size="xs"
              aria-label={`${label}: value ${row + 1}`}
              autoComplete="off"
              value={text}
              onChange={({ currentTarget }) => change(row, [name, currentTarget.value])}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`${label}: remove ${name === '' ? row + 1 : name}`}
              onClick={() => set(rows.filter((_, at) => at !== row))}
            >
              <Icon name="critical" size={14} />
            </ActionIcon>
          </div>
        ))}
        <Button
          size="compact-xs"
          variant="default"
          id={id}
          aria-label={`${label}: add`}
          onClick={() => setRows([...rows, ['', '']])}
        >
          Add
        </Button>
      </div>
    </Input.Wrapper>
  );
}

function entriesOf(value: unknown): Entry[] {
  return Object.entries((value ?? {}) as Record<string, unknown>).map(([name, text]) => [name, String(text)]);
}

function mapOf(rows: readonly Entry[]): Record<string, string> | undefined {
  const named = rows.filter(([name]) => name !== '');
  return named.length === 0 ? undefined : Object.fromEntries(named);
}
