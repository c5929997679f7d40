import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { counted } from '../../lib/format.js';
import { fieldId } from './attributes.js';
import type { Faults } from './faults.js';
import styles from './forms.module.css';

interface SaveBarProps {
  label: string;
  isSaving: boolean;
  isDisabled: boolean;
  faults: Faults;
  nameFault: string | undefined;
  /** What to know before saving. */
  note?: ReactNode;
}

/** The button, and beside it every error of the form with a jump to its field. */
export function SaveBar({ label, isSaving, isDisabled, faults, nameFault, note }: SaveBarProps) {
  const named = nameFault === undefined ? [] : [{ path: ['name'], message: nameFault }];
  const listed = [...named, ...faults.listed];
  return (
    <div>
      <div className={styles['save']}>
        <Button type="submit" size="xs" loading={isSaving} disabled={isDisabled}>
          {label}
        </Button>
        <Button size="xs" variant="default" onClick={() => window.history.back()}>
          Cancel
        </Button>
      </div>
      {note}
      {listed.length + faults.rest.length === 0 ? null : (
        <div role="alert" className={styles['faults']}>
          <strong>{counted(listed.length + faults.rest.length, 'error')}</strong>
          <ul>
            {listed.map(({ path, message }) => (
              <li key={path.join('/')}>
                <button type="button" onClick={() => document.getElementById(fieldId(path))?.focus()}>
                  {labelOf(path)}
                </button>{' '}
                {message.replace(`${path.at(-1)}: `, '')}
              </li>
            ))}
            {faults.rest.map((message) => (
              <li key={message}>{message}</li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

/** `host`, or for a field of a list of maps `groups 2 title`. */
function labelOf(path: readonly string[]): string {
  const at = path.findIndex((part) => /^\d+$/.test(part));
  if (at < 0) return path.at(-1) ?? '';
  return path.map((part, n) => (n === at ? Number(part) + 1 : part)).join(' ');
}
