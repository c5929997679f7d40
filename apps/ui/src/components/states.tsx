import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import styles from './states.module.css';

/** Shown instead of data: that it is loading, that there is none, or what went wrong. */
export function Loading({ what = 'Loading' }: { what?: string }) {
  return (
    <div className={styles['box']} role="status">
      {what}…
    </div>
  );
}

export function Empty({ title, children, actions }: { title: string; children?: ReactNode; actions?: ReactNode }) {
  return (
    <div className={styles['box']}>
      <strong>{title}</strong>
      {children === undefined ? null : <div>{children}</div>}
      {actions === undefined ? null : <div className={styles['actions']}>{actions}</div>}
    </div>
  );
}

export function Failed({ title, error, onRetry }: { title: string; error: unknown; onRetry?: () => void }) {
  return (
    <div className={`${styles['box']} ${styles['fault']}`} role="alert">
      <strong>{title}</strong>
      <p>{error instanceof Error ? error.message : String(error)}</p>
      {onRetry ? (
        <Button size="xs" variant="default" onClick={onRetry}>
          Try again
        </Button>
      ) : null}
    </div>
  );
}
