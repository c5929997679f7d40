import { CALL_STATUSES } from '@9volt/contracts';
import { component, object, oneOfTexts, type Schema, text } from '../common/shape.js';

const latency: Schema<string | number> = { oneOf: [{ type: 'string' }, { type: 'integer', minimum: 1 }] };

export const CallWords = component(
  'CallWords',
  object(
    {
      status: { ...oneOfTexts(CALL_STATUSES), description: 'How the job went; ok unless said here.' },
      message: { ...text, maxLength: 1_024, description: 'What the job has to say.' },
      latency: {
        ...latency,
        description: 'How long the job took: a duration such as `12.5s`, or nanoseconds.',
      },
    },
    ['status', 'message', 'latency'],
    'What a job says when it calls.',
  ),
  { status: 'ok', message: '1204 orders exported', latency: '12.5s' },
);
