import { useMediaQuery } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, dataOf, type Schemas } from '../../lib/api-client.js';
import type { SortKey } from './monitor-filter.js';

export type Uptimes = Schemas['Uptimes'];

const KEY = '9volt-uptime-columns';
/** The API computes uptimes once an hour; a new monitor appears within this. */
const POLL_MS = 60_000;

/** Which sort keys order by an uptime. */
export const UPTIME_SORTS = { 'uptime-24h': '24h', 'uptime-30d': '30d' } as const;

export function isUptimeSort(sort: SortKey): sort is keyof typeof UPTIME_SORTS {
  return sort in UPTIME_SORTS;
}

/** Whether the table shows uptimes: as the reader chose in this browser, else where there is room. */
export function useUptimeColumns(sort: SortKey): { isShown: boolean; show: (isShown: boolean) => void } {
  const isWide = useMediaQuery('(min-width: 1600px)') ?? false;
  const [chosen, setChosen] = useState(() => localStorage.getItem(KEY));
  return {
    isShown: isUptimeSort(sort) || (chosen === null ? isWide : chosen === 'true'),
    show: (isShown) => {
      localStorage.setItem(KEY, String(isShown));
      setChosen(String(isShown));
    },
  };
}

/** The uptimes of all monitors; asks only while somebody looks at them. */
export function useUptimes(isShown: boolean): Uptimes | undefined {
  const { data } = useQuery({
    queryKey: ['uptime'],
    queryFn: ({ signal }) => dataOf(api.GET('/api/v1/uptime', { signal })),
    enabled: isShown,
    staleTime: POLL_MS,
    refetchInterval: POLL_MS,
  });
  return isShown ? data : undefined;
}
