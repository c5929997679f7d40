import type { Origin as Noted } from '@9volt/contracts';
import { component, map, object, oneOfTexts, ref, text } from './shape.js';

const example: Noted = { from: 'files', set: 'shop' };

export const Origin = component<Noted>(
  'Origin',
  object(
    {
      from: {
        ...oneOfTexts(['files', 'api']),
        description: 'Files that were pushed, or the API, which the dashboard uses.',
      },
      set: { ...text, description: 'Name of the set of files.' },
    },
    ['set'],
  ),
  example,
);

export const Origins = component('Origins', map(ref(Origin)), { 'shop-home': example });
