import { Member } from '../cluster/member.dto.js';
import { component, count, flag, object, orNull, ref, text } from '../common/shape.js';
import { Event } from '../events/event.dto.js';
import { ResultChange, StateChange } from '../states/state.dto.js';

export const MonitorChange = component<object>('MonitorChange', {
  oneOf: [
    object({ name: text, revision: count, config: orNull(ref('Monitor')) }),
    object({ name: text, removed: flag }),
  ],
});

export const MemberChange = component<object>('MemberChange', {
  oneOf: [ref(Member), object({ MemberID: text, removed: flag })],
});

export const StreamControl = component('StreamControl', object({ revision: count }));

export const Stream = component(
  'Stream',
  {
    ...text,
    contentMediaType: 'text/event-stream',
    description: 'The data of each event is one of StateChange, Event, MonitorChange, MemberChange, ResultChange.',
    contentSchema: {
      anyOf: [
        ref(StateChange),
        ref(Event),
        ref(MonitorChange),
        ref(MemberChange),
        ref(ResultChange),
        ref(StreamControl),
      ],
    },
  },
  `event: event\ndata: ${JSON.stringify(Event.example)}\nid: 6f9619ff-8b86-d011-b42d-00c04fc964ff.1043\n\n`,
);
