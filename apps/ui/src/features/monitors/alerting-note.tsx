import { Button } from '@mantine/core';
import { Link } from 'react-router';
import type { Json } from '../forms/attributes.js';
import styles from '../forms/forms.module.css';
import { recipientsOf } from './recipients.js';

interface AlertingNoteProps {
  config: Json;
  /** Names of the stored alerters; undefined if they are not known. */
  alerters: readonly string[] | undefined;
  set: (path: readonly string[], value: unknown) => void;
}

const MOST = 6;

/** Who will be notified, and buttons for what is missing. */
export function AlertingNote({ config, alerters, set }: AlertingNoteProps) {
  const { critical, warning, isNobody } = recipientsOf(config);
  const unknown = [...new Set([...critical, ...warning])].filter((name) => alerters?.includes(name) === false);
  const tell = (names: readonly string[]): void => {
    set(['critical-alerter'], names);
    set(['warning-alerter'], names);
  };
  return (
    <>
      {isNobody ? (
        <div className={styles['tell']}>
          {alerters?.length === 0 ? (
            <span>
              There is no alerter yet.{' '}
              <Link className={styles['link']} to="/alerters/new">
                Create an alerter
              </Link>{' '}
              first, or add one later.
            </span>
          ) : (
            alerters?.slice(0, MOST).map((name) => (
              <Button key={name} size="compact-xs" variant="default" onClick={() => tell([name])}>
                Notify {name}
              </Button>
            ))
          )}
        </div>
      ) : (
        <p className={styles['note']}>
          {critical.length === 0
            ? 'Nobody is notified when it is critical.'
            : `Critical: notifies ${critical.join(', ')}.`}{' '}
          {warning.length === 0 ? 'Nobody is notified of warnings.' : `Warning: notifies ${warning.join(', ')}.`}{' '}
          {warning.length === 0 ? (
            <button type="button" className={styles['link']} onClick={() => set(['warning-alerter'], critical)}>
              Notify {critical.join(', ')} of warnings, too
            </button>
          ) : null}
        </p>
      )}
      {unknown.length === 0 ? null : (
        <p role="status" className={styles['quiet']}>
          There is no alerter {unknown.join(', ')}, so 9volt cannot notify it.
        </p>
      )}
    </>
  );
}

/** Beside the button that saves. */
export function NobodyNote({ config }: { config: Json }) {
  return recipientsOf(config).isNobody ? (
    <p role="status" className={styles['quiet']}>
      Nobody will be notified when this monitor fails.
    </p>
  ) : null;
}
