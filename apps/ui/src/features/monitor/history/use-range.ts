import { useCallback } from 'react';
import { useUrlState } from '../../../lib/url-state.js';
import { type Preset, type Range, rangeFromUrl, rangeToUrl } from './range.js';

/** The time range of the page, from the URL. The browser's "back" returns to the one before. */
export function useRange(byDefault: Preset): [Range, (range: Range) => void] {
  const [{ range }, change] = useUrlState(readUrl, writeUrl, true);
  const choose = useCallback((chosen: Range) => change({ range: chosen }), [change]);
  return [range ?? { preset: byDefault }, choose];
}

interface UrlState {
  range: Range | undefined;
  /** Parameters of others. */
  others: URLSearchParams;
}

function readUrl(params: URLSearchParams): UrlState {
  return { range: rangeFromUrl(params), others: params };
}

function writeUrl({ range, others }: UrlState): URLSearchParams {
  const params = new URLSearchParams(others);
  for (const [name, value] of Object.entries(rangeToUrl(range))) {
    if (value === undefined) params.delete(name);
    else params.set(name, value);
  }
  return params;
}
