import { component, object, oneOfTexts, ref, type Shape, text } from '../common/shape.js';

export const MonitorTrial = component(
  'MonitorTrial',
  object(
    {
      config: ref('Monitor'),
      name: { ...text, description: 'The stored monitor whose masked secrets are meant.' },
      'member-tag': { ...text, description: 'Whose workers try it, instead of the `member-tag` of the configuration.' },
    },
    ['name', 'member-tag'],
  ),
);

export const AlerterTrial = component(
  'AlerterTrial',
  object(
    { config: ref('Alerter'), name: { ...text, description: 'The stored alerter whose masked secrets are meant.' } },
    ['name'],
  ),
);

export const Delivery = component(
  'Delivery',
  object({
    outcome: oneOfTexts(['delivered', 'retryable', 'rejected']),
    answer: { ...text, description: 'What the provider said.' },
  }),
  { outcome: 'delivered', answer: 'ok' },
);
export type Delivery = Shape<typeof Delivery>;
