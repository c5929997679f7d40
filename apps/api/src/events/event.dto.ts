import { EVENT_TYPES } from '@9volt/contracts';
import { EXAMPLE_AT, EXAMPLE_WORKER } from '../common/example-facts.js';
import { anything, component, instant, list, map, object, oneOfTexts, ref, text } from '../common/shape.js';

export const Event = component(
  'Event',
  object(
    {
      id: text,
      type: oneOfTexts(EVENT_TYPES),
      message: text,
      timestamp: instant,
      memberid: text,
      monitor: text,
      alerter: text,
      details: anything,
    },
    ['monitor', 'alerter', 'details'],
  ),
  {
    id: '0mbd3k9x40000abcdefghijk',
    type: 'status-changed',
    message: 'shop-home: ok -> critical',
    timestamp: EXAMPLE_AT,
    memberid: EXAMPLE_WORKER,
    monitor: 'shop-home',
  },
);

export const EventList = component<object>('EventList', { oneOf: [map(ref(Event)), list(ref(Event))] }, [
  Event.example,
]);
