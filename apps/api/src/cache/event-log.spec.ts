import { expect, test } from '@jest/globals';
import type { ClusterEvent } from '@9volt/contracts';
import { EventLog } from './event-log.js';

const event = (id: string, message = ''): ClusterEvent => ({ id, type: 'api', message, timestamp: '', memberid: '' });
const ids = (log: EventLog): string[] => [...log.newestFirst()].map(({ id }) => id);

test('events come in the order of time, however they arrive', () => {
  const log = new EventLog();
  for (const id of ['c', 'a', 'e', 'b', 'd']) log.put(event(id));
  expect(ids(log)).toEqual(['e', 'd', 'c', 'b', 'a']);
  log.put(event('c', 'again'));
  expect([log.size, log.get('c')?.message]).toEqual([5, 'again']);
  log.remove('a');
  log.remove('x');
  expect(ids(log)).toEqual(['e', 'd', 'c', 'b']);
  expect(log.get('a')).toBeUndefined();
});
