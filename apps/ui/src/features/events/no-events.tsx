import { Empty } from '../../components/states.js';

/** Shown in an empty list of recent events. */
export const NO_EVENTS = {
  when: ({ length }: { length: number }) => length === 0,
  shown: <Empty title="No events in the last 24 hours" />,
};
