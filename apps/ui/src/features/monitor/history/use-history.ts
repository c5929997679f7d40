import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, dataOf, type Schemas } from '../../../lib/api-client.js';
import { endsOf, PRESETS, type Range } from './range.js';

export type History = Schemas['History'];
export type Timeline = Schemas['Timeline'];

/** A time that ends now is read again as it goes on: after a hundredth of it, but not all the time. */
function refreshOf(range: Range): number | false {
  return 'preset' in range ? Math.max(10_000, PRESETS[range.preset] / 100) : false;
}

/** The buckets and the timeline of a range. The previous ones stay until the new ones are there. */
export function useHistory(name: string, range: Range) {
  return useQuery({
    queryKey: ['history', name, range],
    queryFn: async ({ signal }) => {
      const { from, to } = endsOf(range, Date.now());
      const query = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
      const params = { path: { name }, query };
      const [history, timeline] = await Promise.all([
        dataOf(api.GET('/api/v1/history/{name}', { params, signal })),
        dataOf(api.GET('/api/v1/timeline/{name}', { params, signal })),
      ]);
      return { history, timeline, from, to };
    },
    placeholderData: keepPreviousData,
    refetchInterval: refreshOf(range),
  });
}

const DAYS = 90;
const DAY_MS = 86_400_000;
const DAYS_REFRESH_MS = 300_000;

/** The last 90 days in UTC, today included; days before the first known one are missing. */
export function useDays(name: string) {
  return useQuery({
    queryKey: ['history', name, 'days'],
    queryFn: ({ signal }) => {
      const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
      const query = { from: new Date(today - (DAYS - 1) * DAY_MS).toISOString(), step: '1d' };
      return dataOf(api.GET('/api/v1/history/{name}', { params: { path: { name }, query }, signal }));
    },
    refetchInterval: DAYS_REFRESH_MS,
  });
}
