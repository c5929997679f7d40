import { StatusPageSettings } from '@9volt/contracts';
import { bodySchema } from '../common/body-schema.js';
import { component, list, object, orNull, ref, type Shape, text, textOrNull } from '../common/shape.js';

export const StatusPage = component<object>(
  'StatusPage',
  { ...bodySchema(StatusPageSettings), description: 'A public status page.' },
  {
    title: 'Status of the shop',
    groups: [{ title: 'Web', monitors: ['shop-*'] }],
    names: { 'shop-home': 'Home page' },
    announcements: [{ text: 'We are moving to another data centre on Sunday.', kind: 'info' }],
  },
);
export const ShownStatusPage = component(
  'ShownStatusPage',
  object({
    name: { ...text, description: 'The slug: the page is at `/status/<slug>`.' },
    config: orNull(ref('StatusPage')),
    monitors: { ...list(text), description: 'Names of the monitors that the page shows at present.' },
    reason: { ...textOrNull, description: 'Why the entry in etcd is invalid. Null if it is valid.' },
  }),
  {
    name: 'shop',
    config: StatusPage.example as Record<string, unknown>,
    monitors: ['shop-home', 'shop-search'],
    reason: null,
  },
);
export type ShownStatusPage = Shape<typeof ShownStatusPage>;
export const StatusPageList = component('StatusPageList', list(ref(ShownStatusPage)), [
  ShownStatusPage.example as ShownStatusPage,
]);
