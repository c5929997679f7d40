import { CALL_STATUSES } from '@9volt/contracts';
import { component, object, oneOfTexts, type Schema, text } from '../common/shape.js';

const latency: Schema<string | number> = { oneOf: [{ type: 'string' }, { type: 'integer', minimum: 1 }] };

export const CallWords = component(
  'CallWords',
  object(
    {
      status: { ...oneOfTexts(CALL_STATUSES), description: 'Result of the job. Default: ok.' },
      message: { ...text, maxLength: 1_024, description: 'Message of the job.' },
      latency: {
        ...latency,
        description: 'Duration of the job, such as `12.5s`, or nanoseconds.',
      },
    },
    ['status', 'message', 'latency'],
    'Report of a job.',
  ),
  { status: 'ok', message: '1204 orders exported', latency: '12.5s' },
);
