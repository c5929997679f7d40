import { Empty } from '../../components/states.js';

/** Where a list of recent events is empty. */
export const NO_EVENTS = {
  when: ({ length }: { length: number }) => length === 0,
  shown: <Empty title="No events in the last 24 hours" />,
};
