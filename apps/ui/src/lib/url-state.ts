import { useCallback, useEffect, useMemo, useRef } from 'react';
import { useSearchParams } from 'react-router';

/** Words without commas: from repeated parameters, or from one that lists them. */
export function wordsOf(params: URLSearchParams, name: string): string[] {
  const words = params.getAll(name).flatMap((text) => text.split(','));
  return [...new Set(words.map((word) => word.trim()).filter((word) => word !== ''))];
}

/**
 * The parameters of the URL, and a way to change some of them. Changes that come faster than they are drawn add up. `isStep`: the browser's
 * "back" undoes a change.
 */
export function useUrlState<T>(
  read: (params: URLSearchParams) => T,
  write: (state: T) => URLSearchParams,
  isStep = false,
): [T, (change: Partial<T>) => void] {
  const [params, setParams] = useSearchParams();
  const latest = useRef(params);
  useEffect(() => {
    latest.current = params;
  }, [params]);
  const state = useMemo(() => read(params), [read, params]);
  const change = useCallback(
    (change: Partial<T>): void => {
      latest.current = write({ ...read(latest.current), ...change });
      setParams(latest.current, { replace: !isStep, preventScrollReset: true });
    },
    [read, write, setParams, isStep],
  );
  return [state, change];
}
