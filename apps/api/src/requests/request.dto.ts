import { component, object, oneOfTexts, ref, type Shape, text } from '../common/shape.js';

export const MonitorTrial = component(
  'MonitorTrial',
  object(
    {
      config: ref('Monitor'),
      name: { ...text, description: 'Name of the stored monitor that provides the masked secrets.' },
      'member-tag': {
        ...text,
        description: 'Run the test on a worker with this tag, instead of the `member-tag` of the configuration.',
      },
    },
    ['name', 'member-tag'],
  ),
);

export const AlerterTrial = component(
  'AlerterTrial',
  object(
    {
      config: ref('Alerter'),
      name: { ...text, description: 'Name of the stored alerter that provides the masked secrets.' },
    },
    ['name'],
  ),
);

export const Delivery = component(
  'Delivery',
  object({
    outcome: oneOfTexts(['delivered', 'retryable', 'rejected']),
    answer: { ...text, description: 'Answer of the provider.' },
  }),
  { outcome: 'delivered', answer: 'ok' },
);
export type Delivery = Shape<typeof Delivery>;
