import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Failed, Loading } from './states.js';
import styles from './states.module.css';

interface LoadedProps<T> {
  /** A query, or what the stream keeps. */
  of: { data: T | undefined; error?: Error | null; refetch?: () => unknown };
  /** What it is, as in "Could not load the alerters". */
  what: string;
  /** What is shown when there is nothing, if that is to be said. */
  empty?: { when: (data: T) => boolean; shown: ReactNode };
  children: (data: T) => ReactNode;
}

/** What was read; until then that it is coming, or why not. What could not be read again stays, and is said to be old. */
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
