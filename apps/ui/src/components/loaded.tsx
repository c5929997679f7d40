import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Failed, Loading } from './states.js';
import styles from './states.module.css';

interface LoadedProps<T> {
  /** A query, or data of the stream. */
  of: { data: T | undefined; error?: Error | null; refetch?: () => unknown };
  /** Its name, as in "Could not load the alerters". */
  what: string;
  /** Shown if there is nothing, unless the page handles that. */
  empty?: { when: (data: T) => boolean; shown: ReactNode };
  children: (data: T) => ReactNode;
}

/**
 * The loaded data; until then that it is loading, or why it failed. If loading again fails, the data stay and are marked as old.
 */
export function Loaded<T>({ of: { data, error = null, refetch }, what, empty, children }: LoadedProps<T>) {
  const retry = refetch ? { onRetry: () => void refetch() } : {};
  if (data === undefined) {
    return error ? (
      <Failed title={`Could not load ${what}`} error={error} {...retry} />
    ) : (
      <Loading what={`Loading ${what}`} />
    );
  }
  return (
    <>
      {error ? (
        <p role="status" className={styles['stale']}>
          Could not refresh {what}; this may be out of date. {error.message}{' '}
          {refetch ? (
            <Button size="compact-xs" variant="default" onClick={() => void refetch()}>
              Try again
            </Button>
          ) : null}
        </p>
      ) : null}
      {empty?.when(data) === true ? empty.shown : children(data)}
    </>
  );
}
