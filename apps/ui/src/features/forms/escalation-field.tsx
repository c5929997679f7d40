import { ActionIcon, Button, Input, TagsInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Icon } from '../../components/icon.js';
import styles from './forms.module.css';

interface EscalationFieldProps {
  /** Of the button that is always there. */
  id: string;
  label: string;
  help: string;
  error: string | undefined;
  value: unknown;
  /** Names of alerters. */
  suggestions: readonly string[];
  onChange: (value: Step[] | undefined) => void;
}

interface Step {
  after: string;
  alerter: string[];
}

const NOW = { transitionProps: { duration: 0 } };

/** Steps: after which time the alarm goes to which other alerters. An empty row does not count yet. */
export function EscalationField({ id, label, help, error, value, suggestions, onChange }: EscalationFieldProps) {
  const given = JSON.stringify(value ?? []);
  const [known, setKnown] = useState(given);
  const [rows, setRows] = useState<readonly Step[]>(() => stepsOf(value));
  if (given !== known) {
    setKnown(given);
    if (given !== JSON.stringify(rows.filter(isBegun))) setRows(stepsOf(value));
  }
  const set = (next: readonly Step[]): void => {
    setRows(next);
    const begun = next.filter(isBegun);
    onChange(begun.length === 0 ? undefined : begun);
  };
  const change = (row: number, step: Partial<Step>): void =>
    set(rows.map((old, at) => (at === row ? { ...old, ...step } : old)));
  return (
    <Input.Wrapper label={label} labelElement="div" description={help} error={error} size="xs">
      <div role="group" aria-label={label} className={styles['map']}>
        {rows.map(({ after, alerter }, row) => (
          <div key={row} className={styles['mapRow']}>
            <TextInput
              size="xs"
              aria-label={`${label}: after ${row + 1}`}
              placeholder="after, such as 15m"
              value={after}
              onChange={({ currentTarget }) => change(row, { after: currentTarget.value })}
            />
            <TagsInput
              size="xs"
              aria-label={`${label}: alerters ${row + 1}`}
              placeholder={alerter.length === 0 ? 'alerters' : ''}
              value={alerter}
              data={[...suggestions]}
              acceptValueOnBlur
              comboboxProps={NOW}
              onChange={(next) => change(row, { alerter: next })}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`${label}: remove ${row + 1}`}
              onClick={() => set(rows.filter((_, at) => at !== row))}
            >
              <Icon name="critical" size={14} />
            </ActionIcon>
          </div>
        ))}
        <Button
          id={id}
          size="compact-xs"
          variant="default"
          aria-label={`${label}: add`}
          onClick={() => setRows([...rows, { after: '', alerter: [] }])}
        >
          Add
        </Button>
      </div>
    </Input.Wrapper>
  );
}

function isBegun({ after, alerter }: Step): boolean {
  return after !== '' || alerter.length > 0;
}

/** Of a value that a person may have written as YAML. */
function stepsOf(value: unknown): Step[] {
  return (Array.isArray(value) ? value : []).map((step: Partial<Record<keyof Step, unknown>> | null) => ({
    after: typeof step?.after === 'string' ? step.after : '',
    alerter: Array.isArray(step?.alerter) ? step.alerter.map(String) : [],
  }));
}
